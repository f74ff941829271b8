"""The outbox as rows: what is due, what became of it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.ontario.publication import config
from ckanext.ontario.publication.model import OUTBOX, RELEASE
from ckanext.ontario.publication.transfer.wire import Item, Operation
from ckanext.ontario.shared import clock

FIRST_PAUSE = 5
LONGEST_PAUSE = 3600
"""Seconds between attempts: doubled each time, up to an hour, half as much more or less."""

SHOWN = 100
"""Parked releases that the status lists."""

WAITING, PARKED, DONE = "waiting", "parked", "done"


@dataclass(frozen=True)
class Waiting:
    """A row of the outbox with its release."""

    row: int
    attempts: int
    item: Item
    stored_hash: str | None
    """What was approved; the content has to be that."""


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempts, 20))
    return timedelta(seconds=longest * random.uniform(0.5, 1.5))  # noqa: S311 -- jitter, no secret


def due(limit: int, generation: int) -> list[Waiting]:
    """Return what may go out now, oldest first: of each record its latest waiting release.

    Earlier ones of the same record would only be overtaken; they are done when it is.
    """
    now = clock.now()
    latest = (
        sa.select(sa.func.max(OUTBOX.c.sequence))
        .where(OUTBOX.c.state == WAITING)
        .group_by(OUTBOX.c.package_id)
    )
    pairs = latest.add_columns(OUTBOX.c.package_id).subquery()
    sequence, package = pairs.c
    query = (
        sa.select(OUTBOX.c.id.label("row"), OUTBOX.c.attempts, *RELEASE.c)
        .join(RELEASE, _same(OUTBOX.c, RELEASE.c))
        .join(pairs, sa.and_(OUTBOX.c.package_id == package, OUTBOX.c.sequence == sequence))
        .where(
            OUTBOX.c.state == WAITING,
            OUTBOX.c.next_at <= now,
            RELEASE.c.state == "released",
            RELEASE.c.release_at <= now,  # nothing goes out before its instant
        )
        .order_by(OUTBOX.c.id)
        .limit(limit)
    )
    rows = [dict(row) for row in model.Session.execute(query).mappings()]
    first = _first_released([row["package_id"] for row in rows])
    names = _names([row["package_id"] for row in rows])
    return [
        Waiting(
            row["row"],
            row["attempts"],
            _item(row, generation, first, names),
            row["content_hash"],
        )
        for row in rows
    ]


def _same(one: Any, other: Any) -> Any:
    return sa.and_(one.package_id == other.package_id, one.sequence == other.sequence)


def _item(
    row: Mapping[str, Any], generation: int, first: Mapping[str, datetime], names: Mapping[str, str]
) -> Item:
    identifier = str(row["package_id"])
    released = row["released_at"] or row["release_at"]
    projection = row["projection"] or {}
    return Item(
        id=identifier,
        name=str(projection.get("name") or names.get(identifier) or identifier),
        operation=Operation(row["operation"]),
        generation=generation,
        sequence=row["sequence"],
        schema_version=row["schema_version"],
        released=released,
        created=first.get(identifier) or released,
        content_hash=row["content_hash"],
        projection=projection,
        files=tuple(row["files"] or ()),
    )


def _released_puts(package_ids: Iterable[str]) -> Any:
    return sa.and_(
        RELEASE.c.package_id.in_(list(package_ids)),
        RELEASE.c.operation == Operation.PUT.value,
        RELEASE.c.state == "released",
    )


def _first_released(package_ids: Iterable[str]) -> dict[str, datetime]:
    instant = sa.func.min(sa.func.coalesce(RELEASE.c.released_at, RELEASE.c.release_at))
    query = sa.select(RELEASE.c.package_id, instant).where(_released_puts(package_ids))
    rows = model.Session.execute(query.group_by(RELEASE.c.package_id))
    return {row[0]: row[1] for row in rows}


def _names(package_ids: Iterable[str]) -> dict[str, str]:
    """Return the names that records were last released by."""
    query = (
        sa.select(RELEASE.c.package_id, RELEASE.c.projection["name"].astext)
        .where(_released_puts(package_ids))
        .order_by(RELEASE.c.sequence)
    )
    return {row[0]: row[1] for row in model.Session.execute(query)}


# --- what became of it -----------------------------------------------------------------------


def done(delivered: Sequence[Waiting]) -> None:
    """Note releases as delivered, and those of the same records that they overtook."""
    now = clock.now()
    mine = sa.alias(OUTBOX)
    rows = [one.row for one in delivered]
    _set(OUTBOX.c.id.in_(rows), state=DONE, done=now, reason=None)
    overtaken = sa.and_(
        mine.c.id.in_(rows),
        OUTBOX.c.package_id == mine.c.package_id,
        OUTBOX.c.sequence < mine.c.sequence,
        OUTBOX.c.state != DONE,
    )
    reason = sa.func.concat("superseded by ", mine.c.sequence)
    _set(overtaken, state=DONE, done=now, reason=reason)


def later(one: Waiting, reason: str) -> None:
    """Put a release off after an attempt that failed."""
    _set(
        OUTBOX.c.id == one.row,
        attempts=one.attempts + 1,
        next_at=clock.now() + pause(one.attempts),
        reason=reason[:1000],
    )


def park(one: Waiting, reason: str) -> None:
    """Set a release aside, with its reason, until a person looks at it."""
    _set(
        OUTBOX.c.id == one.row,
        state=PARKED,
        attempts=one.attempts + 1,
        reason=reason[:1000],
    )


def retry(package_id: str | None = None) -> int:
    """Let parked releases wait again, of one record or of all; return how many."""
    condition = OUTBOX.c.state == PARKED
    if package_id:
        condition = sa.and_(condition, OUTBOX.c.package_id == package_id)
    return _set(condition, state=WAITING, attempts=0, next_at=clock.now())


def again(package_id: str, sequence: int) -> None:
    """Let a release go out once more, whatever became of it; a parked one stays parked."""
    now = clock.now()
    mine = sa.and_(OUTBOX.c.package_id == package_id, OUTBOX.c.sequence == sequence)
    if _set(sa.and_(mine, OUTBOX.c.state != PARKED), state=WAITING, next_at=now, attempts=0):
        return
    there = sa.select(OUTBOX.c.id).where(mine)
    if model.Session.execute(there).first() is None:
        model.Session.execute(
            sa.insert(OUTBOX).values(
                package_id=package_id, sequence=sequence, next_at=now, created=now
            )
        )


def has_later(one: Waiting, sequence: int) -> bool:
    """Say whether this portal has released something of a record as late as ``sequence``."""
    query = sa.select(RELEASE.c.sequence).where(
        RELEASE.c.package_id == one.item.id,
        RELEASE.c.sequence >= sequence,
        RELEASE.c.state == "released",
    )
    return model.Session.execute(query.limit(1)).first() is not None


def _set(condition: Any, **values: Any) -> int:
    done: Any = model.Session.execute(sa.update(OUTBOX).where(condition).values(**values))
    return int(done.rowcount)


def summary() -> dict[str, Any]:
    """Return how many releases wait and are parked, since when, and the parked ones."""
    counted = sa.select(OUTBOX.c.state, sa.func.count()).group_by(OUTBOX.c.state)
    counts = {
        row[0]: row[1] for row in model.Session.execute(counted.where(OUTBOX.c.state != DONE))
    }
    oldest = model.Session.execute(
        sa.select(sa.func.min(OUTBOX.c.created)).where(OUTBOX.c.state == WAITING)
    ).scalar()
    columns = (
        OUTBOX.c[name] for name in ("package_id", "sequence", "reason", "attempts", "created")
    )
    parked = sa.select(*columns).where(OUTBOX.c.state == PARKED).order_by(OUTBOX.c.id).limit(SHOWN)
    return {
        "public_url": config.public_url(),
        "waiting": counts.get(WAITING, 0),
        "parked": counts.get(PARKED, 0),
        "oldest": oldest.isoformat() if oldest else None,
        "parked_releases": [
            {**row, "created": row["created"].isoformat()}
            for row in model.Session.execute(parked).mappings()
        ],
    }


def count() -> int:
    """Return how many releases wait."""
    query = sa.select(sa.func.count()).select_from(OUTBOX).where(OUTBOX.c.state == WAITING)
    return int(model.Session.execute(query).scalar() or 0)
