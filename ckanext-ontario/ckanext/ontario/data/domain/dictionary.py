"""The data dictionary: what each column of a table means, in both languages.

Kept in the DataStore as each field's ``info``, beside what other programs keep there.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .columns import TYPES

LIMITS = {
    "label_en": 200,
    "label_fr": 200,
    "notes_en": 5000,
    "notes_fr": 5000,
    "unit": 100,
    "type_override": 20,
}
"""The dictionary's entries for a column, and how many characters each may have."""

HEADERS = ("column", "type", "label_en", "label_fr", "notes_en", "notes_fr", "unit")
"""Columns of the exported dictionary."""


def problem(info: object) -> tuple[str, str] | None:
    """Return what is wrong with a column's ``info``: a code and the entry, or ``None``."""
    if not isinstance(info, Mapping):
        return "not-an-object", "info"
    for key, limit in LIMITS.items():
        value = info.get(key)
        if value is None or value == "":
            continue
        if not isinstance(value, str):
            return "not-text", key
        if len(value) > limit:
            return "too-long", key
        if "\x00" in value:
            return "not-text", key
    if info.get("type_override") and info["type_override"] not in TYPES:
        return "unknown-type", "type_override"
    return None


def merged(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> dict[str, Any]:
    """Return a column's ``info`` with some entries changed; empty ones go."""
    changed = {key: str(value).strip() for key, value in new.items() if key in LIMITS}
    return {key: value for key, value in {**(old or {}), **changed}.items() if value != ""}


def row(field: Mapping[str, Any]) -> dict[str, str]:
    """Return a field of the DataStore as a line of the dictionary."""
    info = field.get("info") or {}
    entries = {key: str(info.get(key) or "") for key in LIMITS}
    return {"id": str(field["id"]), "type": str(field["type"]), **entries}
