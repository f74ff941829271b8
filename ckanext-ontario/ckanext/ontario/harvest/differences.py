"""What a harvest changes of a dataset, field by field, both values.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ckanext.ontario.harvest.domain import canonical
from ckanext.ontario.harvest.ownership import MARK, MARKED, is_empty

Row = dict[str, Any]

MAX_VALUE = 2_000
"""How many characters of a value are kept; what is longer ends in an ellipsis."""

MAX_CHANGES = 200
"""How many changes of one record are kept."""

_NOT_SAID = frozenset({
    "id", "name", "type", "state", "private", "resources", "title", "notes", "tags", "groups",
    "organization", "extras", "owner_org", "harvest_source_id", "harvest_guid", "package_id",
    "position", MARK,
})  # fmt: skip
"""What the engine or CKAN sets, or what repeats a bilingual field."""


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Row]:
    """Return ``{"field", "resource", "before", "after"}`` of everything that changes.

    Args:
        before: the dataset as it was, or ``None`` when it is new.
        after: the dataset as it is written. What CKAN works out by itself is in neither's way:
            only fields that the one or the other gives are held against each other.
    """
    if before is None:
        return []
    found = [*_fields(before, after), *_resources(before, after)]
    return found[:MAX_CHANGES]


def _fields(
    before: Mapping[str, Any], after: Mapping[str, Any], resource: str | None = None
) -> Iterator[Row]:
    given = set(after)
    dropped = set(before) - given if resource is None else set[str]()
    for key in sorted((given | dropped) - _NOT_SAID):
        old, new = before.get(key), after.get(key)
        if is_empty(old) and is_empty(new):
            continue
        if canonical({key: old}) != canonical({key: new}):
            yield {"field": key, "resource": resource, "before": short(old), "after": short(new)}


def _resources(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Row]:
    old = {str(each.get("id")): each for each in _list(before)}
    kept: set[str] = set()
    for resource in _list(after):
        identifier = str(resource.get("id") or "")
        if identifier in old:
            kept.add(identifier)
            yield from _fields(old[identifier], resource, _called(resource))
        else:
            yield _whole(resource, None, resource.get("url"))
    for identifier, resource in old.items():
        if identifier not in kept and resource.get(MARK) == MARKED:
            yield _whole(resource, resource.get("url"), None)


def _list(dataset: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return dataset.get("resources") or ()


def _whole(resource: Mapping[str, Any], before: Any, after: Any) -> Row:
    return {"field": "url", "resource": _called(resource), "before": before, "after": after}


def _called(resource: Mapping[str, Any]) -> str:
    return str(short(resource.get("name") or resource.get("url") or ""))


def short(value: Any) -> Any:
    """Return a value with every text of it cut to what is kept."""
    if isinstance(value, str):
        return value if len(value) <= MAX_VALUE else value[: MAX_VALUE - 1] + "…"
    if isinstance(value, Mapping):
        return {str(key): short(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [short(item) for item in value[:50]]
    return value
