"""The table of a record's remaining fields, those for staff only apart.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.ontario.catalogue.record_reader import Field, HarvestSource, Reader
from ckanext.ontario.catalogue.record_text import (
    Text,
    day_of,
    email_address,
    text_of,
    web_address,
)
from ckanext.ontario.shared.bilingual import pick

ELSEWHERE = frozenset(
    {
        *("title_translated", "name", "notes_translated", "short_description_translated"),
        *("keywords", "topics", "owner_org", "maintainer_translated", "maintainer_branch"),
        *("maintainer_email", "access_level", "record_status", "license_id", "exemption"),
        *("exemption_rationale", "planned_release_date", "release_priority"),
        *("access_instructions", "date_range_start", "date_range_end", "update_frequency"),
        *("current_as_of", "geographic_coverage_translated"),
    }
)
"""Fields that have a place of their own on the page."""

SOURCE = "harvest_source_id"
"""The field that holds the id of a harvest source, which says nothing to a person."""

MANY = 30
"""How many items of a list are shown."""


@dataclass(frozen=True)
class Cell:
    """One value; ``link`` is empty when it leads nowhere, ``markdown`` asks to be rendered."""

    text: Text
    link: str = ""
    markdown: bool = False


@dataclass(frozen=True)
class Detail:
    """One field with its values."""

    label: str
    cells: tuple[Cell, ...]


def details(
    record: Mapping[str, Any],
    reader: Reader,
    *,
    internal: bool,
    source: HarvestSource | None = None,
) -> tuple[Detail, ...]:
    """Return the fields of one mark that a record has values in, in the schema's order.

    Args:
        record: as ``package_show`` gives it.
        reader: who reads; the public portal never gets a field marked internal.
        internal: whether the fields for staff only are asked for, or those for everyone.
        source: the harvest source that the record names, if the reader may see it.
    """
    if internal and not reader.internal:
        return ()
    return tuple(
        Detail(pick(field.label, reader.language) or field.name, cells)
        for field in reader.schema.fields
        if field.internal is internal and field.name not in ELSEWHERE
        if (cells := tuple(_cells(field, record.get(field.name), reader, source)))
    )


def _cells(
    field: Field, value: Any, reader: Reader, source: HarvestSource | None
) -> Iterator[Cell]:
    if value in (None, "", [], {}):
        return
    if source and field.name == SOURCE:
        yield Cell(Text(source.title), source.page)
        return
    show = _KINDS.get(field.kind, _plain)
    for cell in show(field, value, reader):
        if cell.text.value:
            yield cell


def _plain(field: Field, value: Any, reader: Reader) -> Iterator[Cell]:
    items: Sequence[Any] = value if isinstance(value, list) else [value]
    for item in items[:MANY]:
        yield Cell(Text(reader.label(field.name, item)))


def _bilingual(_field: Field, value: Any, reader: Reader) -> Iterator[Cell]:
    found = text_of(value, reader.language)
    if found:
        yield Cell(found)


def _day(_field: Field, value: Any, reader: Reader) -> Iterator[Cell]:
    day = day_of(value, reader.language)
    yield Cell(Text(day.shown if day else str(value)))


def _web_address(_field: Field, value: Any, _reader: Reader) -> Iterator[Cell]:
    yield Cell(Text(str(value)), web_address(value))


def _email(_field: Field, value: Any, _reader: Reader) -> Iterator[Cell]:
    address = email_address(value)
    yield Cell(Text(str(value)), f"mailto:{address}" if address else "")


def _place(_field: Field, value: Any, _reader: Reader) -> Iterator[Cell]:
    box = bounding_box(value)
    if box:
        yield Cell(Text(", ".join(f"{degrees:g}°" for degrees in box)))


def _text(field: Field, value: Any, _reader: Reader) -> Iterator[Cell]:
    yield Cell(Text(str(value)), markdown=field.name.endswith("_notes"))


_KINDS: Mapping[str, Callable[[Field, Any, Reader], Iterator[Cell]]] = {
    "bilingual": _bilingual,
    "day": _day,
    "web_address": _web_address,
    "email": _email,
    "place": _place,
    "text": _text,
}


def bounding_box(value: Any) -> tuple[float, float, float, float] | None:
    """Return west, south, east and north of a GeoJSON geometry (text or object), in degrees."""
    try:
        geometry = json.loads(value) if isinstance(value, str) else value
        points = list(_points(geometry["coordinates"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not points:
        return None
    across, along = [point[0] for point in points], [point[1] for point in points]
    return min(across), min(along), max(across), max(along)


def _points(coordinates: Any) -> Iterator[tuple[float, float]]:
    if coordinates and isinstance(coordinates[0], int | float):
        yield float(coordinates[0]), float(coordinates[1])
        return
    for part in coordinates:
        yield from _points(part)
