"""Records as the database has them, many at once: seven statements, however many records."""

from __future__ import annotations

from collections import defaultdict, namedtuple
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from ckan import model

PACKAGE: Any = model.package_table
RESOURCE: Any = model.resource_table
EXTRA: Any = model.package_extra_table
TAG: Any = model.tag_table
PACKAGE_TAG: Any = model.package_tag_table
MEMBER: Any = model.member_table
GROUP: Any = model.group_table
RELATIONSHIP: Any = model.package_relationship_table

Rows = list[Any]


class StoredPackage:
    """A row of ``package``, with what CKAN's functions ask of a package besides its columns."""

    _fields: tuple[str, ...]
    id: str
    name: str
    type: str | None
    state: str
    owner_org: str | None

    isopen = model.Package.isopen
    license = property(model.Package.get_license)
    get_license_register = model.Package.get_license_register

    def __init__(self, values: Mapping[str, Any]) -> None:
        """Take a row's columns as attributes."""
        self.__dict__.update(values)
        self._fields = tuple(values)
        self.extras: dict[str, Any] = {}
        self.resources_all: list[Any] = []
        self.package_tags: list[Any] = []


@dataclass
class Stored:
    """One record's rows, whatever their state."""

    package: StoredPackage
    resources: Rows = field(default_factory=list[Any])
    extras: Rows = field(default_factory=list[Any])
    tags: Rows = field(default_factory=list[Any])
    """Columns of ``tag``, and the state of the link."""
    links: Rows = field(default_factory=list[Any])
    """Rows of ``package_tag``."""
    members: Rows = field(default_factory=list[Any])
    groups: Rows = field(default_factory=list[Any])
    """Groups that the record is an active member of, with the membership's capacity."""
    organization: Rows = field(default_factory=list[Any])
    as_subject: Rows = field(default_factory=list[Any])
    as_object: Rows = field(default_factory=list[Any])


def read(package_ids: Collection[str], *, lock: bool = False) -> dict[str, Stored]:
    """Return the records of these ids that there are.

    Args:
        package_ids: ids of records.
        lock: keep others from changing the rows of ``package`` until the transaction ends.
    """
    ids = list(package_ids)
    if not ids:
        return {}
    query = sa.select(PACKAGE).where(PACKAGE.c.id.in_(ids)).order_by(PACKAGE.c.id)
    found = {
        row["id"]: Stored(StoredPackage(row))
        for row in model.Session.execute(query.with_for_update() if lock else query).mappings()
    }
    _add(found, "resources", _by(RESOURCE, RESOURCE.c.package_id, ids, order=RESOURCE.c.position))
    _add(found, "extras", _by(EXTRA, EXTRA.c.package_id, ids))
    for one in found.values():
        one.package.extras = {row.key: row.value for row in one.extras}
        one.package.resources_all = one.resources
    _add_tags(found, ids)
    _add_members(found, ids)
    _add_relationships(found, ids)
    return found


def _add(found: Mapping[str, Stored], name: str, rows: Iterable[tuple[str, Any]]) -> None:
    for package_id, row in rows:
        if package_id in found:
            getattr(found[package_id], name).append(row)


@cache
def _named(name: str, fields: tuple[str, ...]) -> Any:
    make: Any = namedtuple  # noqa: PYI024 -- its fields are the table's, read from it
    return make(name, fields)


def _by(table: Any, key: Any, ids: list[str], order: Any = None) -> Iterable[tuple[str, Any]]:
    """Yield ``(package id, row)``; a row has the table's columns."""
    fields = tuple(column.name for column in table.c)
    query = sa.select(key.label("_of"), *table.c).where(key.in_(ids))
    make = _named(table.name, fields)._make
    for row in model.Session.execute(query.order_by(order) if order is not None else query):
        yield row[0], make(row[1:])


def _add_tags(found: Mapping[str, Stored], ids: list[str]) -> None:
    query = (
        sa.select(*TAG.c, *PACKAGE_TAG.c)
        .join(PACKAGE_TAG, TAG.c.id == PACKAGE_TAG.c.tag_id)
        .where(PACKAGE_TAG.c.package_id.in_(ids))
    )
    width = len(TAG.c)
    tag = _named("tag", (*(c.name for c in TAG.c), "state"))
    link = _named("package_tag", tuple(c.name for c in PACKAGE_TAG.c))
    for row in model.Session.execute(query):
        joined = link._make(row[width:])
        if joined.package_id in found:
            found[joined.package_id].links.append(joined)
            named = tag._make((*row[:width], joined.state))
            found[joined.package_id].tags.append(named)
            known = SimpleNamespace(tag=named, state=joined.state)
            found[joined.package_id].package.package_tags.append(known)


def _add_members(found: Mapping[str, Stored], ids: list[str]) -> None:
    _add(found, "members", _by(MEMBER, MEMBER.c.table_id, ids))
    wanted = {row.group_id for one in found.values() for row in one.members}
    wanted |= {one.package.owner_org for one in found.values()}
    groups = {row.id: row for row in group_rows(wanted)}
    with_capacity = _named("group", (*(c.name for c in GROUP.c), "capacity"))
    for one in found.values():
        one.groups = [
            with_capacity._make((*groups[row.group_id], row.capacity))
            for row in one.members
            if row.state == "active"
            and row.group_id in groups
            and groups[row.group_id].is_organization is False
        ]
        owner = groups.get(one.package.owner_org)
        one.organization = [owner] if owner is not None and owner.state == "active" else []


def group_rows(ids: Collection[str | None]) -> Rows:
    """Return the groups and organizations of these ids."""
    known = [one for one in ids if one]
    make = _named("group", tuple(c.name for c in GROUP.c))._make
    query = sa.select(GROUP).where(GROUP.c.id.in_(known))
    return [make(row) for row in model.Session.execute(query)] if known else []


def _add_relationships(found: Mapping[str, Stored], ids: list[str]) -> None:
    subject, object_ = RELATIONSHIP.c.subject_package_id, RELATIONSHIP.c.object_package_id
    query = sa.select(RELATIONSHIP).where(sa.or_(subject.in_(ids), object_.in_(ids)))
    make = _named("relationship", tuple(c.name for c in RELATIONSHIP.c))._make
    both: defaultdict[str, Rows] = defaultdict(list)
    for row in model.Session.execute(query):
        both["as_subject"].append((row.subject_package_id, make(row)))
        both["as_object"].append((row.object_package_id, make(row)))
    for name, rows in both.items():
        _add(found, name, rows)
