"""The points of a map: gathered by the database, in two statements whatever the table holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ckanext.ontario.data import asking
from ckanext.ontario.data.domain.geography import GRID, MOST, Bounds


@dataclass(frozen=True)
class Spot:
    """A place on the map, in degrees, and how many rows lie there."""

    latitude: float
    longitude: float
    rows: int


@dataclass(frozen=True)
class Places:
    """What a map shows."""

    spots: tuple[Spot, ...]
    """The fullest first."""
    bounds: Bounds | None
    """``None`` when no row has a place."""
    rows: int
    """Rows of the whole table."""
    placed: int
    """Rows that have a place."""
    gathered: bool
    """Whether points that lie near each other were gathered into one."""


def of(table: asking.Table, columns: tuple[str, str]) -> Places:
    """Return the points of a map.

    Args:
        table: one that the reader may see.
        columns: its latitude and its longitude. Rows that lack one, or whose degrees no place on
            Earth has, have no place; nor have those at 0, 0, which stands for "not known".

    Raises:
        ValidationError: when gathering them takes too long.
    """
    found = asking.source(table.id, columns)
    latitude, longitude = (asking.number(found.c[name]) for name in columns)
    placed = sa.and_(
        latitude.between(-90, 90),
        longitude.between(-180, 180),
        sa.or_(latitude != 0, longitude != 0),
    )
    points = sa.select(latitude.label("up"), longitude.label("across")).where(placed).subquery()
    total = sa.select(sa.func.count()).select_from(found).scalar_subquery()
    rows, here, different, *degrees = asking.rows(
        sa.select(
            total,
            sa.func.count(),
            sa.func.count(sa.tuple_(points.c.up, points.c.across).distinct()),
            sa.func.min(points.c.up),
            sa.func.max(points.c.up),
            sa.func.min(points.c.across),
            sa.func.max(points.c.across),
        )
    )[0]
    bounds = Bounds(*degrees) if here else None
    gathered = different > MOST
    spots = tuple(Spot(*row) for row in asking.rows(_spots(points, bounds if gathered else None)))
    return Places(spots, bounds, rows, here, gathered)


def _spots(points: Any, bounds: Bounds | None) -> Any:
    """Return the statement for each place, or for the cells of a grid over some bounds."""
    by = [points.c.up, points.c.across]
    if bounds is not None:
        by = [
            _cell(points.c.up, bounds.south, bounds.north, GRID[1]),
            _cell(points.c.across, bounds.west, bounds.east, GRID[0]),
        ]
    count = sa.func.count()
    up, across = sa.func.avg(points.c.up), sa.func.avg(points.c.across)
    return sa.select(up, across, count).group_by(*by).order_by(count.desc(), up, across).limit(MOST)


def _cell(column: Any, low: float, high: float, many: int) -> Any:
    if high <= low:
        return sa.literal_column("0::int")
    step = (high - low) / many
    # The outermost point lies on the last cell's far edge.
    return sa.func.least(sa.func.floor((column - low) / step), many - 1)
