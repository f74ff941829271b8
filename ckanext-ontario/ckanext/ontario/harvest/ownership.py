"""Who owns which field of a harvested dataset: the source, or the ministry that works on it.

What the source gave last time is the source's: a field it stops giving is cleared. What it never
gave belongs to the ministry and survives every harvest, and so do fields that the source's
configuration leaves to the ministry. Resources are told apart by a mark. Of each value the source
gave, a short hash is kept, by which a later harvest sees what was changed by hand meanwhile.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.ontario.harvest import domain

MARK, MARKED = "harvested_resource", "yes"
"""The resource field, and its value, that say a resource came from the source."""

STATUS = "record_status"
"""Set by the engine when a record is gone from its source, and reset when it is back."""

OWNER = "owner_org"
"""Set by every harvest that writes a record, whatever the source gives."""

_SHOWN = 200
"""Characters of a value that is shown where it is lost."""

_IMMUTABLE = ("id", "name", "type", "private", "state", "creator_user_id")


def provided(dataset: Mapping[str, Any]) -> list[str]:
    """Return the fields that a source's record gives, sorted."""
    return sorted(key for key, value in dataset.items() if not is_empty(value))


def marks(dataset: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields that a source's record gives, each with a short hash of its value."""
    return {key: mark(key, dataset[key]) for key in provided(dataset)}


def mark(field: str, value: Any) -> str:
    """Return a short hash that is the same for a value as given and as stored."""
    return hashlib.sha256(domain.canonical({field: _comparable(field, value)})).hexdigest()[:12]


def _comparable(field: str, value: Any) -> Any:
    if field == "resources":
        return sorted(str(resource.get("url") or "") for resource in value or ())
    if isinstance(value, Mapping):
        return {key: _comparable("", item) for key, item in value.items() if not is_empty(item)}
    if isinstance(value, (list, tuple)):
        return [_comparable("", item) for item in value]
    return "" if value is None else str(value).strip()


@dataclass(frozen=True)
class Conflict:
    """A field on which the source and the ministry disagree."""

    field: str
    here: str
    """The ministry's value, shortened."""
    kept: bool
    """Whether the ministry's value stays."""


def conflicts(
    current: Mapping[str, Any],
    incoming: Mapping[str, Any],
    before: Mapping[str, str],
    local: Collection[str] = (),
) -> list[Conflict]:
    """Return the fields that were changed by hand and that the source changes or would change.

    Args:
        current: the dataset as it is in the catalogue.
        incoming: the fields the source gives now.
        before: hashes of what the source gave last time (see :func:`marks`).
        local: fields that are left to the ministry.
    """
    found: list[Conflict] = []
    for field in sorted(before):
        here = _theirs(current) if field == "resources" else current.get(field)
        ours, theirs = mark(field, here), mark(field, incoming.get(field))
        if ours == theirs:
            continue
        kept = field in local
        # Kept without a word where the source has not moved; lost only if somebody had changed it.
        if theirs != before[field] if kept else ours != before[field]:
            found.append(Conflict(field, _said(here), kept))
    return found


def _theirs(current: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in current.get("resources") or () if each.get(MARK) == MARKED]


def _said(value: Any) -> str:
    if isinstance(value, list):
        value = ", ".join(str(each["url"]) if "url" in each else str(each) for each in value)
    elif isinstance(value, Mapping):
        value = " / ".join(
            item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)
            for item in value.values()
        )
    return str("" if value is None else value)[:_SHOWN]


def owned(given: Iterable[str], local: Collection[str]) -> dict[str, bool]:
    """Return the fields that a harvest looks after, each with whether a change by hand stays.

    Args:
        given: names of the fields the source gave last time.
        local: fields that are left to the ministry.
    """
    return {**{field: field in local for field in given}, OWNER: False}


def is_empty(value: Any) -> bool:
    """Say whether a value says nothing: missing, blank, or a bilingual value of blanks."""
    if isinstance(value, Mapping):
        return all(is_empty(item) for item in value.values())
    return value is None or value in ("", [], ())


def merged(
    current: Mapping[str, Any],
    incoming: Mapping[str, Any],
    before: Iterable[str],
    local: Collection[str] = (),
) -> dict[str, Any]:
    """Return ``current`` with what the source says now.

    Args:
        current: the dataset as it is in the catalogue.
        incoming: the fields the source gives now.
        before: names of the fields the source gave last time.
        local: fields that are left to the ministry once the dataset is there.
    """
    given = {
        key: value for key, value in incoming.items() if not is_empty(value) and key not in local
    }
    dropped = set(before) - set(given) - {"resources", *local}
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
