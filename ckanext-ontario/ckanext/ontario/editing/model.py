"""What editing keeps and looks up: bulk changes, the row of a record, who saved it when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import JSONB

from ckanext.activity.model import Activity
from ckanext.ontario.shared import clock

Row = dict[str, Any]

KEPT = timedelta(days=30)
"""How long a bulk change's report is kept; it quotes records."""


class EditingRun(tk.BaseModel):
    """One change of many records: previewed, then applied."""

    __tablename__ = "ontario_editing_run"

    id: Any = sa.Column(sa.Text, primary_key=True, default=make_uuid)
    user_id: Any = sa.Column(sa.Text, nullable=False)
    phase: Any = sa.Column(sa.Text, nullable=False)
    """``previewing``, ``ready``, ``applying`` or ``done``."""
    changes: Any = sa.Column(JSONB, nullable=False)
    created: Any = sa.Column(sa.DateTime(timezone=True), nullable=False)
    seen: Any = sa.Column(sa.DateTime(timezone=True), nullable=False)
    """When something was last done for it; a run that stands still may be taken up again."""

    __table_args__ = (sa.Index("ontario_editing_run_user", "user_id", "created"),)


class EditingItem(tk.BaseModel):
    """One record of a bulk change."""

    __tablename__ = "ontario_editing_item"

    run_id: Any = sa.Column(
        sa.Text, sa.ForeignKey("ontario_editing_run.id", ondelete="CASCADE"), primary_key=True
    )
    position: Any = sa.Column(sa.Integer, primary_key=True)
    package_id: Any = sa.Column(sa.Text, nullable=False)
    done: Any = sa.Column(sa.Boolean, nullable=False, server_default="false")
    """Whether the present phase is done with this record."""
    result: Any = sa.Column(JSONB, nullable=False, server_default="{}")
    """What the record's preview or change came to, as the action returns it."""


RUN, ITEM = EditingRun.__table__, EditingItem.__table__
ACTIVITY: Any = Activity
PERSON: Any = model.User
"""As SQLAlchemy has them; the types of CKAN's models describe instances."""


# --- records ---------------------------------------------------------------------------------


def lock_package(reference: str) -> Any:
    """Return a record as the database has it now, its row locked until the transaction ends."""
    query = (
        model.Session.query(model.Package)
        .filter(sa.or_(model.Package.id == reference, model.Package.name == reference))
        .populate_existing()
        .with_for_update()
    )
    return query.first()


def package_of(resource_id: str) -> str | None:
    """Return the id of the record that a file belongs to."""
    return model.Session.scalar(
        sa.select(model.Resource.package_id).where(model.Resource.id == resource_id)
    )


