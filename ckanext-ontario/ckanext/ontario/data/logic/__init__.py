"""Actions on uploaded files' tables, and who may call them."""
