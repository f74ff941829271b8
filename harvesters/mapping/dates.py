"""Dates and periods the way people write them, in English and French.

Strict on purpose: a text is a date in exactly one way or it is refused. Month names come from
Unicode's locale data (Babel). Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from babel.dates import get_day_names, get_month_names

from .folding import folded
from .problems import Unusable

FIRST_YEAR, LAST_YEAR = 1600, 2200
"""A year outside these is a slip of the pen."""

_SERIAL_ZERO = date(1899, 12, 30)
SERIALS = range(14_611, 109_575)
"""Excel's day numbers for the years 1940 to 2199; smaller numbers are years or counts."""
MAC_OFFSET = 1462
"""Days between Excel's two calendars (1900 and 1904)."""


def _names(kind: str) -> dict[str, int]:
    getter = get_month_names if kind == "month" else get_day_names
    found = {
        folded(name): number
        for locale in ("en_CA", "fr_CA")
        for width in ("wide", "abbreviated")
        for number, name in getter(width, locale=locale).items()
    }
    if kind == "month":
        found |= {"sept": 9, "fev": 2, "juil": 7, "jul": 7, "aou": 8}
    return found


_MONTHS = _names("month")
_WEEKDAYS = set(_names("day")) - set(_MONTHS)  # "mar." is mardi, but far more often March
_SMALL_WORDS = {"le", "the", "of", "de", "du", "on"}

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[T ]\d{1,2}:\d{2}[\d:.,Zz+-]*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMERIC = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: \d{1,2}:\d{2}(?::\d{2})?)?")
_NUMBER = re.compile(r"(\d+)(?:[.,]\d+)?")
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|re|e)?")


@dataclass(frozen=True)
class Span:
    """A day, month or year: its first and last day."""

    first: date
    last: date

    @property
    def is_day(self) -> bool:
        """Say whether it is one day."""
        return self.first == self.last


def iso_date(text: str, *, mac: bool = False) -> str:
    """Return the day written in ``text`` as ``YYYY-MM-DD``.

    Args:
        text: ISO and other year-first dates, ``December 22, 2017``, ``1er janvier 2020``,
            day numbers of a spreadsheet, day-first and month-first dates that fit one way.
        mac: Day numbers count from 1904, as old Macintosh workbooks have it.

    Raises:
        Unusable: ``date_ambiguous`` for ``03/04/2020``, ``date_unreadable`` for anything else
            that names no single day.
    """
    span = read(text, mac=mac)
    if not span.is_day:
        raise Unusable("date_unreadable", value=text)
    return span.first.isoformat()


@lru_cache(maxsize=4096)
def read(text: str, *, mac: bool = False) -> Span:
    """Return the day, month or year that ``text`` names.

    Raises:
        Unusable: as :func:`iso_date`.
    """
    try:
        found = _numeric(text.strip(), mac=mac) or _in_words(text)
    except ValueError as err:
        if isinstance(err, Unusable):
            raise
        raise Unusable("date_unreadable", value=text) from err  # 30 February
    if found is None or not FIRST_YEAR <= found.first.year <= LAST_YEAR:
        raise Unusable("date_unreadable", value=text)
    return found


@lru_cache(maxsize=4096)
def period(text: str, *, mac: bool = False) -> tuple[str | None, str | None]:
    """Return start and end (ISO) of a period written as one text; ``None`` where it is open.

    Raises:
        Unusable: ``period_unreadable``, or ``date_ambiguous`` when only the order of day and
            month is in doubt.
    """
    doubt: Unusable | None = None
    for start, end in _halves(text):
        try:
            return _from_to(start, end, mac=mac)
        except Unusable as err:  # noqa: PERF203 -- a text has few places to cut it
            doubt = err if err.code == "date_ambiguous" else doubt
    try:
        whole = read(text, mac=mac)
    except Unusable as err:
        raise doubt or Unusable("period_unreadable", value=text) from err
    return whole.first.isoformat(), whole.last.isoformat()


# --- forms ------------------------------------------------------------------------------------


def _numeric(text: str, *, mac: bool) -> Span | None:
    if match := _ISO.fullmatch(text):
        year, month, day = match.groups()
        return _span(int(year), int(month), int(day) if day else None)
    if match := _NUMERIC.fullmatch(text):
        return _ordered(text, *(int(group) for group in match.groups()))
    if match := _COMPACT.fullmatch(text):
        return _span(*(int(group) for group in match.groups()))
    if match := _NUMBER.fullmatch(text):
        number = int(match[1])
        if number in SERIALS:
            return _day(_SERIAL_ZERO + timedelta(days=number + (MAC_OFFSET if mac else 0)))
        if match[1] == text and len(text) == 4:
            return Span(date(number, 1, 1), date(number, 12, 31))
    return None


def _ordered(text: str, one: int, two: int, year: int) -> Span:
    """Return the day of a date whose order is day-month or month-day, if only one fits."""
    if one <= 12 and two <= 12 and one != two:
        raise Unusable("date_ambiguous", value=text)
    day, month = (one, two) if two <= 12 else (two, one)
    return _span(year, month, day)


def _in_words(text: str) -> Span | None:
    """Return the span of a text with a month's name and, in any order, a year and a day."""
    skipped = _SMALL_WORDS | _WEEKDAYS
    words = [word for word in folded(text).split() if word not in skipped]
    months = [_MONTHS[word] for word in words if word in _MONTHS]
    numbers = [word for word in words if word not in _MONTHS]
    years = [int(word) for word in numbers if re.fullmatch(r"\d{4}", word)]
    days = [match for word in numbers if (match := _ORDINAL.fullmatch(word))]
    if len(months) != 1 or len(years) != 1 or len(days) + 1 != len(numbers) or len(days) > 1:
        return None
    return _span(years[0], months[0], int(days[0][1]) if days else None)


def _span(year: int, month: int, day: int | None) -> Span:
    if day is not None:
        return _day(date(year, month, day))
    last = calendar.monthrange(year, month)[1] if 1 <= month <= 12 else 0
    return Span(date(year, month, 1), date(year, month, last))


def _day(day: date) -> Span:
    return Span(day, day)


# --- periods ----------------------------------------------------------------------------------

_OPENING = re.compile(r"^\s*(?:(?:from|between|du|de|des|entre)\s+|d[’'])", re.IGNORECASE)
_SINCE = re.compile(
    r"^\s*(?:since|from|starting(?: in| on)?|depuis|à partir d[eu]|a partir d[eu]|dès)\s+(?:le )?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\s+(?:to|until|through|and|au|aux|à|a|et|jusqu[’'](?:au|à))\s+(?:le )?"
    r"|\s*[–—→]\s*|\s+-+\s+|\s*;\s*|/|-",
    re.IGNORECASE,
)
_OPEN_ENDS = {
    folded(text)
    for text in (
        *("present", "ongoing", "current", "to date", "now", "today", "present day"),
        *("présent", "ce jour", "à ce jour", "en cours", "aujourd’hui", "maintenant", "jour"),
    )
}


def _halves(text: str) -> Iterator[tuple[str, str]]:
    """Yield every way to cut a period in two, and the one half of an open period."""
    body = _OPENING.sub("", text)
    for match in _BETWEEN.finditer(body):
        yield body[: match.start()], body[match.end() :]
    if since := _SINCE.match(text):
        yield text[since.end() :], "present"


def _from_to(start: str, end: str, *, mac: bool) -> tuple[str, str | None]:
    last = None if _is_open(end) else read(end, mac=mac).last.isoformat()
    return read(start, mac=mac).first.isoformat(), last


def _is_open(text: str) -> bool:
    return folded(text) in _OPEN_ENDS
