"""Who may use the files of a record, and how somebody who may not can ask for them."""
