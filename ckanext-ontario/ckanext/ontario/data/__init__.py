"""Uploaded files and their tables: what may be uploaded, the DataStore, dictionaries, dumps."""
