"""What stands where on a form: the sections that the YAML declares.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Field = Mapping[str, Any]
Schema = Mapping[str, Any]

KINDS = {"dataset": "form_sections", "resource": "resource_form_sections"}
"""What is described → the schema's key for the sections of its form."""


@dataclass(frozen=True)
class Section:
    """A named part of a form."""

    name: str
    """The end of its anchor, ``section-<name>``."""
    title: Mapping[str, str]
    """In both languages."""
    fields: tuple[Field, ...]


def shown(schema: Schema, kind: str) -> dict[str, Field]:
    """Return the fields that a form shows, by name: all but those without a form snippet."""
    fields: Iterable[Field] = schema.get(f"{kind}_fields", ())
    return {
        field["field_name"]: field for field in fields if field.get("form_snippet", "") is not None
    }


def sections(schema: Schema, kind: str) -> list[Section]:
    """Return the sections of a form, in order.

    A field that no section names (another plugin may add one) stands in the last, so that it is
    never lost.

    Args:
        schema: a dataset schema as scheming hands it out.
        kind: ``dataset`` or ``resource``.
    """
    waiting = shown(schema, kind)
    found = [
        Section(
            row["name"],
            row["title"],
            tuple(waiting.pop(name) for name in row["fields"] if name in waiting),
        )
        for row in schema.get(KINDS[kind], ())
    ]
    if waiting and found:
        last = found[-1]
        found[-1] = Section(last.name, last.title, (*last.fields, *waiting.values()))
    return found


def problems(schema: Schema, kind: str) -> Iterator[str]:
    """Yield what is wrong with the declared sections: a field left out, twice, or unknown."""
    known = shown(schema, kind)
    named: list[str] = [name for row in schema.get(KINDS[kind], ()) for name in row["fields"]]
    yield from (f"{name} is in no section" for name in known if name not in named)
    yield from (f"{name} is no field of the form" for name in named if name not in known)
    yield from (f"{name} is in two sections" for name in set(named) if named.count(name) > 1)
