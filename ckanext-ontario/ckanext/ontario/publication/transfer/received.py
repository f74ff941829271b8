"""What the public portal remembers of each record: its last release, and tombstones for ever."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.ontario.publication.model import GENERATION, RECEIVED
from ckanext.ontario.publication.transfer.ordering import Known
from ckanext.ontario.publication.transfer.wire import Item, Operation
from ckanext.ontario.shared import clock
from ckanext.ontario.shared.portal import current

_PACKAGE: Any = model.Package.__table__  # type: ignore[attr-defined]
RECORD_TYPE = "dataset"


def generation() -> int:
    """Return this portal's generation; 1 when nobody has raised it."""
    query = sa.select(GENERATION.c.number).where(GENERATION.c.portal == current().value)
    return int(model.Session.execute(query).scalar() or 1)


def raise_generation(number: int) -> None:
    """Raise this portal's generation; never lowers it."""
    statement = insert(GENERATION).values(portal=current().value, number=number)
    model.Session.execute(
        statement.on_conflict_do_update(
            index_elements=[GENERATION.c.portal],
            set_={"number": sa.func.greatest(GENERATION.c.number, statement.excluded.number)},
        )
    )


def known(package_ids: Iterable[str]) -> dict[str, Known]:
    """Return what is known of these records, and hold their rows until the transaction ends."""
    ids = list(package_ids)
    query = sa.select(RECEIVED).where(RECEIVED.c.package_id.in_(ids))
    rows = model.Session.execute(query.order_by(RECEIVED.c.package_id).with_for_update()).mappings()
    present = set(
        model.Session.execute(
            sa.select(_PACKAGE.c.id).where(_PACKAGE.c.id.in_(ids), _PACKAGE.c.state == "active")
        ).scalars()
    )
    return {
        row["package_id"]: Known(
            Operation(row["operation"]),
            row["generation"],
            row["sequence"],
            row["content_hash"],
            present=row["package_id"] in present,
        )
        for row in rows
    }


def remember(items: Sequence[Item]) -> None:
    """Note releases of different records as applied, in the transaction that applies them."""
    if not items:
        return
    now = clock.now()
    rows = [
        {
            "package_id": item.id,
            # What was never shown is not named here either.
            "name": item.name if item.operation is Operation.PUT else item.id,
            "operation": item.operation.value,
            "generation": item.generation,
            "sequence": item.sequence,
            "content_hash": item.content_hash if item.operation is Operation.PUT else None,
            "at": now,
        }
        for item in items
    ]
    statement = insert(RECEIVED)
    new = statement.excluded
    put = new.operation == Operation.PUT.value
    changed = {one: new[one] for one in ("operation", "generation", "sequence", "content_hash")}
    changed |= {"at": new.at, "name": sa.case((put, new.name), else_=RECEIVED.c.name)}
    model.Session.execute(
        statement.on_conflict_do_update(index_elements=[RECEIVED.c.package_id], set_=changed), rows
    )


def is_removed(identifier: str) -> bool:
    """Say whether a record, by id or by the name it had last, was removed for ever."""
    query = sa.select(RECEIVED.c.package_id).where(
        sa.or_(RECEIVED.c.package_id == identifier, RECEIVED.c.name == identifier),
        RECEIVED.c.operation == Operation.REMOVE.value,
    )
    return model.Session.execute(query.limit(1)).first() is not None


def counts() -> dict[str, int]:
    """Return how many records each operation was the last of."""
    query = sa.select(RECEIVED.c.operation, sa.func.count()).group_by(RECEIVED.c.operation)
    found = {str(row[0]): int(row[1]) for row in model.Session.execute(query)}
    return {one.value: found.get(one.value, 0) for one in Operation}


def page(after: str, limit: int) -> list[dict[str, Any]]:
    """Return what is here, by id from behind ``after``: also records no release brought.

    Returns:
        ``{"id", "operation", "generation", "sequence", "content_hash"}``; a record that should
        be here and is not has no hash, one that no release brought has no sequence.
    """
    there = sa.select(_PACKAGE.c.id).where(
        _PACKAGE.c.type == RECORD_TYPE, _PACKAGE.c.state == "active"
    )
    here = there.subquery()
    identifier = sa.func.coalesce(RECEIVED.c.package_id, here.c.id).label("id")
    joined = sa.select(
        identifier,
        RECEIVED.c.operation,
        RECEIVED.c.generation,
        RECEIVED.c.sequence,
        sa.case((here.c.id.is_not(None), RECEIVED.c.content_hash)).label("content_hash"),
    ).select_from(RECEIVED.join(here, here.c.id == RECEIVED.c.package_id, full=True))
    query = joined.where(identifier > after).order_by(identifier).limit(limit)
    return [dict(row) for row in model.Session.execute(query).mappings()]
