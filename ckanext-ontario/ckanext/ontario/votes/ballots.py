"""Casting, removing and moving votes: one statement each, whoever else votes at the same time.

A statement inserts or deletes a ballot and moves the tally and the day's sum by what was really
inserted or deleted, so that no retry, duplicate or crash leaves a count beside its ballots. All
statements lock in the same order (ballot, tally, day), those for several records in the order of
the records' ids, so that none waits for another in a circle. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.ontario.shared import clock
from ckanext.ontario.shared.timing import DEFAULT_ZONE
from ckanext.ontario.votes.model import BALLOT, BINDING, REVIEW, VOID

_SUMS = """
    sums AS (
        SELECT count(*) FILTER (WHERE kind = 'u')::int AS u,
               count(*) FILTER (WHERE kind = 'a')::int AS a
        FROM changed HAVING count(*) > 0
    )"""

_ADDED_TO_TALLY = """
    moved AS (
        INSERT INTO ontario_votes_tally AS t (package_id, n_user, n_anon, dirty)
        SELECT :package_id, u, a, true FROM sums
        ON CONFLICT (package_id) DO UPDATE
        SET n_user = t.n_user + excluded.n_user, n_anon = t.n_anon + excluded.n_anon, dirty = true
        RETURNING 1
    )"""

_ADDED_TO_DAY = """
    days AS (
        INSERT INTO ontario_votes_daily AS d (package_id, day, n_user, n_anon)
        SELECT :package_id, :day, u, a FROM sums, moved
        ON CONFLICT (package_id, day) DO UPDATE
        SET n_user = d.n_user + excluded.n_user, n_anon = d.n_anon + excluded.n_anon
    )"""

_TAKEN_FROM_TALLY = """
    moved AS (
        UPDATE ontario_votes_tally AS t
        SET n_user = t.n_user - sums.u, n_anon = t.n_anon - sums.a, dirty = true
        FROM sums WHERE t.package_id = :package_id RETURNING 1
    )"""

_TAKEN_FROM_DAYS = """
    days AS (
        UPDATE ontario_votes_daily AS d
        SET n_user = d.n_user - one.u, n_anon = d.n_anon - one.a
        FROM moved, (
            SELECT day, count(*) FILTER (WHERE kind = 'u') AS u,
                   count(*) FILTER (WHERE kind = 'a') AS a
            FROM changed GROUP BY day
        ) AS one
        WHERE d.package_id = :package_id AND d.day = one.day
    )"""

_HOW_MANY = "SELECT count(*) FROM changed"


def _statement(*parts: str, result: str = _HOW_MANY) -> str:
    """Return one statement: parts that see each other's rows, and what it answers."""
    return " ".join(("WITH", ", ".join(parts), result))


_CAST = _statement(
    """
    changed AS (
        INSERT INTO ontario_votes_ballot (package_id, voter_key, kind, day)
        VALUES (:package_id, :voter_key, :kind, :day)
        ON CONFLICT DO NOTHING RETURNING kind, day
    )""",
    _SUMS,
    _ADDED_TO_TALLY,
    _ADDED_TO_DAY,
)

_REMOVE = _statement(
    """
    changed AS (
        DELETE FROM ontario_votes_ballot
        WHERE package_id = :package_id AND voter_key = :voter_key AND void_id IS NULL
        RETURNING kind, day
    )""",
    _SUMS,
    _TAKEN_FROM_TALLY,
    _TAKEN_FROM_DAYS,
)

_MOVE = _statement(
    """
    changed AS (
        DELETE FROM ontario_votes_ballot
        WHERE package_id = :package_id AND voter_key = :voter_key AND void_id IS NULL
        RETURNING day
    ), made AS (
        INSERT INTO ontario_votes_ballot (package_id, voter_key, kind, day)
        SELECT :package_id, :user_key, 'u', day FROM changed
        ON CONFLICT DO NOTHING RETURNING day
    ), sums AS (
        SELECT day, (SELECT count(*) FROM made) AS u FROM changed
    ), moved AS (
        UPDATE ontario_votes_tally AS t
        SET n_user = t.n_user + sums.u, n_anon = t.n_anon - 1, dirty = true
        FROM sums WHERE t.package_id = :package_id RETURNING 1
    ), days AS (
        UPDATE ontario_votes_daily AS d
        SET n_user = d.n_user + sums.u, n_anon = d.n_anon - 1
        FROM sums, moved WHERE d.package_id = :package_id AND d.day = sums.day
    )""",
    result="SELECT count(*) FROM made",
)

_VOID = _statement(
    """
    changed AS (
        UPDATE ontario_votes_ballot AS b SET void_id = :void_id
        WHERE b.package_id = :package_id AND b.void_id IS NULL
          AND (:kind = '' OR b.kind = :kind)
          AND b.day BETWEEN :since AND :until
          AND (:batch = '' OR EXISTS (
              SELECT 1 FROM ontario_votes_review AS r
              WHERE r.package_id = b.package_id AND r.voter_key = b.voter_key
                AND r.batch = :batch))
        RETURNING b.kind, b.day, b.voter_key
    )""",
    _SUMS,
    _TAKEN_FROM_TALLY,
    _TAKEN_FROM_DAYS,
    """
    looked AS (
        UPDATE ontario_votes_review AS r SET state = 'voided'
        FROM changed WHERE r.package_id = :package_id AND r.voter_key = changed.voter_key
    )""",
    result="SELECT u, a FROM sums",
)

