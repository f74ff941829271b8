"""Datasets that somebody misses in the inventory: sent, decided by administrators, voted for.

Nothing is kept of who sent one. Their ballots and tallies stand with those of records, so that
moving them at log-in and declaring them void work alike. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.ontario.votes import domain
from ckanext.ontario.votes.model import SUGGESTION, TALLY

WAITING, ACCEPTED, REFUSED = "waiting", "accepted", "refused"
STATES = (WAITING, ACCEPTED, REFUSED)

_ADD = """
    INSERT INTO ontario_votes_suggestion
        (id, language, title, description, organization, fingerprint, day)
    SELECT :id, :language, :title, :description, :organization, :fingerprint, :day
    WHERE (SELECT count(*) FROM ontario_votes_suggestion WHERE state = 'waiting') < :most
    ON CONFLICT (fingerprint) WHERE state = 'waiting' DO NOTHING
"""

_WAITS = """
    SELECT id FROM ontario_votes_suggestion
    WHERE fingerprint = :fingerprint AND state = 'waiting'
"""


def add(values: Mapping[str, Any], most: int) -> str | None:
    """Have a suggestion wait; return its id, or that of an equal one that waits already.

    Args:
        values: ``id``, ``language``, ``title``, ``description``, ``organization``, ``day``.
        most: how many may wait.

    Returns:
        ``None`` when as many wait already.
    """
    mark = {"fingerprint": domain.fingerprint(values["title"])}
    _ask(_ADD, {**values, **mark, "most": most})
    found = _ask(_WAITS, mark).scalar()
    return str(found) if found else None


def get(suggestion_id: str, state: str) -> Mapping[str, Any] | None:
    """Return a suggestion in this state, or ``None``."""
    found, rows = _rows(state, 1, 0, SUGGESTION.c.id == suggestion_id)
    return rows[0] if found else None


def listed(state: str, limit: int, offset: int) -> tuple[int, list[Mapping[str, Any]]]:
    """Return how many there are in a state, and a page of them; those with most votes first."""
    return _rows(state, limit, offset)


def decide(suggestion_id: str, state: str, values: Mapping[str, Any]) -> bool:
    """Accept or refuse a suggestion that was not refused; say whether there was one."""
    statement = (
        sa.update(SUGGESTION)
        .where(SUGGESTION.c.id == suggestion_id, SUGGESTION.c.state.in_((WAITING, ACCEPTED)))
        .values(state=state, **values)
        .returning(SUGGESTION.c.id)
    )
    return model.Session.scalar(statement) is not None


def forget_refused(before: date) -> list[str]:
    """Delete suggestions that were refused before this day; return their ids."""
    old = sa.and_(SUGGESTION.c.state == REFUSED, SUGGESTION.c.decided_at < before)
    return list(model.Session.scalars(sa.delete(SUGGESTION).where(old).returning(SUGGESTION.c.id)))


def _rows(state: str, limit: int, offset: int, *where: Any) -> tuple[int, list[Mapping[str, Any]]]:
    subject = sa.literal(domain.SUGGESTION) + SUGGESTION.c.id
    user = sa.func.coalesce(TALLY.c.n_user, 0)
    anonymous = sa.func.coalesce(TALLY.c.n_anon, 0)
    query = (
        sa.select(
            SUGGESTION,
            user.label("n_user"),
            anonymous.label("n_anon"),
            sa.func.count().over().label("total"),
        )
        .outerjoin(TALLY, TALLY.c.package_id == subject)
        .where(SUGGESTION.c.state == state, *where)
        .order_by(sa.desc(user + anonymous), SUGGESTION.c.day, SUGGESTION.c.id)
        .limit(limit)
        .offset(offset)
    )
    rows = model.Session.execute(query).mappings().all()
    if rows:
        return int(rows[0]["total"]), list(rows)
    whole = sa.select(sa.func.count()).select_from(SUGGESTION).where(SUGGESTION.c.state == state)
    return int(model.Session.scalar(whole.where(*where)) or 0) if offset else 0, []


def _ask(statement: str, values: Mapping[str, Any]) -> Any:
    return model.Session.execute(sa.text(statement), dict(values))
