"""Pure rules of uploaded files and their tables."""
