"""From values to places on a line, and the round values that an axis names.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

START = datetime(1, 1, 1)  # noqa: DTZ001 -- tables have no zones
"""The instant from which seconds are counted."""

HOUR, DAY, MONTH, YEAR = 3600.0, 86_400.0, 30.4 * 86_400, 365.25 * 86_400

STEPS = (
    *(("hour", n, n * HOUR) for n in (1, 3, 6, 12)),
    *(("day", n, n * DAY) for n in (1, 2, 7, 14)),
    *(("month", n, n * MONTH) for n in (1, 3, 6)),
    *(("year", n, n * YEAR) for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)),
)
"""Steps between the instants of an axis: unit, how many, and about how many seconds."""

NARROWEST = 1e-9
"""The smallest span of an axis, as a share of its largest value: floats tell no more apart."""

TINY = 1e-100
"""What is smaller is drawn as nothing."""


@dataclass(frozen=True)
class Scale:
    """A line of a picture: ``low`` lies at ``start`` and ``high`` at ``end``."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the place of a value; all lie in the middle when there is but one value."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def ticks(low: float, high: float, most: int = 6) -> tuple[float, ...]:
    """Return round values in equal steps, from one at or below ``low`` to one at or above ``high``.

    Args:
        low: the lowest value that is drawn.
        high: the highest one; not less than ``low``.
        most: how many steps there may be, at least 1.

    Returns:
        Two values or more: whole multiples of 1, 2 or 5 times a power of ten.
    """
    if high - low < max(abs(low) * NARROWEST, abs(high) * NARROWEST, TINY):
        middle = (low + high) / 2
        around = abs(middle) / 4 if abs(middle) > TINY else 0.5
        low, high = middle - around, middle + around
    exponent = math.floor(math.log10((high - low) / most)) - 1
    while True:
        for times in (1, 2, 5):
            step = times * 10.0**exponent
            first, last = math.floor(low / step), math.ceil(high / step)
            if last - first <= most + 1:
                return tuple(_multiple(n * times, exponent) for n in range(first, last + 1))
        exponent += 1


def _multiple(number: int, exponent: int) -> float:
    # By its digits, so that three steps of a tenth are 0.3 and not 0.30000000000000004.
    return float(f"{number}e{exponent}")


def inner(low: float, high: float, most: int = 6) -> tuple[float, ...]:
    """Return the round values of ``ticks`` that lie between ``low`` and ``high``."""
    return tuple(value for value in ticks(low, high, most) if low <= value <= high)


def seconds(instant: datetime) -> float:
    """Return an instant as seconds, to place it on a scale."""
    return (instant - START).total_seconds()


def moments(low: datetime, high: datetime, most: int = 6) -> tuple[str, tuple[datetime, ...]]:
    """Return the instants that an axis of time names, and the unit to write them in.

    Args:
        low: the first instant that is drawn.
        high: the last one.
        most: how many there may be, at least 2.

    Returns:
        ``hour``, ``day``, ``month`` or ``year``, and the beginnings of such units between ``low``
        and ``high``; ``low`` alone when none lies there.
    """
    span = (high - low).total_seconds()
    unit, number = next(
        ((unit, n) for unit, n, length in STEPS if span / length <= most - 1), ("year", 10_000)
    )
    found: list[datetime] = []
    instant = _begin(low, unit, number)
    while instant is not None and instant <= high:
        if instant >= low:
            found.append(instant)
        instant = _next(instant, unit, number)
    return unit, tuple(found) or (low,)


def _begin(instant: datetime, unit: str, number: int) -> datetime:
    midnight = instant.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "hour":
        return midnight + timedelta(hours=instant.hour // number * number)
    if unit == "day":
        return midnight - timedelta(days=(midnight.toordinal() - 1) % number)
    if unit == "month":
        return midnight.replace(day=1, month=(instant.month - 1) // number * number + 1)
    return midnight.replace(day=1, month=1, year=max(instant.year // number * number, 1))


def _next(instant: datetime, unit: str, number: int) -> datetime | None:
    try:
        if unit in {"hour", "day"}:
            return instant + timedelta(hours=number * (24 if unit == "day" else 1))
        if unit == "month":
            month = instant.month - 1 + number
            return instant.replace(year=instant.year + month // 12, month=month % 12 + 1)
        return instant.replace(year=instant.year // number * number + number)
    except (OverflowError, ValueError):  # beyond the year 9999
        return None
