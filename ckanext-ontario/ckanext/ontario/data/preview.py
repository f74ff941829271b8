"""A page of a table, ready to be shown: cells as the reader's language writes them."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

import ckan.plugins.toolkit as tk
from babel.dates import format_date, format_datetime, get_timezone
from babel.numbers import format_decimal

from ckanext.ontario.data import config
from ckanext.ontario.data.domain import dictionary
from ckanext.ontario.data.domain.measures import NUMBERS
from ckanext.ontario.shared.bilingual import language_of

LOCALES = {"en": "en_CA", "fr": "fr_CA"}

LONG = 500
"""Characters of a cell that a page shows."""

FEW_DIGITS = 10_000
"""Numbers below it are written without separators: many are years or codes."""

MAX_PAGE = 50_000_000


@dataclass(frozen=True)
class Asked:
    """What a reader wants to see of a table."""

    page: int = 1
    sort: str = ""
    descending: bool = False
    words: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Asked:
        """Read an address; what is no page number is page 1."""
        page = 1
        with contextlib.suppress(ValueError):
            page = min(max(int(query.get("page", "1")[:12]), 1), MAX_PAGE)
        words = query.get("q", "").replace("\x00", "").strip()[:200]
        return cls(page, query.get("sort", ""), query.get("order") == "desc", words)


@dataclass(frozen=True)
class Column:
    """One column: its name in the table, and what its dictionary says."""

    id: str
    type: str
    label: str
    notes: str
    unit: str
    entries: Mapping[str, str]

    @property
    def is_number(self) -> bool:
        """Say whether its cells are numbers, which are set to the right."""
        return self.type in NUMBERS


@dataclass(frozen=True)
class Page:
    """One page of a table."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int
    asked: Asked
    size: int
    problem: str = ""

    @property
    def pages(self) -> int:
        """Return how many pages there are."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """Return the number of the first row shown, 0 when there is none."""
        return (self.asked.page - 1) * self.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """Return the number of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0


def read(resource_id: str, asked: Asked, language: str) -> Page | None:
    """Return a page of a resource's table, or ``None`` when it has none that the reader may see."""
    try:
        return _read(resource_id, asked, language)
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None
    except tk.ValidationError as err:
        problem = sentence_of(err)
        plain = _read(resource_id, Asked(), language)
        return Page(plain.columns, plain.rows, plain.total, plain.asked, plain.size, problem)


def _read(resource_id: str, asked: Asked, language: str) -> Page:
    size = config.page_size()
    question: dict[str, Any] = {
        "resource_id": resource_id,
        "limit": size,
        "offset": (asked.page - 1) * size,
        "sort": _order(asked),
    }
    if asked.words:
        question["q"] = asked.words
    found = tk.get_action("datastore_search")({}, question)
    columns = tuple(
        column_of(field, language)
        for field in found["fields"]
        if field["id"] != "_id" and not (asked.words and field["id"] == "rank")
    )
    locale = LOCALES[language_of(language)]
    rows = tuple(
        tuple(shown(record.get(column.id), column, locale) for column in columns)
        for record in found["records"]
    )
    return Page(columns, rows, int(found["total"]), asked, size)


def _order(asked: Asked) -> list[str]:
    # The row's own number comes last, so that pages neither repeat rows nor lose them.
    if not asked.sort:
        return ["_id"]
    name = asked.sort.replace('"', "")
    return [f'"{name}" {"desc" if asked.descending else "asc"} nulls last', "_id"]


def sentence_of(err: tk.ValidationError) -> str:
    """Return what an error tells, without the names of parameters."""
    told: dict[str, Any] = err.error_dict
    return " ".join(str(text) for texts in told.values() for text in texts)


def column_of(field: Mapping[str, Any], language: str) -> Column:
    """Return a field of the DataStore as a column, in the reader's language where it has words."""
    entries = dictionary.row(field)
    other = "en" if language == "fr" else "fr"
    label, notes = (entries[f"{key}_{language}"] for key in ("label", "notes"))
    return Column(
        id=field["id"],
        type=field["type"],
        label=label or entries[f"label_{other}"] or field["id"],
        notes=notes or entries[f"notes_{other}"],
        unit=entries["unit"],
        entries=entries,
    )


def shown(value: Any, column: Column, locale: str) -> str:
    """Return a cell as it is shown: numbers and dates by locale, long texts cut."""
    if value is None or value == "":
        return ""
    if column.is_number:
        return number(value, locale)
    if column.type == "date":
        return _day(str(value), locale)
    if column.type.startswith("timestamp"):
        return _instant(str(value), locale)
    text = str(value)
    return text if len(text) <= LONG else f"{text[:LONG]}…"


def moment(instant: datetime, language: str) -> str:
    """Return an instant of UTC as people in Ontario write it."""
    return format_datetime(
        instant.replace(tzinfo=timezone.utc),
        format="medium",
        tzinfo=get_timezone(str(tk.config["ckan.display_timezone"])),
        locale=LOCALES[language],
    )


def number(value: Any, locale: str) -> str:
    """Return a number as a locale writes it, with every digit that it has."""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not exact.is_finite() or exact.adjusted() > 30:
        return str(value)
    return format_decimal(
        exact,
        locale=locale,
        decimal_quantization=False,
        group_separator=abs(exact) >= FEW_DIGITS,
    )


def _day(value: str, locale: str) -> str:
    try:
        return format_date(date.fromisoformat(value[:10]), format="medium", locale=locale)
    except ValueError:
        return value


def _instant(value: str, locale: str) -> str:
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return value
    if instant == datetime.combine(instant.date(), datetime.min.time()):
        return format_date(instant.date(), format="medium", locale=locale)
    return format_datetime(instant, format="medium", locale=locale)
