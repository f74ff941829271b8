"""Single values as they are kept: dates, addresses, places, choices.

Each function returns the value to keep or raises :class:`~.texts.Refused`. Pure: imports neither
CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast
from urllib.parse import urlsplit

from .naming import folded
from .texts import Refused, dumped

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,63}")
_HOST = re.compile(r"(?:[\w](?:[\w-]{0,61}[\w])?\.)*[\w](?:[\w-]{0,61}[\w])?\.?")
_IPV6 = re.compile(r"[0-9a-f]{0,4}(?::[0-9a-f.]{0,15}){2,7}", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

ADDRESS_MAX = 2048
"""Characters of a web address; browsers and proxies cut longer ones."""

EMAIL_MAX = 254
"""Characters of an e-mail address (RFC 5321, 4.5.3.1.3)."""

_GEOMETRIES = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
"""GeoJSON geometries, with how deep their positions are nested (RFC 7946, 3.1)."""


def day(written: object) -> str:
    """Return an ISO date; the time of a date-time is left out.

    Raises:
        Refused: when it is no date of the calendar.
    """
    if isinstance(written, date):  # a datetime is one too
        return written.isoformat()[:10]
    text = str(written).strip()
    try:
        if len(text) > 10:
            return datetime.fromisoformat(text.replace("Z", "+00:00")).date().isoformat()
        return date.fromisoformat(text if _DAY.fullmatch(text) else "").isoformat()
    except ValueError as err:
        raise Refused("date-form", value=text[:50]) from err


def email(written: object) -> str:
    """Return an e-mail address.

    Raises:
        Refused: when it has not the form of one.
    """
    text = str(written).strip()
    local, _, domain = text.rpartition("@")
    dotted = local.startswith(".") or local.endswith(".") or ".." in text
    hyphen = any(part.startswith("-") or part.endswith("-") for part in domain.split("."))
    if len(text) > EMAIL_MAX or dotted or hyphen or not _EMAIL.fullmatch(text):
        raise Refused("email-form", value=text[:100])
    return text


def web_address(written: object) -> str:
    """Return an http or https address.

    Raises:
        Refused: when it is anything else, or holds a password.
    """
    text = str(written).strip()
    try:
        parts = urlsplit(text)
        _port = parts.port  # a port that is no number is found here
    except ValueError as err:
        raise Refused("address-form", value=text[:100]) from err
    plain = not re.search(r"[\s<>\"\\^`{|}\x00-\x1f]", text) and len(text) <= ADDRESS_MAX
    if parts.scheme.lower() not in {"http", "https"} or not plain or not _is_host(parts.hostname):
        raise Refused("address-form", value=text[:100])
    if parts.password is not None:
        raise Refused("address-password")
    return text


def _is_host(host: str | None) -> bool:
    if not host or len(host) > 253:
        return False
    return bool(_HOST.fullmatch(host) or _IPV6.fullmatch(host))


def choice(written: object, choices: Iterable[Mapping[str, Any]]) -> str:
    """Return the value of the choice that ``written`` names: by value, label or alias.

    Raises:
        Refused: when it names none; the message lists those there are.
    """
    text = str(written).strip()
    known = list(choices)
    if any(text == one["value"] for one in known):
        return text
    wanted = folded(text)
    for one in known:
        if wanted and wanted in names_of(one):
            return str(one["value"])
    listed = ", ".join(str(one["value"]) for one in known if one["value"])
    raise Refused("choice-unknown", value=text[:100], choices=listed)


def names_of(one: Mapping[str, Any]) -> set[str]:
    """Return every way to write a choice, folded: its value, labels and aliases."""
    label = cast("Mapping[str, str]", one.get("label") or {})
    written = [str(one["value"]), *label.values(), *one.get("aliases", ())]
    return {folded(name) for name in written}


def whole_number(written: object) -> int:
    """Return a number of 0 or more.

    Raises:
        Refused: when it is none.
    """
    text = str(written).strip()
    if isinstance(written, bool) or not re.fullmatch(r"\d{1,18}", text, re.ASCII):
        raise Refused("number-form", value=text[:50])
    return int(text)


def place(written: object) -> str:
    """Return a GeoJSON geometry as text, from one or from a bounding box ``w,s,e,n``.

    Raises:
        Refused: when it is neither, or lies outside the world.
    """
    value = written
    if isinstance(value, str):
        numbers = [part.strip() for part in value.strip().strip("[]").split(",")]
        if len(numbers) == 4 and not value.strip().startswith("{"):
            value = numbers
        else:
            try:
                value = json.loads(value)
            except ValueError as err:
                raise Refused("place-form") from err
    if isinstance(value, list) and len(cast("list[object]", value)) == 4:
        return dumped(_box(cast("list[Any]", value)))
    if not isinstance(value, Mapping) or not _is_geometry(cast("Mapping[str, Any]", value)):
        raise Refused("place-form")
    return dumped(value)


def _box(corners: list[Any]) -> dict[str, Any]:
    try:
        west, south, east, north = (float(corner) for corner in corners)
    except (TypeError, ValueError) as err:
        raise Refused("place-form") from err
    ends = [[west, south], [east, north]]
    if not all(_is_position(end) for end in ends) or south > north or west > east:
        raise Refused("place-form")
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _is_geometry(value: Mapping[str, Any]) -> bool:
    kind = value.get("type")
    if kind == "GeometryCollection":
        parts = value.get("geometries")
        return isinstance(parts, list) and all(
            isinstance(part, Mapping) and _is_geometry(cast("Mapping[str, Any]", part))
            for part in cast("list[object]", parts)
        )
    depth = _GEOMETRIES.get(str(kind))
    if depth is None or not _nested(value.get("coordinates"), depth):
        return False
    if kind in {"Polygon", "MultiPolygon"}:
        shapes = [value["coordinates"]] if kind == "Polygon" else value["coordinates"]
        return all(len(ring) >= 4 and ring[0] == ring[-1] for shape in shapes for ring in shape)
    return True


def _nested(value: object, depth: int) -> bool:
    if not isinstance(value, list) or not value:
        return False
    parts = cast("list[object]", value)
    return _is_position(parts) if depth == 0 else all(_nested(part, depth - 1) for part in parts)


def _is_position(value: Sequence[object]) -> bool:
    numbers = [one for one in value if isinstance(one, int | float) and not isinstance(one, bool)]
    if len(numbers) != len(value) or not 2 <= len(numbers) <= 3:
        return False
    if not all(math.isfinite(one) for one in numbers):
        return False
    return -180 <= numbers[0] <= 180 and -90 <= numbers[1] <= 90


def in_order(start: object, end: object) -> bool:
    """Say whether two ISO dates are in order; a date that is not there is always in order."""
    return not start or not end or str(start)[:10] <= str(end)[:10]
