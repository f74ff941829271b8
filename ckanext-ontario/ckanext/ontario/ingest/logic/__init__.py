"""Ingest's actions and who may call them."""
