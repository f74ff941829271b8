"""Template helpers of tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.data import pictures, preview, status, uploading
from ckanext.ontario.shared.bilingual import language_of

__all__ = [
    "is_resource_supported_by_xloader",
    "ontario_data_upload_formats",
    "ontario_data_upload_limit",
    "ontario_data_view",
]


@dataclass(frozen=True)
class TableView:
    """What a page shows of a resource's table."""

    page: preview.Page | None
    """The rows asked for; ``None`` when there is no table."""
    status: status.Status | None
    """How the last reading went; only for those who may edit the record."""
    may_edit: bool
    becomes_a_table: bool
    drawn: pictures.Pictures = field(default_factory=pictures.Pictures)
    """What the table can be drawn as; drawn at once on the page of its file."""
    since: str = ""
    """When the status last changed, as the reader's language writes it, in Ontario's time."""


def ontario_data_view(resource: dict[str, Any], asked: preview.Asked | None = None) -> TableView:
    """Return what a page shows of a resource's table: rows, dictionary and, to editors, status.

    Args:
        resource: as ``resource_show`` returns it.
        asked: which page, in which order; the first one unless given.
    """
    language = language_of(str(tk.h.lang()))
    page = None
    if resource.get("datastore_active"):
        page = preview.read(resource["id"], asked or preview.Asked(), language)
    becomes = uploading.may_become_a_table(resource)
    may_edit = bool(
        (page or becomes)
        and tk.h.check_access("ontario_data_dictionary_update", {"resource_id": resource["id"]})
    )
    known = status.of(resource["id"]) if may_edit and becomes else None
    since = preview.moment(known.instant, language) if known and known.instant else ""
    rows = page.total if page and asked is None else None
    drawn = pictures.of(resource, rows, language) if page else pictures.Pictures()
    return TableView(page, known, may_edit, becomes, drawn, since)


def ontario_data_upload_formats() -> list[str]:
    """Return the extensions that an uploaded file may have, in alphabetical order."""
    return uploading.formats.extensions()


def ontario_data_upload_limit() -> int:
    """Return how many bytes an uploaded file may have."""
    return uploading.config.max_upload()


@tk.chained_helper
def is_resource_supported_by_xloader(
    _next: Callable[..., Any], _resource: dict[str, Any], *_more: Any, **_named: Any
) -> bool:
    """Return ``False``: xloader's own links lead to pages that ours take the place of."""
    return False
