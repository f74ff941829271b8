"""Barriers as rows: written, mailed, closed. Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.ontario.accessibility.model import BARRIER

_ADD = """
    INSERT INTO ontario_accessibility_barrier (id, language, page, text, email, at)
    SELECT :id, :language, :page, :text, :email, :at
    WHERE (SELECT count(*) FROM ontario_accessibility_barrier WHERE closed_at IS NULL) < :most
    RETURNING id
"""


def add(values: Mapping[str, Any], most: int) -> bool:
    """Write a report down; say whether there was room for it.

    Args:
        values: ``id``, ``language``, ``page``, ``text``, ``email``, ``at``.
        most: how many may be open.
    """
    return model.Session.scalar(sa.text(_ADD), {**values, "most": most}) is not None


def listed(*, closed: bool, limit: int, offset: int) -> tuple[int, list[Mapping[str, Any]]]:
    """Return how many there are, and a page of them, the latest first."""
    where = BARRIER.c.closed_at.is_not(None) if closed else BARRIER.c.closed_at.is_(None)
    count = sa.select(sa.func.count()).select_from(BARRIER).where(where)
    query = sa.select(BARRIER).where(where).order_by(BARRIER.c.at.desc(), BARRIER.c.id)
    rows = model.Session.execute(query.limit(limit).offset(offset)).mappings().all()
    return int(model.Session.scalar(count) or 0), list(rows)


def close(barrier_id: str, user_id: str, now: datetime) -> bool:
    """Close a report and forget who wrote it; say whether it was open."""
    statement = (
        sa.update(BARRIER)
        .where(BARRIER.c.id == barrier_id, BARRIER.c.closed_at.is_(None))
        .values(closed_at=now, closed_by=user_id, email="")
        .returning(BARRIER.c.id)
    )
    return model.Session.scalar(statement) is not None


def unmailed(limit: int) -> list[Mapping[str, Any]]:
    """Return reports whose mail did not go out yet, the oldest first, locked for this process."""
    query = sa.select(BARRIER).where(BARRIER.c.mailed_at.is_(None), BARRIER.c.closed_at.is_(None))
    query = query.order_by(BARRIER.c.at).limit(limit).with_for_update(skip_locked=True)
    return list(model.Session.execute(query).mappings())


def mailed(barrier_id: str, now: datetime) -> None:
    """Note that the mail of a report went out."""
    statement = sa.update(BARRIER).where(BARRIER.c.id == barrier_id).values(mailed_at=now)
    model.Session.execute(statement)


def forget(before: datetime) -> int:
    """Delete reports that were closed before this moment; return how many."""
    done: Any = model.Session.execute(sa.delete(BARRIER).where(BARRIER.c.closed_at < before))
    return int(done.rowcount)
