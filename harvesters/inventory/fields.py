"""The fields that a column of an inventory may fill, and how its text is read.

Names are those of the dataset schema; a few *pseudo-fields* (``identifier``, ``publisher``,
``date_range``, …) are read for what they say of other fields. Pure: imports neither CKAN nor
SQLAlchemy.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ckanext.ontario.harvesters.mapping.texts import LINE_CAP, NOTE_CAP, PROSE_CAP


class Kind(str, Enum):
    """How a cell's text becomes a value."""

    TEXT = "text"
    """One line, no markup, at most ``cap`` characters."""
    PROSE = "prose"
    """Markdown, at most ``cap`` bytes."""
    KEYWORDS = "keywords"
    DATE = "date"
    PERIOD_START = "period_start"
    """A date, or a month or year of which the first day counts."""
    PERIOD_END = "period_end"
    """A date, or a month or year of which the last day counts."""
    PERIOD = "period"
    CHOICE = "choice"
    CHOICES = "choices"
    EMAIL = "email"
    ADDRESS = "address"
    """One http(s) address."""
    VERBATIM = "verbatim"
    """Kept as written; somebody else reads it."""


@dataclass(frozen=True)
class Field:
    """What a column may fill."""

    name: str
    kind: Kind
    bilingual: bool = False
    cap: int = 0
    stored: bool = True
    """False for a pseudo-field: the mapping decides what becomes of it."""


def _prose(name: str, *, bilingual: bool = True) -> Field:
    return Field(name, Kind.PROSE, bilingual=bilingual, cap=PROSE_CAP)


def _line(name: str) -> Field:
    return Field(name, Kind.TEXT, bilingual=True, cap=LINE_CAP)


def _note(name: str) -> Field:
    return Field(name, Kind.TEXT, cap=NOTE_CAP)


_ALL = (
    _line("title_translated"),
    _line("short_description_translated"),
    _prose("notes_translated"),
    _note("other_title"),
    _prose("colby_notes", bilingual=False),
    Field("asset_type", Kind.CHOICE),
    Field("keywords", Kind.KEYWORDS, bilingual=True),
    Field("topics", Kind.CHOICES),
    _line("geographic_coverage_translated"),
    Field("geographic_granularity", Kind.CHOICE),
    Field("contains_geographic_markers", Kind.CHOICE),
    Field("url", Kind.ADDRESS),
    _line("maintainer_translated"),
    Field("maintainer_email", Kind.EMAIL),
    _line("maintainer_branch"),
    _note("custodian_name"),
    _note("author"),
    Field("author_email", Kind.EMAIL),
    Field("current_as_of", Kind.DATE),
    Field("date_range_start", Kind.PERIOD_START),
    Field("date_range_end", Kind.PERIOD_END),
    Field("date_created", Kind.DATE),
    Field("opened_date", Kind.DATE),
    Field("update_frequency", Kind.CHOICE),
    Field("access_level", Kind.CHOICE),
    Field("record_status", Kind.CHOICE),
    Field("license_id", Kind.CHOICE),
    Field("exemption", Kind.CHOICE),
    _prose("exemption_rationale"),
    Field("planned_release_date", Kind.DATE),
    Field("release_priority", Kind.CHOICE),
    _prose("access_instructions"),
    _note("retention_schedule"),
    # Read for what they say of other fields:
    Field("identifier", Kind.VERBATIM, stored=False),
    Field("publisher", Kind.VERBATIM, bilingual=True, stored=False),
    Field("date_range", Kind.PERIOD, stored=False),
    Field("file_formats", Kind.VERBATIM, stored=False),
    Field("dataset_url", Kind.VERBATIM, stored=False),
    Field("technical_documents", Kind.VERBATIM, stored=False),
    Field("eligible_for_release", Kind.CHOICE, stored=False),
    Field("date_released", Kind.DATE, stored=False),
    Field("portal_record", Kind.ADDRESS, bilingual=True, stored=False),
)

FIELDS = {field.name: field for field in _ALL}
"""Every field by name."""

LIKE = {"eligible_for_release": "contains_geographic_markers"}
"""Pseudo-fields whose words are those of a field of the schema."""

TITLE = "title_translated"
"""The one column without which a table is no inventory."""
