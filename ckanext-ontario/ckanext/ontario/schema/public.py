"""The schema that the public portal has: the same, as if internal fields had never been thought of.

A field that is not there can't be written, indexed, shown or asked about, whatever else fails.
Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_FIELDS = ("dataset_fields", "resource_fields", "fields")
_SUBFIELDS = ("repeating_subfields", "simple_subfields")
_SECTIONS = {
    "form_sections": ("dataset_fields", "fields"),
    "resource_form_sections": ("resource_fields",),
}
_ORDERS = {
    "date_order": ("dataset_fields", "fields"),
    "resource_date_order": ("resource_fields",),
}


def derived(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema without its internal fields and subfields, nor any mention of them."""
    found = dict(schema)
    for grouping in _FIELDS:
        if grouping in schema:
            found[grouping] = _public(schema[grouping])
    for key, groupings in _SECTIONS.items():
        if key in schema:
            found[key] = list(_sections(schema[key], _names(found, groupings)))
    for key, groupings in _ORDERS.items():
        if key in schema:
            known = _names(found, groupings)
            found[key] = [pair for pair in schema[key] if known.issuperset(pair)]
    return found


def _public(fields: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    for field in fields:
        if field.get("visibility") == "public":
            inner = {key: _public(field[key]) for key in _SUBFIELDS if key in field}
            kept.append({**field, **inner})
    return kept


def _names(schema: Mapping[str, Any], groupings: Iterable[str]) -> set[str]:
    return {one["field_name"] for name in groupings for one in schema.get(name, ())}


def _sections(
    sections: Iterable[Mapping[str, Any]], known: set[str]
) -> Iterable[Mapping[str, Any]]:
    for section in sections:
        fields = [name for name in section["fields"] if name in known]
        if fields:
            yield {**section, "fields": fields}
