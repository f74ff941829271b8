"""Who owns which field of a harvested dataset: the source, or the ministry that works on it.

What the source gave last time is the source's: a field it stops giving is cleared. What it never
gave belongs to the ministry and survives every harvest. Resources are told apart by a mark.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

MARK, MARKED = "harvested_resource", "yes"
"""The resource field, and its value, that say a resource came from the source."""

STATUS = "record_status"
"""Set by the engine when a record is gone from its source, and reset when it is back."""

_IMMUTABLE = ("id", "name", "type", "private", "state", "creator_user_id")


def provided(dataset: Mapping[str, Any]) -> list[str]:
    """Return the fields that a source's record gives, sorted."""
    return sorted(key for key, value in dataset.items() if not is_empty(value))


def is_empty(value: Any) -> bool:
    """Say whether a value says nothing: missing, blank, or a bilingual value of blanks."""
    if isinstance(value, Mapping):
        return all(is_empty(item) for item in value.values())
    return value is None or value in ("", [], ())


def merged(
    current: Mapping[str, Any], incoming: Mapping[str, Any], before: Iterable[str]
) -> dict[str, Any]:
    """Return ``current`` with what the source says now.

    Args:
        current: the dataset as it is in the catalogue.
        incoming: the fields the source gives now.
        before: names of the fields the source gave last time.
    """
    given = {key: value for key, value in incoming.items() if not is_empty(value)}
    dropped = set(before) - set(given) - {"resources"}
    result = {key: value for key, value in current.items() if key not in dropped}
    result.update({key: value for key, value in given.items() if key not in _IMMUTABLE})
    result["resources"] = merged_resources(
        current.get("resources") or [], incoming.get("resources") or []
    )
    # Core's copies follow the bilingual fields; sent along they would contradict them.
    for core, bilingual in (("title", "title_translated"), ("notes", "notes_translated")):
        if bilingual in given or bilingual in dropped:
            result.pop(core, None)
    if "keywords" in given or "keywords" in dropped:
        result.pop("tags", None)
    return result


def merged_resources(
    current: Iterable[Mapping[str, Any]], incoming: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the source's resources, with the ids they have, and then the ministry's own.

    A resource is recognized by its address; one that is not recognized takes over no id.
    """
    theirs: dict[str, list[Mapping[str, Any]]] = {}
    own: list[dict[str, Any]] = []
    for resource in current:
        if resource.get(MARK) == MARKED:
            theirs.setdefault(str(resource.get("url")), []).append(resource)
        else:
            own.append(dict(resource))
    result: list[dict[str, Any]] = []
    for resource in incoming:
        same = theirs.get(str(resource.get("url")))
        known = {"id": same.pop(0)["id"]} if same else {}
        result.append({**resource, **known})
    return result + own
