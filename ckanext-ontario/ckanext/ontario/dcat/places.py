"""Where on the map a record is about.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from ckanext.ontario.dcat.reading import texts
from ckanext.ontario.dcat.vocabulary import Text2


@dataclass(frozen=True)
class Place:
    """What the data is about, on the map."""

    name: Text2
    geometry: Mapping[str, Any] | None
    box: tuple[float, float, float, float] | None
    """West, south, east, north in degrees."""


def place_of(told: Mapping[str, Any]) -> Place | None:
    """Return what a record says of its place, or ``None`` when it says nothing."""
    name = texts(told.get("geographic_coverage_translated"))
    geometry = _geometry(told.get("spatial"))
    if not name and geometry is None:
        return None
    return Place(name, geometry, box_of(geometry) if geometry else None)


def _geometry(value: object) -> Mapping[str, Any] | None:
    try:
        found = json.loads(value) if isinstance(value, str) and value else value
    except ValueError:
        return None
    return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) and found else None


def box_of(geometry: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    """Return the box around a GeoJSON geometry: west, south, east, north; ``None`` for none."""
    try:
        points = list(_points(geometry))
    except (TypeError, ValueError, AttributeError):
        return None
    if not points:
        return None
    across, up = [one[0] for one in points], [one[1] for one in points]
    return min(across), min(up), max(across), max(up)


def _points(geometry: Mapping[str, Any]) -> Iterable[tuple[float, float]]:
    for part in geometry.get("geometries") or ():
        yield from _points(part)
    waiting: list[Any] = [geometry.get("coordinates") or []]
    while waiting:
        part = waiting.pop()
        if part and isinstance(part[0], list):
            waiting.extend(part)
        elif part:
            yield float(part[0]), float(part[1])
