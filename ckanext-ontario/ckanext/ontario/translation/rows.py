"""What is remembered of texts: brought up to date, asked for, forgotten. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.ontario.translation import fields
from ckanext.ontario.translation.domain import Key, Place, Row, State, Texts, digests, moved
from ckanext.ontario.translation.model import TEXT

Records = Mapping[str, Mapping[Place, Texts]]
"""Id of a record → its texts."""

WAITING = sa.or_(TEXT.c.en_hash == "", TEXT.c.fr_hash == "", TEXT.c.en_at != TEXT.c.fr_at)
_BOTH = sa.and_(TEXT.c.en_hash != "", TEXT.c.fr_hash != "")
STATES: Mapping[str, Any] = {
    "": WAITING,
    State.MISSING.value: sa.or_(TEXT.c.en_hash == "", TEXT.c.fr_hash == ""),
    State.OLDER.value: sa.and_(_BOTH, TEXT.c.en_at != TEXT.c.fr_at),
    State.CURRENT.value: sa.and_(_BOTH, TEXT.c.en_at == TEXT.c.fr_at),
}
"""State that is asked for → its rows; ``""`` is what waits for a translator."""

_KEY = (TEXT.c.package_id, TEXT.c.resource_id, TEXT.c.field)


def remember(records: Records, now: datetime, agreed: Collection[Key] = ()) -> int:
    """Bring the rows of records up to date; return how many changed.

    Args:
        records: each with all of its texts.
        now: the instant of the change.
        agreed: texts that somebody has seen in both languages and says are right.
    """
    before = of_records(records)
    fresh: list[dict[str, Any]] = []
    known: set[Key] = set()
    for package_id, texts in records.items():
        for place, both in texts.items():
            key = Key(package_id, place)
            known.add(key)
            row = moved(before.get(key), digests(both), now, agreed=key in agreed)
            if row is not None and row is not before.get(key):
                fresh.append(_values(key, row))
    gone = [(key.package_id, *key.place) for key in before if key not in known]
    if fresh:
        statement = insert(TEXT)
        set_ = {name: statement.excluded[name] for name in ("en_hash", "fr_hash", "en_at", "fr_at")}
        model.Session.execute(
            statement.on_conflict_do_update(index_elements=list(_KEY), set_=set_), fresh
        )
    if gone:
        model.Session.execute(sa.delete(TEXT).where(sa.tuple_(*_KEY).in_(gone)))
    return len(fresh) + len(gone)


def _values(key: Key, row: Row) -> dict[str, Any]:
    place = {"resource_id": key.place.resource_id, "field": key.place.field}
    hashes = {f"{code}_hash": found for code, found in row.hashes.items()}
    return {
        "package_id": key.package_id,
        **place,
        **hashes,
        **{f"{code}_at": at for code, at in row.times.items()},
    }


def of_records(package_ids: Collection[str]) -> dict[Key, Row]:
    """Return what is remembered of records' texts."""
    query = sa.select(TEXT).where(TEXT.c.package_id.in_(list(package_ids)))
    return dict(_read(row) for row in model.Session.execute(query))


def _read(row: Any) -> tuple[Key, Row]:
    key = Key(str(row.package_id), Place(str(row.resource_id), str(row.field)))
    hashes = {"en": str(row.en_hash), "fr": str(row.fr_hash)}
    return key, Row(hashes, {"en": row.en_at, "fr": row.fr_at})


def forget(package_ids: Collection[str]) -> None:
    """Delete what is remembered of records."""
    ids = list(package_ids)
    model.Session.execute(sa.delete(TEXT).where(TEXT.c.package_id.in_(ids)))


def forget_absent() -> int:
    """Delete what is remembered of records that are not there any more; return how many rows."""
    package: Any = model.package_table
    there = sa.select(package.c.id).where(package.c.id == TEXT.c.package_id)
    done: Any = model.Session.execute(sa.delete(TEXT).where(~there.exists()))
    return int(done.rowcount)


# --- the queue -------------------------------------------------------------------------------


def counts(organizations: Sequence[str]) -> dict[str, int]:
    """Return how many texts wait in records of these organizations: ``missing``, ``older``."""
    kinds = (State.MISSING.value, State.OLDER.value)
    query = sa.select(*(sa.func.count().filter(STATES[kind]).label(kind) for kind in kinds))
    row = model.Session.execute(_queued(query, organizations).where(WAITING)).one()
    return {kind: int(getattr(row, kind)) for kind in kinds}


def count(organizations: Sequence[str], state: str) -> int:
    """Return how many texts of these organizations are in a state."""
    query = _queued(sa.select(sa.func.count()), organizations).where(STATES[state])
    return int(model.Session.scalar(query) or 0)


def page(
    organizations: Sequence[str],
    state: str,
    limit: int,
    offset: int = 0,
    after: tuple[str, ...] = (),
) -> list[tuple[Key, Row]]:
    """Return texts in a state, by the names of their records.

    Args:
        organizations: ids of those whose records are looked at.
        state: one of :data:`STATES`.
        limit: at most so many.
        offset: after so many.
        after: name, id, file and field of the text before the first one.
    """
    package: Any = model.package_table
    order = (package.c.name, *_KEY)
    query = _queued(sa.select(TEXT), organizations).where(STATES[state])
    if after:
        query = query.where(sa.tuple_(*order) > sa.tuple_(*map(sa.literal, after)))
    rows = model.Session.execute(query.order_by(*order).limit(limit).offset(offset))
    return [_read(row) for row in rows]


def _queued(query: Any, organizations: Sequence[str]) -> Any:
    package: Any = model.package_table
    joined = query.select_from(TEXT).join(package, package.c.id == TEXT.c.package_id)
    return joined.where(*_edited(organizations))


def _edited(organizations: Sequence[str]) -> tuple[Any, ...]:
    package: Any = model.package_table
    return (
        package.c.type == fields.TYPE,
        package.c.state != model.State.DELETED,
        package.c.owner_org.in_(list(organizations)),
    )


# --- records ---------------------------------------------------------------------------------


def ids_of(names: Collection[str], organizations: Sequence[str]) -> dict[str, str]:
    """Return ids of records of these organizations by name; others are left out."""
    package: Any = model.package_table
    query = sa.select(package.c.name, package.c.id)
    found = model.Session.execute(
        query.where(package.c.name.in_(list(names)), *_edited(organizations))
    )
    return {str(row.name): str(row.id) for row in found}


def lock(package_id: str) -> None:
    """Keep others from saving a record until the transaction ends."""
    package: Any = model.package_table
    query = sa.select(package.c.id).where(package.c.id == package_id).with_for_update()
    model.Session.execute(query)


def next_records(after: str, limit: int) -> list[str]:
    """Return ids of records after one, in the order of ids.

    Nobody saves them until the transaction ends, so that what is read of them next is theirs.
    """
    package: Any = model.package_table
    query = sa.select(package.c.id).where(
        package.c.type == fields.TYPE,
        package.c.id > after,
        package.c.state != model.State.DELETED,
    )
    locked = query.order_by(package.c.id).limit(limit).with_for_update(read=True)
    return list(model.Session.scalars(locked))
