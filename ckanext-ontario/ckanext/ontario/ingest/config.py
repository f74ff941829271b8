"""Typed readers of the ingest configuration, one per option."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

ISSUES_PER_CODE = "ckanext.ontario.ingest.issues_per_code"
BULK_FROM = "ckanext.ontario.ingest.bulk_from"
ACTIVITY = "ckanext.ontario.ingest.activity"


def issues_per_code() -> int:
    """Return how many issues of one code a run keeps in full."""
    return int(tk.config[ISSUES_PER_CODE])


def bulk_from() -> int:
    """Return from how many records of one call on they are written by rows."""
    return int(tk.config[BULK_FROM])


def writes_activity() -> bool:
    """Say whether each record that a run writes gets an entry in the activity stream."""
    return str(tk.config[ACTIVITY]) == "each"
