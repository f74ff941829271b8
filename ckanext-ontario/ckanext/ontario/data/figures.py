"""The figures of a chart: gathered by the database, in two statements whatever the table holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TIMESTAMP

from ckanext.ontario.data import asking
from ckanext.ontario.data.domain.choosing import Choice
from ckanext.ontario.data.domain.measures import FEW, YEARS, Seen

MOST_POINTS = 500
"""Points of a line."""

SPANS = (
    ("hour", 3600),
    ("day", 86_400),
    ("month", 28 * 86_400),
    ("year", 365 * 86_400),
    ("decade", 3652 * 86_400),
    ("century", 36_524 * 86_400),
)
"""What instants are gathered by, the finest first, and the fewest seconds that each has."""

FIRST, LAST = datetime(1, 1, 1), datetime(9999, 12, 31)  # noqa: DTZ001 -- tables have no zones
"""Between these Python knows days; PostgreSQL has more of them, and infinity."""


@dataclass(frozen=True)
class Point:
    """One place on the horizontal axis."""

    at: Any
    """A ``datetime``, a year or a text."""
    rows: int
    values: tuple[float | None, ...]
    """For each column of numbers; the number of rows when none was chosen."""


@dataclass(frozen=True)
class Figures:
    """What a chart shows."""

    role: str
    """Of the horizontal axis: ``time``, ``year`` or ``category``."""
    gathered: str
    """``hour``, ``day``, ``month``, ``year`` … when instants were gathered by it, or ``""``."""
    points: tuple[Point, ...]
    groups: int
    """How many points there are, drawn or not."""
    rows: int
    """Rows of the whole table."""
    without: int
    """Rows that have no place on the horizontal axis."""


@dataclass(frozen=True)
class _Extent:
    rows: int
    placed: int
    different: int
    low: Any
    high: Any


def of(table: asking.Table, choice: Choice) -> Figures:
    """Return the figures of a chart.

    Args:
        table: one that the reader may see.
        choice: of columns that the table has.

    Raises:
        ValidationError: when gathering them takes too long.
    """
    axis = table.look(choice.x)
    most = FEW if choice.kind == "bar" else MOST_POINTS
    found = asking.source(table.id, [choice.x, *choice.y])
    place = _place(found.c[choice.x], axis)
    extent = _Extent(
        *asking.rows(
            sa.select(
                sa.func.count(),
                sa.func.count(place),
                sa.func.count(place.distinct()),
                sa.func.min(place),
                sa.func.max(place),
            ).select_from(found)
        )[0]
    )
    unit = _unit(extent, most) if axis.role == "time" else ""
    if unit:
        place = sa.func.date_trunc(sa.literal_column(f"'{unit}'"), place)
    points, groups = _gathered(found, place, choice, axis, most)
    return Figures(axis.role, unit, points, groups, extent.rows, extent.rows - extent.placed)


def _place(column: Any, axis: Seen) -> Any:
    if axis.role == "time":
        instant = sa.cast(column, TIMESTAMP)
        return sa.case((instant.between(FIRST, LAST), instant))
    if axis.role == "year":
        year = asking.number(column)
        return sa.case((year.between(*YEARS), sa.cast(sa.func.trunc(year), sa.Integer)))
    return asking.text(column)


def _unit(extent: _Extent, most: int) -> str:
    if extent.different <= most:
        return ""
    span = (extent.high - extent.low).total_seconds()
    return next((unit for unit, least in SPANS if span / least + 2 <= most), "century")


def _gathered(
    found: Any, place: Any, choice: Choice, axis: Seen, most: int
) -> tuple[tuple[Point, ...], int]:
    """Return the points, and how many there would be without a limit."""
    # Renamed first: a column of the table may have any name, ours included.
    names = {name: f"y{n}" for n, name in enumerate(choice.y)}
    each = sa.select(place.label("place"), *(found.c[name].label(y) for name, y in names.items()))
    inner = each.select_from(found).where(place.is_not(None)).subquery()
    values = [_value(inner.c[y], choice.how) for y in names.values()] or [sa.func.count()]
    groups = (
        sa.select(
            inner.c.place,
            sa.func.count().label("rows"),
            *(value.label(f"v{n}") for n, value in enumerate(values)),
        )
        .group_by(inner.c.place)
        .subquery()
    )
    wanted = sa.select(groups, sa.func.count().over().label("groups")).order_by(
        *_order(groups, axis, choice)
    )
    read = asking.rows(wanted.limit(most))
    points = [Point(row[0], row[1], tuple(row[2:-1])) for row in read]
    if axis.role != "category":
        points.reverse()  # the latest were asked for
    elif axis.ordered:
        points.sort(key=lambda point: str(point.at))
    return tuple(points), int(read[0][-1]) if read else 0


def _order(groups: Any, axis: Seen, choice: Choice) -> list[Any]:
    if axis.role != "category":
        return [groups.c.place.desc()]
    if axis.ordered and choice.kind == "line":
        return [groups.c.place.collate("C")]
    return [groups.c.v0.desc().nulls_last(), groups.c.place.collate("C")]


def _value(column: Any, how: str) -> Any:
    value = asking.number(column)
    return {"sum": sa.func.sum, "mean": sa.func.avg, "count": sa.func.count}[how](value)
