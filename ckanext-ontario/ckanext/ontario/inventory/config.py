"""Typed readers of the inventory's configuration, one per option."""

from __future__ import annotations

from pathlib import Path

import ckan.plugins.toolkit as tk

DUMPS_KEPT = "ckanext.ontario.inventory.dumps_kept"


def dumps_kept() -> int:
    """Return how many dumps of the catalogue are kept."""
    return int(tk.config[DUMPS_KEPT])


def dumps_folder() -> Path:
    """Return where dumps are: beside, never below, what CKAN serves as uploads."""
    return Path(str(tk.config["ckan.storage_path"])) / "ontario-dumps"
