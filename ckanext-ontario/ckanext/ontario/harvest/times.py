"""Dates, times and numbers as the reader's language writes them, by the clock of Toronto."""

from __future__ import annotations

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import ckan.plugins.toolkit as tk
from babel import dates, numbers

from ckanext.ontario.shared.bilingual import language_of
from ckanext.ontario.shared.timing import DEFAULT_ZONE


def _locale() -> str:
    return f"{language_of(str(tk.h.lang()))}_CA"


def _instant(value: datetime | str) -> datetime:
    """Return an aware instant; ckanext-harvest's own are UTC without saying so."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def day(value: datetime | str | None) -> str:
    """Return the day of an instant: “November 27, 2026”; nothing for nothing."""
    if not value:
        return ""
    local = _instant(value).astimezone(ZoneInfo(DEFAULT_ZONE))
    return dates.format_date(local, "long", locale=_locale())


def moment(value: datetime | str | None) -> str:
    """Return an instant's day and time: “27 novembre 2026, 13 h 42”; nothing for nothing."""
    if not value:
        return ""
    zone = ZoneInfo(DEFAULT_ZONE)
    time = dates.format_time(_instant(value), "short", tzinfo=zone, locale=_locale())
    return f"{day(value)}, {_together(time)}"


def moment_in(value: datetime | str, zone: str) -> str:
    """Return an instant with its weekday, by the clock of a zone, whose name is said too."""
    here, locale = ZoneInfo(zone), _locale()
    local = _instant(value).astimezone(here)
    date = dates.format_date(local, "full", locale=locale)
    time = dates.format_time(local, "short", tzinfo=here, locale=locale)
    return f"{date}, {_together(time)} {dates.get_timezone_name(local, 'short', locale=locale)}"


def _together(time: str) -> str:
    """Return a time of day that no line breaks."""
    return time.replace(" ", "\u00a0")


def number(value: float) -> str:
    """Return a number with the separators of the language."""
    return numbers.format_decimal(value, locale=_locale())


def seconds(value: float) -> str:
    """Return how long something took: “2.1 s”, “3 min 5 s”."""
    if value < 60:
        shown = numbers.format_decimal(value, format="#,##0.0", locale=_locale())
        return f"{shown}\u00a0s"
    minutes, rest = divmod(round(value), 60)
    return f"{number(minutes)}\u00a0min {rest}\u00a0s"
