"""Numbers and instants of charts and maps, as a locale writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import ckan.plugins.toolkit as tk
from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import format_compact_decimal, format_scientific

from ckanext.ontario.data.preview import number

COMPACT, SCIENTIFIC = 1e6, 1e15
"""From these on, an axis writes its numbers shorter: 2.5M, 2.5E18."""

DIGITS = {"sum": 12, "mean": 6, "count": 15}
"""Digits of a figure that mean something: a sum of floats carries dust behind its twelfth."""

WHOLE = 1e5
"""Means from it on are written as whole numbers."""


def figure(value: float | None, how: str, locale: str) -> str:
    """Return a figure as it is told in words and in tables."""
    if value is None:
        return "–"
    if how == "mean" and abs(value) >= WHOLE:
        return number(f"{value:.0f}", locale)
    return number(f"{value:.{DIGITS[how]}g}", locale)


def marks(values: Sequence[float], locale: str) -> tuple[tuple[float, str], ...]:
    """Return the values of an axis, each with the text beside it."""
    largest = max(abs(value) for value in values)
    return tuple((value, _mark(value, largest, locale)) for value in values)


def _mark(value: float, largest: float, locale: str) -> str:
    if value and largest >= SCIENTIFIC:
        return format_scientific(value, locale=locale)
    if value and largest >= COMPACT:
        return format_compact_decimal(value, locale=locale, fraction_digits=2)
    return number(f"{value:.12g}", locale)


def instant(value: datetime, unit: str, locale: str) -> str:
    """Return an instant, or the span of time that begins with it.

    Args:
        value: the instant.
        unit: what instants were gathered by; ``""`` when they were not.
        locale: of the reader.
    """
    if unit == "year":
        return str(value.year)
    if unit in {"decade", "century"}:
        return f"{value.year}–{value.year + (9 if unit == 'decade' else 99)}"
    if unit == "month":
        return format_skeleton("yMMMM", value, locale=locale)
    if unit == "day" or (not unit and value.time() == datetime.min.time()):
        return format_date(value, format="medium", locale=locale)
    return format_datetime(value, format="short" if unit == "hour" else "medium", locale=locale)


def tick(value: datetime, unit: str, locale: str) -> str:
    """Return an instant as the axis of time names it."""
    if unit == "month":
        return format_skeleton("yMMM", value, locale=locale)
    return instant(value, unit, locale)


def degrees(value: float, axis: str, locale: str) -> str:
    """Return degrees with their side of the world; ``axis`` is ``latitude`` or ``longitude``."""
    sentences = {
        ("latitude", True): tk._("{degrees}° N"),
        ("latitude", False): tk._("{degrees}° S"),
        ("longitude", True): tk._("{degrees}° E"),
        ("longitude", False): tk._("{degrees}° W"),
    }
    told = number(f"{abs(value):.8g}", locale)
    return sentences[axis, value >= 0].format(degrees=told)
