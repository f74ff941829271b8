"""When a form asks for a field: ``shown_when`` of the YAML, as data and as words.

``shown_when: {access_level: [restricted]}`` is declared once. The form's script reads it as data,
and the form says it in a sentence for everybody, script or not. Pure: imports neither CKAN nor
SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Field = Mapping[str, Any]


def condition(field: Field) -> dict[str, list[str]]:
    """Return when a field is asked for: other field → the values that call for this one.

    Empty for a field that is always asked for. With several other fields, all must agree.
    """
    found: Mapping[str, Sequence[object]] = field.get("shown_when") or {}
    return {name: [str(value) for value in values] for name, values in found.items()}


def problems(fields: Iterable[Field]) -> Iterator[str]:
    """Yield each condition that can never come true: an unknown field, or no choice of it."""
    known = {field["field_name"]: field for field in fields}
    for name, field in known.items():
        for other, values in condition(field).items():
            choices = {one["value"] for one in known.get(other, {}).get("choices") or ()}
            wrong = [value for value in values if value not in choices]
            if wrong or not values:
                yield f"{name}: {other} is never {wrong or 'anything'}"
