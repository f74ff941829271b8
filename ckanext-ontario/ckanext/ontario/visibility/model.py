"""The table of requests for data, and what is asked of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import insert

from ckanext.ontario.shared import clock

Row = dict[str, Any]


class AccessRequest(tk.BaseModel):
    """Somebody's request to use the files of a record, what was decided, and until when.

    No foreign key leads to the record or to people: what was decided outlives both.
    """

    __tablename__ = "ontario_visibility_access_request"

    id: Any = sa.Column(sa.Text, primary_key=True, default=make_uuid)
    package_id: Any = sa.Column(sa.Text, nullable=False)
    user_id: Any = sa.Column(sa.Text, nullable=False)
    reason: Any = sa.Column(sa.Text, nullable=False)
    state: Any = sa.Column(sa.Text, nullable=False)
    """``open``, ``granted``, ``refused``, ``withdrawn`` or ``ended``."""
    requested_at: Any = sa.Column(sa.DateTime(timezone=True), nullable=False)
    decided_by: Any = sa.Column(sa.Text)
    decided_at: Any = sa.Column(sa.DateTime(timezone=True))
    decision_reason: Any = sa.Column(sa.Text)
    until: Any = sa.Column(sa.Date)
    """The last day of a grant, in Ontario."""

    __table_args__ = (
        sa.CheckConstraint("state IN ('open', 'granted', 'refused', 'withdrawn', 'ended')"),
        sa.Index(
            "ontario_visibility_access_request_open",
            "package_id",
            "user_id",
            unique=True,
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index("ontario_visibility_access_request_user", "user_id", "state"),
        sa.Index("ontario_visibility_access_request_until", "state", "until"),
    )


TABLE = AccessRequest.__table__


def ask(package_id: str, user_id: str, reason: str) -> Row | None:
    """Keep a new request; ``None`` when the user has an open one for that record."""
    values = {
        "id": make_uuid(),
        "package_id": package_id,
        "user_id": user_id,
        "reason": reason,
        "state": "open",
        "requested_at": clock.now(),
    }
    return _first(insert(TABLE).values(values).on_conflict_do_nothing().returning(TABLE))


def find(request_id: str) -> Row | None:
    """Return a request, or ``None``."""
    return _first(sa.select(TABLE).where(TABLE.c.id == request_id))


def move(request_id: str, before: str, after: str, **values: Any) -> Row | None:
    """Take a request from one state to the next; ``None`` when it is not in the first any more."""
    return _first(
        sa.update(TABLE)
        .where(TABLE.c.id == request_id, TABLE.c.state == before)
        .values(state=after, **values)
        .returning(TABLE)
    )


def latest(package_id: str, user_id: str) -> Row | None:
    """Return a user's latest request for a record, or ``None``."""
    return _first(
        sa.select(TABLE)
        .where(TABLE.c.package_id == package_id, TABLE.c.user_id == user_id)
        .order_by(TABLE.c.requested_at.desc())
        .limit(1)
    )


def of_user(user_id: str, limit: int, offset: int) -> tuple[int, list[Row]]:
    """Return how many requests a user made, and a page of them, latest first."""
    return _page(TABLE.c.user_id == user_id, TABLE.c.requested_at.desc(), limit, offset)


def of_organizations(
    organizations: Collection[str], state: str, but: str, limit: int, offset: int
) -> tuple[int, list[Row]]:
    """Return requests of one state for records of organizations, oldest first.

    Args:
        organizations: ids of the owners.
        state: of the requests.
        but: id of a user whose own are left out.
        limit: the most that are returned.
        offset: how many are left out at the start.
    """
    packages = model.package_table
    owned = sa.select(packages.c.id).where(
        packages.c.owner_org.in_(organizations), packages.c.state == model.State.ACTIVE
    )
    chosen = sa.and_(TABLE.c.state == state, TABLE.c.user_id != but, TABLE.c.package_id.in_(owned))
    return _page(chosen, TABLE.c.requested_at, limit, offset)


def run_out(user_id: str, today: date) -> set[str]:
    """Return the records for which all grants of a user have run out, ended or not yet."""
    query = (
        sa.select(TABLE.c.package_id)
        .where(TABLE.c.user_id == user_id, TABLE.c.state == "granted")
        .group_by(TABLE.c.package_id)
        .having(sa.func.max(TABLE.c.until) < today)
    )
    return set(model.Session.scalars(query))


def end_before(today: date) -> list[Row]:
    """End the grants whose last day is past, and remove their collaborators; no commit."""
    ended = _rows(
        sa.update(TABLE)
        .where(TABLE.c.state == "granted", TABLE.c.until < today)
        .values(state="ended")
        .returning(TABLE)
    )
    for one in ended:
        remove_collaborator(one["package_id"], one["user_id"])
    return ended


def end_others(package_id: str, user_id: str, but: str) -> None:
    """End a user's other grants for a record: a new one takes their place; no commit."""
    model.Session.execute(
        sa.update(TABLE)
        .where(
            TABLE.c.package_id == package_id,
            TABLE.c.user_id == user_id,
            TABLE.c.state == "granted",
            TABLE.c.id != but,
        )
        .values(state="ended")
    )


def remove_collaborator(package_id: str, user_id: str) -> None:
    """Take a user from a record's collaborators, unless another grant goes on; no commit."""
    members = model.PackageMember
    granted = sa.select(TABLE.c.id).where(
        TABLE.c.package_id == package_id, TABLE.c.user_id == user_id, TABLE.c.state == "granted"
    )
    model.Session.query(members).filter(
        members.package_id == package_id, members.user_id == user_id, ~granted.exists()
    ).delete(synchronize_session=False)


def _page(chosen: Any, order: Any, limit: int, offset: int) -> tuple[int, list[Row]]:
    total = model.Session.scalar(sa.select(sa.func.count()).select_from(TABLE).where(chosen))
    query = sa.select(TABLE).where(chosen).order_by(order, TABLE.c.id)
    return int(total or 0), _rows(query.limit(limit).offset(offset))


def _rows(statement: Any) -> list[Row]:
    return [dict(row) for row in model.Session.execute(statement).mappings()]


def _first(statement: Any) -> Row | None:
    row: Mapping[str, Any] | None = model.Session.execute(statement).mappings().first()
    return dict(row) if row else None
