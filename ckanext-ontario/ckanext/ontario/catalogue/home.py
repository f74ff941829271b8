"""The home page, ready to be rendered.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.ontario.catalogue.record_access import LEVELS
from ckanext.ontario.catalogue.record_reader import Reader
from ckanext.ontario.catalogue.record_text import Day, Text, day_of_instant, number_of, text_of

LATEST = 5
"""How many records each list shows."""

MOST_MINISTRIES = 12
"""How many ministries are shown, those with most records first."""

FIELDS = ("name", "title", "title_en", "title_fr", "access_level", "metadata_modified")
FACETS = ("access_level", "topics", "organization")


@dataclass(frozen=True)
class Count:
    """How many records there are of something; ``shown`` is the number for the reader."""

    name: str
    label: str
    address: str
    number: int
    shown: str


@dataclass(frozen=True)
class Latest:
    """A record in a list."""

    title: Text
    address: str
    access_level: str
    access: str
    day: Day | None


@dataclass(frozen=True)
class HomePage:
    """The home page; ``working`` is false when the search does not answer."""

    working: bool
    total: int
    total_shown: str
    levels: tuple[Count, ...]
    topics: tuple[Count, ...]
    ministries: tuple[Count, ...]
    opened: tuple[Latest, ...]
    updated: tuple[Latest, ...]
    internal: bool


def home_page(
    updated: Mapping[str, Any] | None, opened: Mapping[str, Any] | None, reader: Reader
) -> HomePage:
    """Return the home page.

    Args:
        updated: the search for what changed last, with its counts; ``None`` if it failed.
        opened: the search for what was opened last; ``None`` if it failed.
        reader: who reads.
    """
    found = updated or {}
    counts = {name: _items(found, name) for name in FACETS}
    total = int(found.get("count", 0))
    ministries = sorted(counts["organization"].values(), key=lambda one: -int(one["count"]))
    return HomePage(
        working=updated is not None,
        total=total,
        total_shown=number_of(total, reader.language),
        levels=tuple(_counted("access_level", LEVELS, counts["access_level"], reader)),
        topics=tuple(
            _counted("topics", reader.schema.labels.get("topics", {}), counts["topics"], reader)
        ),
        ministries=tuple(_ministry(one, reader) for one in ministries[:MOST_MINISTRIES]),
        opened=_latest(opened, "opened_date", reader),
        updated=_latest(updated, "metadata_modified", reader),
        internal=reader.internal,
    )


def _items(found: Mapping[str, Any], name: str) -> dict[str, Mapping[str, Any]]:
    facet = (found.get("search_facets") or {}).get(name) or {}
    return {str(item["name"]): item for item in facet.get("items", ())}


def _counted(
    field: str, values: Iterable[str], counts: Mapping[str, Mapping[str, Any]], reader: Reader
) -> Iterable[Count]:
    parameter = "groups" if field == "topics" else field
    for value in values:
        number = int(counts[value]["count"]) if value in counts else 0
        yield Count(
            value,
            reader.label(field, value),
            reader.addresses.search(**{parameter: value}),
            number,
            number_of(number, reader.language),
        )


def _ministry(item: Mapping[str, Any], reader: Reader) -> Count:
    name, number = str(item["name"]), int(item["count"])
    return Count(
        name,
        str(item.get("display_name") or name),
        reader.addresses.organization(name),
        number,
        number_of(number, reader.language),
    )


def _latest(found: Mapping[str, Any] | None, day_field: str, reader: Reader) -> tuple[Latest, ...]:
    return tuple(
        Latest(
            title=text_of({"en": one.get("title_en"), "fr": one.get("title_fr")}, reader.language)
            or Text(str(one.get("title") or one["name"])),
            address=reader.addresses.record(str(one["name"])),
            access_level=str(one.get("access_level") or ""),
            access=reader.label("access_level", one.get("access_level")),
            day=day_of_instant(one.get(day_field), reader.language),
        )
        for one in (found or {}).get("results", ())
    )
