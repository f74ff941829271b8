"""Template helpers of the ``editing`` slice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.editing import conflicts, fields, versions
from ckanext.ontario.shared.bilingual import language_of, pick

__all__ = [
    "ontario_editing_conflict",
    "ontario_editing_field_label",
    "ontario_editing_label",
    "ontario_editing_may_duplicate",
    "ontario_editing_version",
    "ontario_editing_when",
    "ontario_editing_words",
]


def ontario_editing_version(data: Mapping[str, Any] | None) -> str:
    """Return the version that a form of a record or file was made from; empty for a new one.

    Call it before the form's fields are rendered: scheming writes their defaults into ``data``.
    """
    return conflicts.version(data or {})


def ontario_editing_conflict(
    data: Mapping[str, Any] | None, errors: Mapping[str, Any] | None
) -> conflicts.Conflict | None:
    """Return what a form must show when somebody else saved meanwhile, or ``None``."""
    return conflicts.conflict(data or {}, errors)


def ontario_editing_field_label(name: str, level: str = fields.DATASET) -> dict[str, str]:
    """Return the label of a field in both languages."""
    return fields.label(level, name)


def ontario_editing_label(label: Mapping[str, str] | str) -> str:
    """Return the reader's version of a bilingual label."""
    if isinstance(label, str):
        return label
    return pick(label, language_of(str(tk.h.lang()))) or ""


def ontario_editing_when(written: str) -> str:
    """Return an instant (ISO 8601, UTC) in the reader's words, by the clock of Toronto."""
    return fields.when(versions.instant(written), language_of(str(tk.h.lang())))


def ontario_editing_words(
    name: str, value: Any, level: str = fields.DATASET
) -> list[tuple[str, str]]:
    """Return a field's value as lines to show: ``(language of the line or "", text)``.

    Args:
        name: the field.
        value: as ``package_show`` answers it.
        level: ``dataset_fields`` or ``resource_fields``.
    """
    field = fields.by_name(level).get(name, {"field_name": name})
    return fields.in_words(field, value, language_of(str(tk.h.lang())))


def ontario_editing_may_duplicate(pkg: Mapping[str, Any]) -> bool:
    """Say whether the reader may make a copy of this record."""
    return pkg.get("type") == "dataset" and bool(
        tk.h.check_access("ontario_dataset_duplicate", {"id": pkg["id"]})
    )
