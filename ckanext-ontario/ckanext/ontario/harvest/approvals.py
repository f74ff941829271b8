"""What a harvest may not decide by itself: records that are gone, kept until a person answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.ontario.harvest.model import APPROVAL, set_batches
from ckanext.ontario.shared import clock

Row = dict[str, Any]


def ask(run_id: str, source_id: str, gone: int, reasons: Iterable[str]) -> None:
    """Let a person decide about records that are gone; earlier questions are superseded."""
    statement = insert(APPROVAL).values(
        run_id=run_id,
        source_id=source_id,
        gone=gone,
        reasons=list(reasons),
        state="waiting",
        created=clock.now(),
    )
    model.Session.execute(statement.on_conflict_do_nothing())


def supersede(source_id: str) -> None:
    """End questions that a newer plan has answered or asks anew."""
    waiting = {"source_id": source_id, "state": "waiting"}
    model.Session.execute(sa.update(APPROVAL).filter_by(**waiting).values(state="superseded"))
    set_batches({"source_id": source_id, "state": "withheld"}, "discarded")


def find(run_id: str) -> Row | None:
    """Return the question a run has left, or ``None``."""
    query = sa.select(APPROVAL).where(APPROVAL.c.run_id == run_id)
    row = model.Session.execute(query).mappings().first()
    return dict(row) if row else None


def approve(run_id: str, user_id: str) -> bool:
    """Answer a waiting question; say whether it was still waiting."""
    statement = (
        sa.update(APPROVAL)
        .where(APPROVAL.c.run_id == run_id, APPROVAL.c.state == "waiting")
        .values(state="approved", decided=clock.now(), decided_by=user_id)
        .returning(APPROVAL.c.run_id)
    )
    return model.Session.execute(statement).first() is not None
