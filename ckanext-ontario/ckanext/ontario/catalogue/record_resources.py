"""A record's files: what each is called, and how they stand together on the page.

Data comes before documents, documents before applications. Data stands by the period it is about,
the newest first; what is older is folded away.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ckanext.ontario.catalogue.record_reader import Reader
from ckanext.ontario.catalogue.record_text import (
    Day,
    Text,
    date_of,
    day_of,
    day_shown,
    host_of,
    size_of,
    text_of,
    web_address,
)

KINDS = {
    "data": "data",
    "data_dictionary": "documents",
    "technical_document": "documents",
    "information": "documents",
    "application": "applications",
}
"""Type of a file → the part of the page it stands in; an unknown type is a document."""

SECTIONS = ("data", "documents", "applications")
"""The parts of the page, in their order."""

VISITED = frozenset({"HTML", "API", "WMS", "WFS", "Esri REST", "RSS"})
"""Formats that are looked at where they are; everything else is downloaded."""

OPEN_PERIODS = 3
"""How many periods, from the newest, are not folded."""

SHOWN_AT_ONCE = 20
"""How many files of one group are shown before the rest is folded."""

_ORDER = {name: place for place, name in enumerate(KINDS)}
_YEARS_BEFORE_ALL = (0, 0)


@dataclass(frozen=True)
class ResourceRow:
    """One file, as lists show it.

    ``address`` is empty when there is none a page may link to; ``host`` names the site when it is
    not this one; ``visit`` says that it is looked at rather than downloaded.
    """

    identifier: str
    name: Text
    page: str
    address: str
    host: str
    visit: bool
    format: str
    size: str
    language: str
    kind: str
    updated: Day | None
    period: str
    table: bool


@dataclass(frozen=True)
class ResourceGroup:
    """Files of one period; ``label`` is empty where there is nothing to tell apart."""

    label: str
    first: tuple[ResourceRow, ...]
    more: tuple[ResourceRow, ...]
    folded: bool

    @property
    def count(self) -> int:
        """How many files."""
        return len(self.first) + len(self.more)


@dataclass(frozen=True)
class ResourceSection:
    """Files of one kind: ``data``, ``documents`` or ``applications``."""

    name: str
    groups: tuple[ResourceGroup, ...]

    @property
    def count(self) -> int:
        """How many files."""
        return sum(group.count for group in self.groups)


def kind_of(resource: Mapping[str, Any]) -> str:
    """Return the part of the page a file stands in."""
    written = resource.get("type")
    return KINDS.get(str(written), "documents") if written else "data"


def period_shown(start: date | None, end: date | None, language: str) -> str:
    """Return a period in words, as short as it can be: a year, years, or days."""
    if start is None or end is None:
        return _half_open(start, end, language)
    whole = (start.month, start.day) == (1, 1) and (end.month, end.day) == (12, 31)
    if whole:
        return _years((start.year, end.year))
    if start == end:
        return day_shown(start, language)
    dash = "to" if language == "en" else "au"
    return f"{day_shown(start, language)} {dash} {day_shown(end, language)}"


def _half_open(start: date | None, end: date | None, language: str) -> str:
    since, until = ("since", "until") if language == "en" else ("depuis le", "jusqu’au")
    if start:
        return f"{since} {day_shown(start, language)}"
    return f"{until} {day_shown(end, language)}" if end else ""


def row_of(resource: Mapping[str, Any], record_name: str, reader: Reader) -> ResourceRow:
    """Return one file for the reader."""
    address = web_address(resource.get("url"))
    written = str(resource.get("format") or "")
    period = _dates(resource)
    identifier = str(resource.get("id") or "")
    return ResourceRow(
        identifier=identifier,
        name=_name(resource, address, reader),
        page=reader.addresses.resource(record_name, identifier),
        address=address,
        host="" if is_ours(address, reader) else host_of(address),
        visit=written in VISITED or (resource.get("type") == "application"),
        format=written,
        size=size_of(resource.get("size"), reader.language),
        language=reader.resource_label("language", resource.get("language")),
        kind=reader.resource_label("type", resource.get("type")),
        updated=day_of(resource.get("data_last_updated"), reader.language),
        period=period_shown(*period, reader.language),
        table=resource.get("datastore_active") is True,
    )


def is_ours(address: str, reader: Reader) -> bool:
    """Say whether an address is on this portal."""
    site = reader.addresses.site
    return bool(site) and (address == site or address.startswith(f"{site}/"))


def sections(
    resources: Sequence[Mapping[str, Any]], record_name: str, reader: Reader
) -> tuple[ResourceSection, ...]:
    """Return a record's files as they stand on its page; parts without files are left out."""
    by_section: dict[str, list[Mapping[str, Any]]] = {name: [] for name in SECTIONS}
    for resource in resources:
        by_section[kind_of(resource)].append(resource)
    return tuple(
        ResourceSection(name, _groups(name, found, record_name, reader))
        for name, found in by_section.items()
        if found
    )


def _groups(
    section: str, resources: list[Mapping[str, Any]], record_name: str, reader: Reader
) -> tuple[ResourceGroup, ...]:
    if section != "data":
        ordered = sorted(resources, key=lambda one: _ORDER.get(str(one.get("type")), len(_ORDER)))
        return (_group("", [row_of(one, record_name, reader) for one in ordered], folded=False),)
    by_years: dict[tuple[int, int], list[Mapping[str, Any]]] = {}
    for resource in resources:
        by_years.setdefault(_covered(resource), []).append(resource)
    newest = sorted(by_years, key=lambda years: (years[1], years[0]), reverse=True)
    return tuple(
        _group(
            _years(years) if len(newest) > 1 else "",
            [row_of(one, record_name, reader) for one in _latest_first(by_years[years])],
            folded=place >= OPEN_PERIODS,
        )
        for place, years in enumerate(newest)
    )


def _group(label: str, rows: list[ResourceRow], *, folded: bool) -> ResourceGroup:
    cut = len(rows) if folded else SHOWN_AT_ONCE
    return ResourceGroup(label, tuple(rows[:cut]), tuple(rows[cut:]), folded)


def _latest_first(resources: list[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """Within a period the later part first; files of the same days keep the ministry's order."""
    return sorted(resources, key=lambda one: _dates(one)[1] or date.min, reverse=True)


def _dates(resource: Mapping[str, Any]) -> tuple[date | None, date | None]:
    return date_of(resource.get("data_range_start")), date_of(resource.get("data_range_end"))


def _covered(resource: Mapping[str, Any]) -> tuple[int, int]:
    start, end = _dates(resource)
    first, last = start or end, end or start
    return (first.year, last.year) if first and last else _YEARS_BEFORE_ALL


def _years(years: tuple[int, int]) -> str:
    if years == _YEARS_BEFORE_ALL:
        return ""
    return str(years[0]) if years[0] == years[1] else f"{years[0]}\N{EN DASH}{years[1]}"


def _name(resource: Mapping[str, Any], address: str, reader: Reader) -> Text:
    found = text_of(resource.get("name_translated"), reader.language)
    if found:
        return found
    plain = str(resource.get("name") or "").strip()
    file_name = address.rsplit("/", 1)[-1].split("?", 1)[0]
    return Text(plain or file_name or str(resource.get("format") or "") or "–")