_LOCK = "SELECT pg_advisory_xact_lock{shared}(hashtextextended(:voter_key, 0))"


def today() -> date:
    """Return the day in Ontario."""
    return clock.now().astimezone(ZoneInfo(DEFAULT_ZONE)).date()


def cast(package_id: str, voter_key: str, kind: str) -> bool:
    """Add a vote; say whether it was not there before."""
    values = {"package_id": package_id, "voter_key": voter_key, "kind": kind, "day": today()}
    return bool(_ask(_CAST, values).scalar())


def remove(package_id: str, voter_key: str) -> bool:
    """Take a vote back; say whether there was one. One that was declared void stays void."""
    return bool(_ask(_REMOVE, {"package_id": package_id, "voter_key": voter_key}).scalar())


def void(package_id: str, void_id: str, chosen: Mapping[str, Any]) -> tuple[int, int]:
    """Declare ballots of a record void; return how many of accounts and of browsers.

    Args:
        package_id: of the record.
        void_id: what it is written down under.
        chosen: ``kind`` and ``batch`` (each ``""`` for all), ``since`` and ``until`` (days).
    """
    row = _ask(_VOID, {**chosen, "package_id": package_id, "void_id": void_id}).first()
    return (row.u, row.a) if row else (0, 0)


# --- log-in ----------------------------------------------------------------------------------


def account_of(voter_key: str, *, voting: bool = False) -> str | None:
    """Return the account's key that a browser was bound to, or ``None``.

    Args:
        voter_key: the browser's.
        voting: whether a vote follows in this transaction; then no log-in binds the browser
            before its end, and the vote can't come after those that were moved.
    """
    if voting:
        _ask(_LOCK.format(shared="_shared"), {"voter_key": voter_key})
    query = sa.select(BINDING.c.user_key).where(BINDING.c.voter_key == voter_key)
    return model.Session.scalar(query)


def bind(voter_key: str, user_key: str) -> bool:
    """Bind a browser to an account, for good; say whether it is this account's now."""
    _ask(_LOCK.format(shared=""), {"voter_key": voter_key})
    bound = account_of(voter_key)
    if bound is None:
        values = {"voter_key": voter_key, "user_key": user_key, "day": today()}
        model.Session.execute(sa.insert(BINDING).values(values))
    return bound in (None, user_key)


def move(voter_key: str, user_key: str) -> int:
    """Move a browser's votes to an account; return how many the account did not have."""
    query = sa.select(BALLOT.c.package_id).where(
        BALLOT.c.voter_key == voter_key, BALLOT.c.void_id.is_(None)
    )
    records = list(model.Session.scalars(query.order_by(BALLOT.c.package_id)))
    keys = {"voter_key": voter_key, "user_key": user_key}
    return sum(_ask(_MOVE, {**keys, "package_id": one}).scalar() for one in records)


def fold() -> int:
    """Move votes that a bound browser has all the same; there should be none."""
    query = sa.select(BINDING.c.voter_key, BINDING.c.user_key).where(
        BINDING.c.voter_key.in_(sa.select(BALLOT.c.voter_key).where(BALLOT.c.kind == "a"))
    )
    strays = model.Session.execute(query.order_by(BINDING.c.voter_key)).all()
    return sum(move(row.voter_key, row.user_key) for row in strays)


# --- review ----------------------------------------------------------------------------------


def put_aside(package_id: str, voter_key: str, batch: str, reason: str) -> None:
    """Ask for a look at a ballot that came past a limit; it counts meanwhile."""
    values = {"package_id": package_id, "voter_key": voter_key, "batch": batch, "reason": reason}
    statement = insert(REVIEW).values(day=today(), **values)
    model.Session.execute(statement.on_conflict_do_nothing())


def cast_today(voter_key: str) -> int:
    """Return how many votes a voter cast today that are still there."""
    query = sa.select(sa.func.count()).where(
        BALLOT.c.voter_key == voter_key, BALLOT.c.day == today()
    )
    return int(model.Session.scalar(query) or 0)


def records_of_batch(batch: str) -> list[str]:
    """Return the records that ballots of a batch are for, in order."""
    query = sa.select(REVIEW.c.package_id).where(REVIEW.c.batch == batch).distinct()
    return list(model.Session.scalars(query.order_by(REVIEW.c.package_id)))


def write_void(values: Mapping[str, Any]) -> None:
    """Write down what was declared void."""
    at: datetime = clock.now()
    model.Session.execute(sa.insert(VOID).values(at=at, **values))


def keep_batch(batch: str) -> int:
    """Say that ballots of a batch were looked at and stay; return how many."""
    statement = sa.update(REVIEW).where(REVIEW.c.batch == batch, REVIEW.c.state == "open")
    done = model.Session.execute(statement.values(state="kept").returning(REVIEW.c.package_id))
    return len(done.all())


def _ask(statement: str, values: Mapping[str, Any]) -> Any:
    return model.Session.execute(sa.text(statement), dict(values))
