"""What travels between the portals: one release as JSON, read strictly.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, cast

from ckanext.ontario.publication.projection import content_hash

BATCH = 100
"""Releases that one call may deliver."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NAME = re.compile(r"[a-z0-9_-]{2,100}", re.ASCII)


class Operation(str, Enum):
    """What a release does to the public portal."""

    PUT = "put"
    WITHDRAW = "withdraw"
    REMOVE = "remove"


class Status(str, Enum):
    """What the public portal answers for one release."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    """It has exactly this one."""
    OLDER = "older"
    """It has a later one; nothing is to be done."""
    REMOVED = "removed"
    """The record was removed for ever."""
    REFUSED = "refused"
    """Sending it again would not help."""
    AGAIN = "again"
    """It may go in later: a file is missing, or this portal is older than the other."""


class Malformed(ValueError):
    """What arrived is no release."""


@dataclass(frozen=True)
class Item:
    """One release on its way."""

    id: str
    name: str
    operation: Operation
    generation: int
    sequence: int
    schema_version: str
    released: datetime
    """When it was released; what is public was modified then."""
    created: datetime
    """When the record was first released."""
    content_hash: str | None = None
    projection: dict[str, Any] = field(default_factory=dict[str, Any])
    files: tuple[dict[str, Any], ...] = ()
    """``{"resource_id", "sha256", "size", "filename"}``."""

    @property
    def order(self) -> tuple[int, int]:
        """What decides which of two releases is later."""
        return self.generation, self.sequence


def dump(item: Item) -> dict[str, Any]:
    """Return a release as JSON values."""
    return {
        "id": item.id,
        "name": item.name,
        "operation": item.operation.value,
        "generation": item.generation,
        "sequence": item.sequence,
        "schema_version": item.schema_version,
        "released": item.released.isoformat(),
        "created": item.created.isoformat(),
        "content_hash": item.content_hash,
        "projection": item.projection,
        "files": [dict(one) for one in item.files],
    }


def read(given: object) -> Item:
    """Return the release that JSON values describe.

    Raises:
        Malformed: saying which value is wrong, or that the content is not what its hash says.
    """
    if not isinstance(given, Mapping):
        raise Malformed("a release is an object")
    values = cast("Mapping[str, Any]", given)
    try:
        operation = Operation(values.get("operation"))
    except ValueError as err:
        raise Malformed("operation") from err
    item = Item(
        id=_matching(values, "id", _UUID),
        name=_matching(values, "name", _NAME),
        operation=operation,
        generation=_number(values, "generation"),
        sequence=_number(values, "sequence"),
        schema_version=str(values.get("schema_version") or "")[:100],
        released=_instant(values, "released"),
        created=_instant(values, "created"),
    )
    return _with_content(item, values) if operation is Operation.PUT else item


def _with_content(item: Item, values: Mapping[str, Any]) -> Item:
    projection, listed = values.get("projection"), values.get("files")
    if not isinstance(projection, dict) or not isinstance(listed, list):
        raise Malformed("projection and files")
    if (projection.get("id"), projection.get("name")) != (item.id, item.name):
        raise Malformed("the projection is of another record")
    files = tuple(_file(one) for one in cast("list[Any]", listed))
    digest = _matching(values, "content_hash", _SHA256)
    try:
        found = content_hash(projection, files)
    except ValueError as err:
        raise Malformed("projection") from err
    if found != digest:
        raise Malformed("the content is not what its hash says")
    return Item(**{**vars(item), "content_hash": digest, "projection": projection, "files": files})


def _file(given: object) -> dict[str, Any]:
    if not isinstance(given, Mapping) or set(given) != {
        "resource_id",
        "sha256",
        "size",
        "filename",
    }:
        raise Malformed("files")
    values = cast("Mapping[str, Any]", given)
    _matching(values, "resource_id", _UUID)
    _matching(values, "sha256", _SHA256)
    _number(values, "size")
    return dict(values)


def _matching(values: Mapping[str, Any], key: str, pattern: re.Pattern[str]) -> str:
    value = values.get(key)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Malformed(key)
    return value


def _number(values: Mapping[str, Any], key: str) -> int:
    value = values.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**62:
        raise Malformed(key)
    return value


def _instant(values: Mapping[str, Any], key: str) -> datetime:
    try:
        found = datetime.fromisoformat(str(values.get(key)))
    except ValueError as err:
        raise Malformed(key) from err
    if found.tzinfo is None:
        raise Malformed(key)
    return found
