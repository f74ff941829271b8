"""Sending a batch's rows to the database: one statement per table, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import ckan.plugins as p
import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.ontario.ingest.bulk import rows, stored

ORDER = (stored.PACKAGE, stored.RESOURCE, stored.EXTRA, stored.PACKAGE_TAG, stored.MEMBER)
"""Tables in the order in which rows refer to each other."""

INDEXER = "synchronous_search"


def save(batch: rows.Batch) -> None:
    """Write and delete rows, then tell the observers of resources what became of them."""
    for table in reversed(ORDER):
        if ids := batch.deleted.get(table):
            model.Session.execute(sa.delete(table).where(table.c.id.in_(ids)))
    for table in ORDER:
        if fresh := batch.fresh.get(table):
            model.Session.execute(sa.insert(table), fresh)
        if changed := batch.changed.get(table):
            _put(table, changed)
    _notify(batch.resources)


def _put(table: Any, changed: list[rows.Row]) -> None:
    """Write changed rows in one statement; they are there, so all of them conflict."""
    names = [name for name in changed[0] if name != "id"]
    statement = insert(table).values(changed)
    statement = statement.on_conflict_do_update(
        index_elements=[table.c.id], set_={name: statement.excluded[name] for name in names}
    )
    model.Session.execute(statement)


def tag_ids(names: Collection[str]) -> dict[str, str]:
    """Return the ids of free tags; those that are new are made."""
    if not names:
        return {}
    tag = stored.TAG
    query = sa.select(tag.c.name, tag.c.id).where(
        tag.c.name.in_(list(names)), tag.c.vocabulary_id.is_(None)
    )
    found = {str(row.name): str(row.id) for row in model.Session.execute(query)}
    fresh = [
        {"id": rows.new_id(), "name": name, "vocabulary_id": None}
        for name in sorted(set(names) - found.keys())
    ]
    if fresh:
        model.Session.execute(sa.insert(tag), fresh)
    return found | {str(row["name"]): str(row["id"]) for row in fresh}


def group_ids(names: Collection[str]) -> dict[str, str]:
    """Return the ids of the groups of these names that there are."""
    if not names:
        return {}
    group = stored.GROUP
    query = sa.select(group.c.name, group.c.id).where(group.c.name.in_(list(names)))
    return {str(row.name): str(row.id) for row in model.Session.execute(query)}


def _notify(changed: Iterable[rows.Changed]) -> None:
    observers = [
        one for one in p.PluginImplementations(p.IDomainObjectModification) if one.name != INDEXER
    ]
    for one in changed:
        resource = _resource(one)
        for observer in observers:
            observer.notify(resource, one.operation)


def _resource(changed: rows.Changed) -> model.Resource:
    """Return a resource that no session knows, with the row's values."""
    resource = model.Resource()
    for name, value in changed.row.items():
        setattr(resource, name, value)
    if changed.url_changed:
        resource.url_changed = True
    return resource
