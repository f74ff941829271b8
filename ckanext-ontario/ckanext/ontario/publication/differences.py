"""What changed from one projection to the next, and how each change is approved.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One change between two projections."""

    path: str
    before: Any
    after: Any
    approval: str
    """``content`` (approved each time) or ``refresh`` (covered by a standing approval)."""


def differences(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    schema: Mapping[str, Any],
    *,
    files_before: Iterable[Mapping[str, Any]] = (),
    files_after: Iterable[Mapping[str, Any]] = (),
) -> list[Difference]:
    """Return what changed from one projection to the next, by path.

    A field's approval is its mark. Other bytes of a file that was there are a ``refresh``; a file
    or a resource that comes or goes, dictionaries, views and the order are ``content``. What the
    organization and the topics say about themselves is not the record's change.
    """
    before = before or {}
    found = list(_changed(before, after, schema.get("dataset_fields", ()), ""))
    one, other = (_by_id(side.get("resources") or ()) for side in (before, after))
    fields = schema.get("resource_fields", ())
    for identifier in sorted({*one, *other}):
        path = f"resources.{identifier}"
        if identifier in one and identifier in other:
            found += _changed(one[identifier], other[identifier], fields, f"{path}.")
        else:
            found.append(Difference(path, one.get(identifier), other.get(identifier), "content"))
    if list(one) != list(other) and set(one) == set(other):
        found.append(Difference("resources", list(one), list(other), "content"))
    return [*found, *_changed_files(files_before, files_after)]


def _changed(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    fields: Iterable[Mapping[str, Any]],
    prefix: str,
) -> Iterator[Difference]:
    approvals = {str(one["field_name"]): str(one.get("approval") or "content") for one in fields}
    related = {"resources", "organization", "groups"} if not prefix else set[str]()
    for key in sorted({*before, *after} - related):
        old, new = before.get(key), after.get(key)
        if old != new:
            yield Difference(f"{prefix}{key}", old, new, approvals.get(key, "content"))


def _by_id(rows: Iterable[Mapping[str, Any]], key: str = "id") -> dict[str, Mapping[str, Any]]:
    return {str(row.get(key)): row for row in rows}


def _changed_files(
    before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]
) -> Iterator[Difference]:
    one, other = _by_id(before, "resource_id"), _by_id(after, "resource_id")
    for identifier in sorted({*one, *other}):
        old, new = (side.get(identifier, {}).get("sha256") for side in (one, other))
        if old != new:
            approval = "refresh" if old and new else "content"
            yield Difference(f"resources.{identifier}.file", old, new, approval)
