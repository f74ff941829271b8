"""Typed readers of this slice's options."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from ckanext.ontario.data.domain.archives import Limits

__all__ = ["archive_limits", "max_upload", "page_size"]

MEGABYTE = 1 << 20


def max_upload() -> int:
    """Return how many bytes an uploaded file may have (``ckan.max_resource_size``)."""
    return int(tk.config["ckan.max_resource_size"]) * MEGABYTE


def archive_limits() -> Limits:
    """Return what an uploaded archive may unpack to, with nothing taken yet."""
    return Limits(
        unpacked=int(tk.config["ckanext.ontario.data.max_unpacked"]) * MEGABYTE,
        ratio=int(tk.config["ckanext.ontario.data.max_ratio"]),
        members=int(tk.config["ckanext.ontario.data.max_members"]),
    )


def page_size() -> int:
    """Return how many rows of a table a page shows."""
    return int(tk.config["ckanext.ontario.data.page_size"])