def last_save(package_id: str, after: datetime) -> tuple[str, datetime] | None:
    """Return who saved a record last, and when, if that was after ``after`` (naive UTC)."""
    row = model.Session.execute(
        sa.select(ACTIVITY.user_id, ACTIVITY.timestamp)
        .where(_about(package_id), ACTIVITY.timestamp > after)
        .order_by(ACTIVITY.timestamp.desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None


def _about(package_id: str) -> Any:
    types = ("new package", "changed package", "deleted package")
    return sa.and_(ACTIVITY.object_id == package_id, ACTIVITY.activity_type.in_(types))


def stored_activity(package_id: str, activity_id: str) -> Any:
    """Return a stored state of a record by its activity's id, or ``None``."""
    query = sa.select(ACTIVITY).where(_about(package_id), ACTIVITY.id == activity_id)
    return model.Session.scalars(query).first()


def state_at(package_id: str, instant: datetime) -> Any:
    """Return the stored state of a record at an instant (naive UTC), or ``None``."""
    return model.Session.scalars(
        sa.select(ACTIVITY)
        .where(_about(package_id), ACTIVITY.timestamp <= instant)
        .order_by(ACTIVITY.timestamp.desc())
        .limit(1)
    ).first()


def states_after(package_id: str, instant: datetime | None, limit: int) -> list[Any]:
    """Return the latest ``limit`` stored states after an instant, oldest first."""
    query = sa.select(ACTIVITY).where(_about(package_id))
    if instant is not None:
        query = query.where(ACTIVITY.timestamp > instant)
    found = model.Session.scalars(query.order_by(ACTIVITY.timestamp.desc()).limit(limit))
    return list(found)[::-1]


def saves(package_id: str, limit: int) -> list[tuple[str, datetime, str]]:
    """Return ``(activity id, instant, user id)`` of the latest saves, latest first."""
    rows = model.Session.execute(
        sa.select(ACTIVITY.id, ACTIVITY.timestamp, ACTIVITY.user_id)
        .where(_about(package_id))
        .order_by(ACTIVITY.timestamp.desc())
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def people(user_ids: Iterable[str]) -> dict[str, Row]:
    """Return ``{user id: {"name", "display_name"}}`` of those who are known."""
    rows = model.Session.scalars(sa.select(PERSON).where(PERSON.id.in_(set(user_ids))))
    return {one.id: {"name": one.name, "display_name": one.display_name} for one in rows}


# --- bulk changes ----------------------------------------------------------------------------


def create_run(user_id: str, changes: Mapping[str, Any], package_ids: Sequence[str]) -> str:
    """Keep a new bulk change, and forget old ones; return its id."""
    now = clock.now()
    model.Session.execute(sa.delete(RUN).where(RUN.c.created < now - KEPT))
    run_id = make_uuid()
    model.Session.execute(
        sa.insert(RUN).values(
            id=run_id,
            user_id=user_id,
            phase="previewing",
            changes=dict(changes),
            created=now,
            seen=now,
        )
    )
    rows = [
        {"run_id": run_id, "position": number, "package_id": one}
        for number, one in enumerate(package_ids)
    ]
    if rows:
        model.Session.execute(sa.insert(ITEM), rows)
    return run_id


def find_run(run_id: str) -> Row | None:
    """Return a bulk change, or ``None``."""
    row = model.Session.execute(sa.select(RUN).where(RUN.c.id == run_id)).mappings().first()
    return dict(row) if row else None


def items(run_id: str, *, done: bool | None = None) -> list[Row]:
    """Return the records of a bulk change in order, all or those done or not done."""
    query = sa.select(ITEM).where(ITEM.c.run_id == run_id).order_by(ITEM.c.position)
    if done is not None:
        query = query.where(ITEM.c.done.is_(done))
    return [dict(row) for row in model.Session.execute(query).mappings()]


def note(run_id: str, position: int, result: Mapping[str, Any]) -> None:
    """Write down what a record came to, in the session's transaction."""
    model.Session.execute(
        sa.update(ITEM)
        .where(ITEM.c.run_id == run_id, ITEM.c.position == position)
        .values(done=True, result=dict(result))
    )


def touch(run_id: str) -> None:
    """Write down that a run is being worked on."""
    model.Session.execute(sa.update(RUN).where(RUN.c.id == run_id).values(seen=clock.now()))


def advance(run_id: str, phase: str, to: str) -> bool:
    """Move a run from one phase to the next; say whether it was still in the first.

    The records of a run that begins to apply are open again, with the versions previewed.
    """
    moved = model.Session.execute(
        sa.update(RUN)
        .where(RUN.c.id == run_id, RUN.c.phase == phase)
        .values(phase=to, seen=clock.now())
        .returning(RUN.c.id)
    ).first()
    if moved and to == "applying":
        ready = ITEM.c.result["status"].astext == "ready"
        model.Session.execute(
            sa.update(ITEM).where(ITEM.c.run_id == run_id, ready).values(done=False)
        )
    return moved is not None


def claim(run_id: str) -> Any:
    """Return a connection that alone works on a run, or ``None``; close it to let go."""
    connection = model.ensure_engine().connect()
    query = sa.text("SELECT pg_try_advisory_lock(hashtextextended(:key, 0))")
    if connection.execute(query, {"key": f"ontario_editing_run:{run_id}"}).scalar():
        return connection
    connection.close()
    return None


def release(connection: Any, run_id: str) -> None:
    """Let go of a run claimed by :func:`claim`."""
    query = sa.text("SELECT pg_advisory_unlock(hashtextextended(:key, 0))")
    connection.execute(query, {"key": f"ontario_editing_run:{run_id}"})
    connection.close()
