"""Places on the map: a box or a GeoJSON geometry, as a document may write them.

The schema refuses a record whose place it can't draw; what would be refused there is told apart
here, so that a record goes in without it. Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, cast

from .problems import Unusable

_DEPTHS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
"""How deep the positions of a geometry are nested (RFC 7946, 3.1)."""
_SHOWN = 100


def place(said: object) -> str:
    """Return a place as the schema takes it: ``west,south,east,north``, or GeoJSON as text.

    Args:
        said: GeoJSON as an object or a text, four numbers as a text.

    Raises:
        Unusable: ``place_unusable``.
    """
    if isinstance(said, str):
        if (found := box(said)) is not None:
            return found
        said = _loaded(said)
    if isinstance(said, Mapping):
        geometry = cast("Mapping[str, Any]", said)
        if geometry.get("type") == "Feature":
            return place(geometry.get("geometry"))
        if _is_geometry(geometry):
            return json.dumps({key: geometry[key] for key in ("type", "coordinates")})
    raise Unusable("place_unusable", value=str(said)[:_SHOWN])


def box(text: str) -> str | None:
    """Return the four numbers of a box, when that is what a text is."""
    parts = [part.strip() for part in text.strip("[] ").split(",")]
    try:
        west, south, east, north = map(float, parts)
    except ValueError:
        return None
    inside = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    return ",".join(parts) if inside else None


def _loaded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _is_geometry(geometry: Mapping[str, Any]) -> bool:
    kind = str(geometry.get("type"))
    depth = _DEPTHS.get(kind)
    if depth is None or not _nested(geometry.get("coordinates"), depth):
        return False
    if kind not in {"Polygon", "MultiPolygon"}:
        return True
    given: list[Any] = geometry["coordinates"]
    shapes = [given] if kind == "Polygon" else given
    return all(len(ring) >= 4 and ring[0] == ring[-1] for shape in shapes for ring in shape)


def _nested(value: object, depth: int) -> bool:
    if not isinstance(value, list) or not value:
        return False
    parts = cast("list[object]", value)
    return _is_position(parts) if depth == 0 else all(_nested(part, depth - 1) for part in parts)


def _is_position(value: list[object]) -> bool:
    numbers = [one for one in value if isinstance(one, (int, float)) and not isinstance(one, bool)]
    if len(numbers) != len(value) or not 2 <= len(numbers) <= 3:
        return False
    return all(map(math.isfinite, numbers)) and abs(numbers[0]) <= 180 and abs(numbers[1]) <= 90
