"""Readers for each kind of ministry inventory, one folder per kind of source."""
