"""Actions, access and validators of the schema."""
