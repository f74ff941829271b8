"""Values as a page shows them: bilingual texts, days, sizes, addresses.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timezone
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal

from ckanext.ontario.shared.bilingual import LANGUAGES

LOCALES = {"en": "en_CA", "fr": "fr_CA"}
"""Catalogue language → the locale its numbers and days are written in."""

UNITS = {"en": ("bytes", "KB", "MB", "GB", "TB"), "fr": ("octets", "Ko", "Mo", "Go", "To")}
"""Units of size, each a thousand of the one before."""

TORONTO = ZoneInfo("America/Toronto")
"""Where a day begins and ends for everything the catalogue says of days."""

_THOUSAND = 1000
_TENTHS_BELOW = 10
_EMAIL = re.compile(r"[^@\s<>?&%\"']+@[\w.-]+\.\w+")


@dataclass(frozen=True)
class Text:
    """A text for the reader.

    ``lang`` is empty when it is in the reader's language, else the language it is in: a page marks
    it, so that it is read out in its own language, and says so.
    """

    value: str
    lang: str = ""


@dataclass(frozen=True)
class Day:
    """A day: ``iso`` (``2024-05-31``) for programs, ``shown`` for the reader."""

    iso: str
    shown: str


def text_of(value: Any, language: str) -> Text | None:
    """Return a bilingual value for the reader, else the other language's, else ``None``."""
    texts: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
    for code in (language, *LANGUAGES):
        found = texts.get(code)
        if isinstance(found, str) and found.strip():
            return Text(found.strip(), "" if code == language else code)
    return None


def date_of(value: Any) -> date | None:
    """Return the day of an ISO date or instant, or ``None`` for anything else."""
    try:
        return date.fromisoformat(str(value or "")[:10])
    except ValueError:
        return None


def day_shown(day: date, language: str) -> str:
    """Return a day in words: ``May 31, 2024``, ``31 mai 2024``, ``1er juin 2024``."""
    shown = str(format_date(day, "long", LOCALES[language]))
    return re.sub(r"^1 ", "1er ", shown) if language == "fr" else shown


def day_of(value: Any, language: str) -> Day | None:
    """Return an ISO date or instant for the reader, or ``None`` for anything else."""
    day = date_of(value)
    return Day(day.isoformat(), day_shown(day, language)) if day else None


def day_of_instant(value: Any, language: str) -> Day | None:
    """Return the day in Toronto of an instant in UTC, as CKAN keeps them, or ``None``."""
    try:
        instant = datetime.fromisoformat(str(value or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    aware = instant if instant.tzinfo else instant.replace(tzinfo=timezone.utc)
    return day_of(aware.astimezone(TORONTO).date(), language)


def size_of(value: Any, language: str) -> str:
    """Return a number of bytes for the reader (``1.2 MB``, ``1,2 Mo``); empty when unknown."""
    try:
        amount = float(value)
    except (TypeError, ValueError):
        return ""
    if not 0 < amount < float(_THOUSAND**5):
        return ""
    step = 0
    while amount >= _THOUSAND and step < len(UNITS[language]) - 1:
        amount, step = amount / _THOUSAND, step + 1
    pattern = "0.#" if step and amount < _TENTHS_BELOW else "0"
    number = format_decimal(amount, pattern, LOCALES[language])
    unit = UNITS[language][step].removesuffix("s" if amount == 1 else "")
    return f"{number}\N{NO-BREAK SPACE}{unit}"


def number_of(value: int, language: str) -> str:
    """Return a whole number for the reader: ``12,345``, ``12 345``."""
    return str(format_decimal(value, locale=LOCALES[language]))


def web_address(value: Any) -> str:
    """Return an address a page may link to (http or https); empty for every other."""
    address = str(value or "").strip()
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    safe = parts.scheme.lower() in {"http", "https"} and bool(parts.netloc)
    return address if safe and not re.search(r"[\s<>\"\\]", address) else ""


def host_of(address: str) -> str:
    """Return the host of a web address, without ``www.``."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


def email_address(value: Any) -> str:
    """Return an e-mail address a page may link to; empty for anything else."""
    address = str(value or "").strip()
    return address if _EMAIL.fullmatch(address) else ""
