"""Typed readers of the scheduler's configuration, one per option."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

THREADS = "ckanext.ontario.scheduler.threads"


def threads() -> int:
    """Return how many jobs may run at the same time."""
    return int(tk.config[THREADS])
