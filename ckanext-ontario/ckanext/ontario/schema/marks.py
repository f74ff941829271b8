"""Each field says whether the public may have it and how its changes are approved.

Checked when a portal starts, so that no field is ever published because nobody decided. Pure:
imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

MARKS: Mapping[str, frozenset[str]] = {
    "visibility": frozenset({"public", "internal"}),
    "approval": frozenset({"content", "refresh"}),
}
"""The marks every field carries, with their values."""

_GROUPINGS = ("dataset_fields", "resource_fields", "fields")
_SUBFIELDS = ("repeating_subfields", "simple_subfields")


def problems(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield each field and subfield of a schema (presets not applied) that lacks a mark."""
    for grouping in _GROUPINGS:
        yield from _field_problems(schema.get(grouping, ()), grouping)


def _field_problems(fields: Iterable[Mapping[str, Any]], where: str) -> Iterator[str]:
    for field in fields:
        here = f"{where}: {field.get('field_name')}"
        for mark, values in MARKS.items():
            if field.get(mark) not in values:
                yield f"{here} has no {mark} ({' or '.join(sorted(values))})"
        for key in _SUBFIELDS:
            yield from _field_problems(field.get(key, ()), here)


def preset_problems(content: Mapping[str, Any]) -> Iterator[str]:
    """Yield each preset that carries a mark: fields would inherit what nobody decided."""
    for preset in content.get("presets", ()):
        for mark in MARKS:
            if mark in preset.get("values", {}):
                yield f"preset {preset.get('preset_name')} carries {mark}"
