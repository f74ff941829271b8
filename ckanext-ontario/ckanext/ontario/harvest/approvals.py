"""What a harvest may not decide by itself: records that are gone, kept until a person answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def find_all(run_ids: Sequence[str]) -> dict[str, Row]:
    """Return the questions that these runs have left, by run."""
    query = sa.select(APPROVAL).where(APPROVAL.c.run_id.in_(list(run_ids)))
    return {row["run_id"]: dict(row) for row in model.Session.execute(query).mappings()}


def open_runs(source_id: str) -> set[str]:
    """Return the runs of a source whose question still waits."""
    query = sa.select(APPROVAL.c.run_id).filter_by(source_id=source_id, state="waiting")
    return {row[0] for row in model.Session.execute(query)}


def approve(run_id: str, user_id: str) -> bool:
    """Answer a waiting question with yes; say whether it was still waiting."""
    return _decide(run_id, user_id, "approved")


def refuse(run_id: str, user_id: str) -> bool:
    """Answer a waiting question with no, and drop what waited; say whether it was still waiting.

    The datasets stay as they are; the next harvest that misses the records asks anew.
    """
    if not _decide(run_id, user_id, "refused"):
        return False
    set_batches({"run_id": run_id, "kind": "gone", "state": "withheld"}, "discarded")
    return True


def _decide(run_id: str, user_id: str, state: str) -> bool:
    statement = (
        sa.update(APPROVAL)
        .where(APPROVAL.c.run_id == run_id, APPROVAL.c.state == "waiting")
        .values(state=state, decided=clock.now(), decided_by=user_id)
        .returning(APPROVAL.c.run_id)
    )
    return model.Session.execute(statement).first() is not None
