"""Answers as rows: written and decided inside, received outside. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.ontario.shared import clock, portal
from ckanext.ontario.shared.release_kinds import Taken
from ckanext.ontario.votes.model_inside import DECISION, RECEIVED, RESPONSE

KIND = "vote_response"
"""Name of the kind of release that approved answers are."""

_PACKAGE: Any = model.package_table
_TEXTS = ("kind", "text_en", "text_fr")


def add(package_id: str, kind: str, text: Mapping[str, str], user_id: str) -> int:
    """Write an answer down and return its sequence; the caller has locked the record."""
    last = sa.select(sa.func.max(RESPONSE.c.sequence)).where(RESPONSE.c.package_id == package_id)
    sequence = int(model.Session.scalar(last) or 0) + 1
    values = {
        "package_id": package_id, "sequence": sequence, "kind": kind, "text_en": text["en"],
        "text_fr": text["fr"], "written_by": user_id, "at": clock.now(),
    }  # fmt: skip
    model.Session.execute(sa.insert(RESPONSE).values(**values))
    return sequence


def lock(package_id: str) -> None:
    """Let no other answer to the same record be written until the transaction ends."""
    model.Session.execute(
        sa.text("SELECT pg_advisory_xact_lock(hashtext('ontario_votes'), hashtext(:one))"),
        {"one": package_id},
    )


def decide(row: Mapping[str, Any], user_id: str, reason: str | None) -> bool:
    """Write a decision down, once; return whether this one was the first.

    Args:
        row: of :func:`of`.
        user_id: who decides.
        reason: why it is returned; ``None`` to approve it.
    """
    values = {
        "package_id": row["package_id"], "sequence": row["sequence"], "approved": reason is None,
        "reason": reason, "decided_by": user_id, "at": clock.now(),
    }  # fmt: skip
    statement = insert(DECISION).values(**values).on_conflict_do_nothing()
    done: Any = model.Session.execute(statement)
    return bool(done.rowcount)


def content(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the public gets of an approved answer."""
    return {**{key: row[key] for key in _TEXTS}, "at": row["decided_at"].isoformat()}


def _joined() -> Any:
    same = sa.and_(
        DECISION.c.package_id == RESPONSE.c.package_id, DECISION.c.sequence == RESPONSE.c.sequence
    )
    columns = (DECISION.c.approved, DECISION.c.reason, DECISION.c.decided_by)
    query = sa.select(RESPONSE, *columns, DECISION.c.at.label("decided_at"))
    return query.select_from(RESPONSE.outerjoin(DECISION, same))


def of(package_id: str, sequence: int | None = None) -> list[dict[str, Any]]:
    """Return the answers to a record with what was decided, the latest first (internal)."""
    query = _joined().where(RESPONSE.c.package_id == package_id)
    if sequence is not None:
        query = query.where(RESPONSE.c.sequence == sequence)
    rows = model.Session.execute(query.order_by(RESPONSE.c.sequence.desc())).mappings()
    return [dict(row) for row in rows]


def undecided(organizations: Collection[str]) -> list[dict[str, Any]]:
    """Return the answers of these ministries that wait for a decision, the oldest first."""
    query = _joined().join(_PACKAGE, _PACKAGE.c.id == RESPONSE.c.package_id)
    query = query.where(
        DECISION.c.approved.is_(None),
        _PACKAGE.c.state == "active",
        _PACKAGE.c.owner_org.in_(list(organizations)),
    )
    rows = model.Session.execute(query.order_by(RESPONSE.c.at)).mappings()
    return [dict(row) for row in rows]


def answered(package_id: Any) -> Any:
    """Return SQL that says whether the record that a column names has an approved answer."""
    mine = sa.and_(DECISION.c.package_id == package_id, DECISION.c.approved.is_(True))
    return sa.exists().where(mine)


def shown(package_ids: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the approved answers to these records, each record's latest first; one query."""
    if not package_ids:
        return {}
    table = RESPONSE if portal.is_internal() else RECEIVED
    wanted = table.c.package_id.in_(list(package_ids))
    if portal.is_internal():
        query: Any = _joined().where(wanted, DECISION.c.approved.is_(True))
    else:
        query = sa.select(RECEIVED, RECEIVED.c.at.label("decided_at")).where(wanted)
    query = query.order_by(table.c.package_id, table.c.sequence.desc())
    found: dict[str, list[dict[str, Any]]] = {}
    for row in model.Session.execute(query).mappings():
        found.setdefault(row["package_id"], []).append(public(row))
    return found


def public(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an approved answer as everybody reads it."""
    return {
        "sequence": row["sequence"],
        "kind": row["kind"],
        "text": {"en": row["text_en"], "fr": row["text_fr"]},
        "at": stamp(row["decided_at"]),
    }


def stamp(at: datetime) -> str:
    """Return an instant as CKAN's templates and programs read it: UTC, with ``Z``."""
    return f"{at.astimezone(timezone.utc).replace(tzinfo=None).isoformat()}Z"


# --- outside ---------------------------------------------------------------------------------


def forget(package_ids: Collection[str]) -> None:
    """Delete the received answers to records that never come back."""
    gone = RECEIVED.c.package_id.in_(list(package_ids))
    model.Session.execute(sa.delete(RECEIVED).where(gone))


def receive(package_id: str, sequence: int, content: Mapping[str, Any]) -> Taken:
    """Take an approved answer on the public portal (``shared.release_kinds``)."""
    values = _read(content)
    if values is None:
        return Taken.REFUSED
    active = _PACKAGE.c.state == "active"
    there = sa.select(_PACKAGE.c.id).where(_PACKAGE.c.id == package_id, active)
    if model.Session.scalar(there) is not None:
        row = {"package_id": package_id, "sequence": sequence, **values}
        done: Any = model.Session.execute(insert(RECEIVED).values(**row).on_conflict_do_nothing())
        if done.rowcount:
            return Taken.APPLIED
    mine = (RECEIVED.c.package_id == package_id, RECEIVED.c.sequence == sequence)
    known = model.Session.execute(sa.select(RECEIVED).where(*mine)).mappings().first()
    if known is None:  # its record is not public yet, or withdrawn
        return Taken.AGAIN
    same = all(known[key] == value for key, value in values.items())
    return Taken.DUPLICATE if same else Taken.REFUSED


def _read(content: Mapping[str, Any]) -> dict[str, Any] | None:
    if set(content) != {*_TEXTS, "at"} or not all(isinstance(v, str) for v in content.values()):
        return None
    try:
        at = datetime.fromisoformat(content["at"])
    except ValueError:
        return None
    return {**{key: content[key] for key in _TEXTS}, "at": at} if at.tzinfo else None
