"""Typed readers of the API's configuration, one per option."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

MAX_BODY_SIZE = "ckanext.ontario.api.max_body_size"


def max_body_size() -> int:
    """Return how many bytes the body of a call may have, uploads not counted."""
    return int(tk.config[MAX_BODY_SIZE])
