"""Who may use a record's data, under which licence, and who answers questions about it.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.ontario.catalogue import record_words
from ckanext.ontario.catalogue.record_reader import Publisher, Reader
from ckanext.ontario.catalogue.record_text import (
    Day,
    Text,
    date_of,
    day_of,
    email_address,
    text_of,
    web_address,
)
from ckanext.ontario.shared.bilingual import pick

LEVELS = ("open", "under_review", "restricted")
"""Access levels of the Directive."""

NOT_LICENSED = frozenset({"", "notspecified", "other-closed"})
"""Licences that say there is none (yet)."""


@dataclass(frozen=True)
class Access:
    """Who may use the data.

    ``level`` is one of :data:`LEVELS`, or empty when unknown. ``overdue`` says that the planned
    day has passed; an inactive record is never overdue. ``rationale`` is why the data is
    restricted, or why there is no planned day.
    """

    level: str
    label: str
    explained: str
    inactive: str
    planned: Day | None
    overdue: bool
    priority: str
    exemption: str
    exemption_explained: str
    rationale: Text | None
    instructions: Text | None


@dataclass(frozen=True)
class Licence:
    """What may be done with the data; ``must`` and ``address`` may be empty."""

    title: str
    address: str
    open: bool
    may: str
    must: str


@dataclass(frozen=True)
class Contact:
    """The chain of who answers: unit, branch, ministry. Every part may be missing."""

    unit: Text | None
    branch: Text | None
    email: str
    ministry: Text | None
    ministry_page: str
    ministry_contact: Text | None


def access_of(record: Mapping[str, Any], reader: Reader) -> Access:
    """Return who may use a record's data."""
    written = str(record.get("access_level") or "")
    level = written if written in LEVELS else ""
    inactive = record.get("record_status") == "inactive"
    planned = date_of(record.get("planned_release_date"))
    exemption = str(record.get("exemption") or "none") if level == "restricted" else "none"
    return Access(
        level=level,
        label=reader.label("access_level", level),
        explained=record_words.explained("access", level, reader.language),
        inactive=record_words.inactive(reader.language) if inactive else "",
        planned=day_of(record.get("planned_release_date"), reader.language),
        overdue=planned is not None and planned < reader.today and not inactive,
        priority=reader.label("release_priority", record.get("release_priority")),
        exemption="" if exemption == "none" else reader.label("exemption", exemption),
        exemption_explained=record_words.explained("exemption", exemption, reader.language),
        rationale=text_of(record.get("exemption_rationale"), reader.language),
        instructions=text_of(record.get("access_instructions"), reader.language),
    )


def licence_of(record: Mapping[str, Any], reader: Reader) -> Licence:
    """Return what may be done with a record's data."""
    identifier = str(record.get("license_id") or "")
    known = reader.schema.licences.get(identifier, {})
    is_open = bool(known.get("open"))
    kind = "none" if identifier in NOT_LICENSED else "open" if is_open else "closed"
    may, must = record_words.licence_words(identifier, kind, reader.language)
    return Licence(
        title=pick(known.get("label"), reader.language) or identifier,
        address=web_address(pick(known.get("url"), reader.language)),
        open=is_open,
        may=may,
        must=must,
    )


def contact_of(record: Mapping[str, Any], publisher: Publisher, reader: Reader) -> Contact:
    """Return who answers questions about a record."""
    language = reader.language
    return Contact(
        unit=text_of(record.get("maintainer_translated"), language),
        branch=text_of(record.get("maintainer_branch"), language),
        email=email_address(record.get("maintainer_email")),
        ministry=text_of(publisher.title, language),
        ministry_page=reader.addresses.organization(publisher.name) if publisher.name else "",
        ministry_contact=text_of(publisher.contact, language),
    )
