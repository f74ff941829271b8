"""The rows that CKAN's ``package_dict_save`` would write, worked out without a database.

A record is validated data beside its stored rows, if it has any; what comes out are rows to
write whole (new or changed), and rows to delete.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ckanext.ontario.ingest.bulk import stored
from ckanext.ontario.ingest.bulk.stored import Stored

Row = dict[str, Any]

_NOT_KEPT = ("extras", "revision_timestamp", "tracking_summary")
_NEW_RESOURCE = {"url": "", "format": "", "description": "", "hash": ""}
"""What CKAN's ``Resource()`` starts with."""

_OPTIONAL = "remove_if_not_provided"
"""CKAN's mark of columns that are cleared when a save does not give them."""


@dataclass
class Changed:
    """A resource that was changed, or is gone."""

    row: Row
    operation: str
    url_changed: bool = False


@dataclass
class Batch:
    """What is written for the records of one batch."""

    private: bool
    """Whether every package is private, whatever it says (the internal portal)."""
    now: datetime
    tags: Mapping[str, str]
    """Name → id of every tag of the batch."""
    groups: Mapping[str, str]
    """Name → id of every group of the batch."""
    fresh: dict[Any, list[Row]] = field(default_factory=lambda: defaultdict(list))
    """Table → new rows."""
    changed: dict[Any, list[Row]] = field(default_factory=lambda: defaultdict(list))
    """Table → rows that are there, whole."""
    deleted: dict[Any, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Table → ids."""
    resources: list[Changed] = field(default_factory=list[Changed])
    """What observers of resources are told of."""

    def create(self, data: Row, creator: str) -> str:
        """Write a new record; sets its id and those of its resources in ``data``."""
        row = _loaded(stored.PACKAGE, dict.fromkeys(_columns(stored.PACKAGE)), _plain(data))[0]
        row["id"] = row["id"] or new_id()
        row["creator_user_id"] = creator
        row["metadata_created"] = row["metadata_modified"] = self.now
        row["type"] = row["type"] or "dataset"
        row["state"] = row["state"] or "active"
        row["private"] = True if self.private else bool(row["private"])
        self.fresh[stored.PACKAGE].append(_without_data(row))
        empty = Stored(stored.StoredPackage(row))
        self._parts(row["id"], data, empty)
        data["id"] = row["id"]
        return str(row["id"])

    def update(self, data: Row, before: Stored) -> str:
        """Write what changed of a record."""
        package_id = str(before.package.id)
        data["id"] = package_id
        old = {name: getattr(before.package, name) for name in _columns(stored.PACKAGE)}
        row = _loaded(stored.PACKAGE, old, _plain(data))[0]
        row["metadata_modified"] = self.now
        if self.private:
            row["private"] = True
        self.changed[stored.PACKAGE].append(_without_data(row))
        self._parts(package_id, data, before)
        return package_id

    def _parts(self, package_id: str, data: Row, before: Stored) -> None:
        self._resources(package_id, data.get("resources") or [], before)
        self._extras(package_id, data.get("extras") or [], before)
        self._tags(package_id, data.get("tags") or [], before)
        self._groups(package_id, data.get("groups") or [], before)
        self._owner(package_id, data.get("owner_org"), before)

    def _resources(self, package_id: str, given: list[Row], before: Stored) -> None:
        known = {row.id: row for row in before.resources}
        for position, one in enumerate(given):
            one["package_id"] = one.get("package_id") or package_id
            old = known.pop(one.get("id"), None)
            self._resource(one, position, old)
        for row in known.values():
            if row.state == "deleted":  # of an earlier save
                self.deleted[stored.RESOURCE].append(row.id)
                self.resources.append(Changed(row._asdict(), "deleted"))
                continue
            # CKAN takes the resources off its list from the front, so each was the first once.
            gone = {**row._asdict(), "state": "deleted", "position": 0}
            self.changed[stored.RESOURCE].append(gone)
            self.resources.append(Changed(gone, "changed"))

    def _resource(self, given: Row, position: int, old: Any) -> None:
        if given.get("url") and given.get("url_type") == "upload":
            given["url"] = given["url"].rsplit("/")[-1]
        for name in _NOT_KEPT:
            given.pop(name, None)
        empty = {**dict.fromkeys(_columns(stored.RESOURCE)), **_NEW_RESOURCE, "extras": {}}
        before = old._asdict() if old is not None else empty
        row, changed, extras = _loaded(stored.RESOURCE, before, given)
        if changed or (before["extras"] or {}) != extras:
            row["metadata_modified"] = self.now
        had_id = bool(row["id"])
        row |= {"extras": extras, "state": "active", "position": position}
        row["id"] = given["id"] = row["id"] or new_id()
        row["created"] = row["created"] or self.now
        row["metadata_modified"] = row["metadata_modified"] or self.now
        if old is not None and row == old._asdict():
            return
        (self.fresh if old is None else self.changed)[stored.RESOURCE].append(row)
        if old is not None:
            url_changed = bool(changed & {"url", "last_modified"})
            self.resources.append(Changed(row, "changed", url_changed))
        elif had_id:
            self.resources.append(Changed(row, "new"))

    def _extras(self, package_id: str, given: list[Row], before: Stored) -> None:
        wanted = {
            str(one["key"]): one["value"]
            for one in given
            if not one.get("deleted") and one["value"] is not None
        }
        known = {row.key: row for row in before.extras}
        for key, value in wanted.items():
            old = known.get(key)
            if old is None:
                row = {"id": new_id(), "package_id": package_id, "key": key, "value": value}
                self.fresh[stored.EXTRA].append({**row, "state": "active"})
            elif old.value != value:
                self.changed[stored.EXTRA].append({**old._asdict(), "value": value})
        self.deleted[stored.EXTRA] += [row.id for key, row in known.items() if key not in wanted]

    def _tags(self, package_id: str, given: list[Row], before: Stored) -> None:
        wanted = {self.tags[one["name"]] for one in given}
        known = {row.tag_id: row for row in before.links}
        for tag_id, row in known.items():
            state = "active" if tag_id in wanted else "deleted"
            if (row.state == "deleted") != (state == "deleted"):
                self.changed[stored.PACKAGE_TAG].append({**row._asdict(), "state": state})
        for tag_id in sorted(wanted - known.keys()):
            row = {"id": new_id(), "package_id": package_id, "tag_id": tag_id, "state": "active"}
            self.fresh[stored.PACKAGE_TAG].append(row)

    def _groups(self, package_id: str, given: list[Row], before: Stored) -> None:
        wanted = {self.groups[one["name"]] for one in given if one["name"] in self.groups}
        known = {row.group_id: row for row in before.members if row.capacity != "organization"}
        for group_id, row in known.items():
            state = "active" if group_id in wanted else "deleted"
            if row.state != state:
                changed = {**row._asdict(), "state": state, "capacity": "public"}
                self.changed[stored.MEMBER].append(changed)
        for group_id in sorted(wanted - known.keys()):
            self.fresh[stored.MEMBER].append(_member(package_id, group_id, "public"))

    def _owner(self, package_id: str, owner: str | None, before: Stored) -> None:
        known = [row for row in before.members if row.capacity == "organization"]
        for row in known:
            if row.group_id != owner:
                moved = {**row._asdict(), "group_id": owner, "state": "active"}
                self.changed[stored.MEMBER].append(moved)
        if owner and not known:
            self.fresh[stored.MEMBER].append(_member(package_id, owner, "organization"))


def _columns(table: Any) -> list[str]:
    return [column.name for column in table.c]


def new_id() -> str:
    """Return an id as CKAN makes them."""
    return str(uuid.uuid4())


def _member(package_id: str, group_id: str, capacity: str) -> Row:
    return {
        "id": new_id(),
        "table_name": "package",
        "table_id": package_id,
        "capacity": capacity,
        "group_id": group_id,
        "state": "active",
    }


def _plain(data: Row) -> Row:
    left_out = {"metadata_created", "metadata_modified", "plugin_data"}
    return {name: value for name, value in data.items() if name not in left_out}


def _without_data(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "plugin_data"}


def _loaded(table: Any, before: Row, given: Row) -> tuple[Row, set[str], Row]:
    """Do what CKAN's ``from_dict`` does: return the row, what changed, and what is no column."""
    row, rest, changed = dict(before), dict(given), set[str]()
    for column in table.c:
        name = column.name
        if name in given:
            value, old = rest.pop(name), before[name]
            if isinstance(old, datetime) and isinstance(value, str):
                old = old.isoformat()
        elif column.doc == _OPTIONAL:
            value, old = None if column.nullable else "", before[name]
        else:
            continue
        if old != value:
            changed.add(name)
            row[name] = value
    return row, changed, rest
