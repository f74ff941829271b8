"""What a column of a table holds: numbers, dates, instants or text.

A type is given only when every cell of the column agrees, the last as well as the first, so that a
load can't fail on row 40,000. Codes with leading zeros stay text: as numbers they would be others.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

TYPES = ("text", "numeric", "date", "timestamp")
"""Types of the DataStore that a column may be given, by us or in its dictionary."""

MAX_COLUMNS = 1000
"""PostgreSQL's own limit is 1,600, less for wide types."""

MAX_NAME = 63
"""Bytes of a column's name that PostgreSQL keeps."""

_NUMBER = re.compile(r"[+-]?(0|[1-9][0-9]{0,29})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]"
    r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?",
    re.ASCII,
)


class ColumnsRefused(Exception):
    """The header row can't become a table's columns; ``code`` and ``values`` say why."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


@dataclass
class Column:
    """What has been seen of one column."""

    name: str
    possible: set[str] = field(default_factory=lambda: {"numeric", "date", "timestamp"})
    filled: int = 0
    spoilt: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    """For each type that is ruled out, the first row and value that did it."""

    def see(self, value: str, row: int) -> None:
        """Take one cell into account."""
        if not value:
            return
        self.filled += 1
        for kind in [kind for kind in self.possible if not is_a(value, kind)]:
            self.possible.discard(kind)
            self.spoilt[kind] = (row, value[:80])

    def type(self) -> str:
        """Return the narrowest type that every cell has; ``text`` when the column is empty."""
        if not self.filled:
            return "text"
        return next(
            (kind for kind in ("numeric", "date", "timestamp") if kind in self.possible), "text"
        )

    def allows(self, kind: str) -> bool:
        """Say whether every cell can be stored as ``kind``."""
        return kind == "text" or kind in self.possible


def is_a(value: str, kind: str) -> bool:
    """Say whether a cell, stripped of blanks, is a value of a type."""
    if kind == "numeric":
        return bool(_NUMBER.fullmatch(value))
    if kind == "date":
        # A spreadsheet writes a day as its midnight.
        day = value.removesuffix(" 00:00:00").removesuffix("T00:00:00")
        return bool(_DATE.fullmatch(day)) and _exists(day)
    instant = _INSTANT.fullmatch(value)
    return bool(instant and _exists(instant[1])) or (
        bool(_DATE.fullmatch(value)) and _exists(value)
    )


def require_names(headers: Sequence[str]) -> None:
    """Refuse a header row that can't become columns.

    Args:
        headers: the cells of the header row, without the empty ones at its end.

    Raises:
        ColumnsRefused: ``no-columns``, ``too-many``, ``unnamed``, ``long``, ``bad-name`` or
            ``twice``, with the number of the column.
    """
    if not headers:
        raise ColumnsRefused("no-columns")
    if len(headers) > MAX_COLUMNS:
        raise ColumnsRefused("too-many", count=len(headers), limit=MAX_COLUMNS)
    seen: dict[str, int] = {}
    for number, header in enumerate(headers, 1):
        if not header:
            raise ColumnsRefused("unnamed", number=number)
        if len(header.encode()) > MAX_NAME:
            raise ColumnsRefused("long", number=number, column=header[:MAX_NAME], limit=MAX_NAME)
        if header.startswith("_") or '"' in header or not header.isprintable():
            raise ColumnsRefused("bad-name", number=number, column=header)
        if header in seen:
            raise ColumnsRefused("twice", number=number, column=header, first=seen[header])
        seen[header] = number


def chosen(column: Column, wanted: str) -> str:
    """Return the type to store a column as, given what its dictionary wants (``""``: nothing)."""
    if wanted in TYPES:
        return wanted if column.allows(wanted) else "text"
    return column.type()


def _exists(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return day >= "0001"


def as_text(value: object) -> str:
    """Return a cell as it is written into the table."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return str(value).strip()
