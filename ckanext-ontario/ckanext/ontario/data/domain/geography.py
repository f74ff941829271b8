"""A map of points: where a latitude and a longitude lie in a picture, and the lines of degrees.

Equirectangular, true to scale at the middle latitude: a degree of longitude is as much narrower
there as it is on the ground. Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .scales import Scale, inner
from .towns import TOWNS, Town

WIDTH = 760.0
"""Of the whole picture, in its own units."""

LOWEST, HIGHEST = 260.0, 620.0
"""How high a picture may be."""

LEFT, RIGHT, TOP, BOTTOM = 62.0, 12.0, 12.0, 30.0
"""Margins around the map, for its degrees."""

SMALLEST = 0.02
"""Degrees that a map shows at least, about two kilometres."""

MARGIN = 0.06
"""What is added around the points, as a share of what they span."""

MOST = 2000
"""How many circles a map has at most."""

GRID = (50, 40)
"""Cells from west to east and from south to north into which more points are gathered."""

SMALL, LARGE = 4.0, 13.0
"""The smallest radius of a circle, and that of the place with most rows."""

MOST_TOWNS = 12

LETTER, LINE = 12.0, 24.0
"""Width of a letter and height of a line on phones, where the texts are larger beside the map."""


@dataclass(frozen=True)
class Bounds:
    """Degrees: south and west are the lower ones."""

    south: float
    north: float
    west: float
    east: float

    def around(self) -> Bounds:
        """Return bounds with a margin, that show at least ``SMALLEST`` degrees."""
        up = max((self.north - self.south) * MARGIN, SMALLEST / 2)
        across = max((self.east - self.west) * MARGIN, SMALLEST / 2)
        return Bounds(
            max(self.south - up, -90.0),
            min(self.north + up, 90.0),
            max(self.west - across, -180.0),
            min(self.east + across, 180.0),
        )


@dataclass(frozen=True)
class Frame:
    """Which degrees a picture shows, and where."""

    bounds: Bounds
    across: Scale
    up: Scale
    height: float
    width: float = WIDTH

    def at(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Return the place of a point, from the left and from the top."""
        return self.across.at(longitude), self.up.at(latitude)


@dataclass(frozen=True)
class Degree:
    """A line of equal latitude or longitude, and where it lies."""

    degrees: float
    place: float


def fitted(bounds: Bounds) -> Frame:
    """Return the frame that shows all of some bounds, without distortion at their middle.

    The side that has room to spare shows more than was asked.
    """
    shown = bounds.around()
    middle = math.radians((shown.south + shown.north) / 2)
    narrow = max(math.cos(middle), 0.01)
    inside = WIDTH - LEFT - RIGHT
    wide, tall = (shown.east - shown.west) * narrow, shown.north - shown.south
    height = inside * tall / wide
    room = min(max(height, LOWEST - TOP - BOTTOM), HIGHEST - TOP - BOTTOM)
    unit = min(inside / wide, room / tall)  # of the picture, for one degree of latitude
    half_across, half_up = inside / unit / narrow / 2, room / unit / 2
    centre_x, centre_y = (shown.east + shown.west) / 2, (shown.north + shown.south) / 2
    seen = Bounds(
        centre_y - half_up, centre_y + half_up, centre_x - half_across, centre_x + half_across
    )
    return Frame(
        seen,
        Scale(seen.west, seen.east, LEFT, WIDTH - RIGHT),
        Scale(seen.south, seen.north, TOP + room, TOP),
        TOP + room + BOTTOM,
    )


def parallels(frame: Frame) -> list[Degree]:
    """Return the lines of equal latitude that a map names."""
    low, high = max(frame.bounds.south, -90.0), min(frame.bounds.north, 90.0)
    return [Degree(value, frame.up.at(value)) for value in inner(low, high, 5)]


def meridians(frame: Frame) -> list[Degree]:
    """Return the lines of equal longitude that a map names."""
    low, high = max(frame.bounds.west, -180.0), min(frame.bounds.east, 180.0)
    return [Degree(value, frame.across.at(value)) for value in inner(low, high, 6)]


def radius(count: int, most: int) -> float:
    """Return the radius of a circle whose area grows with the rows it stands for."""
    return SMALL + 1 if most <= 1 else max(SMALL, LARGE * math.sqrt(count / most))


def towns(frame: Frame) -> list[tuple[Town, float, float]]:
    """Return the towns that help to find one's way: the larger first, none over another's name."""
    kept: list[tuple[Town, float, float]] = []
    boxes: list[tuple[float, float, float, float]] = []
    for town in TOWNS:
        x, y = frame.at(town.latitude, town.longitude)
        longest = max(len(town.english), len(town.french)) * LETTER
        box = (x - 6, y - LINE / 2, x + 10 + longest, y + LINE / 2)
        if not _inside(box, frame) or any(_over(box, other) for other in boxes):
            continue
        kept.append((town, x, y))
        boxes.append(box)
    return kept[:MOST_TOWNS]


def _inside(box: Sequence[float], frame: Frame) -> bool:
    return (
        box[0] >= LEFT
        and box[1] >= TOP
        and box[2] <= WIDTH - RIGHT
        and box[3] <= frame.height - BOTTOM
    )


def _over(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
