"""Typed readers of the configuration of accessibility, one per option."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

EMAIL = "ckanext.ontario.accessibility.email"
MOST_OPEN = "ckanext.ontario.accessibility.most_open"
KEPT_DAYS = "ckanext.ontario.accessibility.kept_days"


def email() -> str:
    """Return the address of the team that answers, or ``""``."""
    return str(tk.config.get(EMAIL) or "")


def most_open() -> int:
    """Return how many reports may be open."""
    return int(tk.config[MOST_OPEN])


def kept_days() -> int:
    """Return for how many days closed reports are kept."""
    return int(tk.config[KEPT_DAYS])
