"""What keeps counts right, and ballots no longer than they are needed.

Nothing here commits but :func:`purge`, which takes one record after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.ontario.votes import config, domain, suggestions
from ckanext.ontario.votes.model import BALLOT, OF_RECORDS, REVIEW, TALLY

Progress = Callable[[int, int], None]
"""Told how many records of how many are done."""

INDEXED_AT_ONCE = 1000

_DIRTY = """
    UPDATE ontario_votes_tally SET dirty = false WHERE package_id IN (
        SELECT package_id FROM ontario_votes_tally
        WHERE dirty AND absent_since IS NULL AND package_id NOT LIKE 'suggestion:%'
        ORDER BY package_id LIMIT :most FOR UPDATE SKIP LOCKED
    ) RETURNING package_id
"""
"""A vote that is being cast keeps its tally for the next time; nobody waits for the index. The
index knows no suggestions."""

_DIFFER = """
    WITH counted AS (
        SELECT package_id, count(*) FILTER (WHERE kind = 'u') AS u,
               count(*) FILTER (WHERE kind = 'a') AS a
        FROM ontario_votes_ballot WHERE void_id IS NULL GROUP BY package_id
    )
    SELECT package_id FROM ontario_votes_tally AS t FULL JOIN counted AS c USING (package_id)
    WHERE coalesce(t.n_user, 0) <> coalesce(c.u, 0) + coalesce(t.purged_user, 0)
       OR coalesce(t.n_anon, 0) <> coalesce(c.a, 0) + coalesce(t.purged_anon, 0)
    ORDER BY package_id
"""

_LOCK = """
    INSERT INTO ontario_votes_tally AS t (package_id) VALUES (:package_id)
    ON CONFLICT (package_id) DO UPDATE SET dirty = true
"""

_RECOUNT = """
    UPDATE ontario_votes_tally AS t
    SET n_user = t.purged_user + c.u, n_anon = t.purged_anon + c.a, dirty = true
    FROM (
        SELECT count(*) FILTER (WHERE kind = 'u')::int AS u,
               count(*) FILTER (WHERE kind = 'a')::int AS a
        FROM ontario_votes_ballot WHERE package_id = :package_id AND void_id IS NULL
    ) AS c
    WHERE t.package_id = :package_id
"""

_PURGE = """
    WITH gone AS (
        DELETE FROM ontario_votes_ballot
        WHERE package_id = :package_id AND day < :before AND (kind = 'a' OR :opened)
        RETURNING kind, void_id
    ), moved AS (
        UPDATE ontario_votes_tally AS t
        SET purged_user = t.purged_user + s.u, purged_anon = t.purged_anon + s.a
        FROM (
            SELECT count(*) FILTER (WHERE kind = 'u')::int AS u,
                   count(*) FILTER (WHERE kind = 'a')::int AS a
            FROM gone WHERE void_id IS NULL
        ) AS s
        WHERE t.package_id = :package_id
    )
    SELECT count(*) FROM gone
"""

_GONE = """
    UPDATE ontario_votes_tally AS t SET absent_since = :today
    WHERE absent_since IS NULL AND package_id NOT LIKE 'suggestion:%' AND NOT EXISTS (
        SELECT 1 FROM package AS p WHERE p.id = t.package_id AND p.state = 'active')
"""
_BACK = """
    UPDATE ontario_votes_tally AS t SET absent_since = NULL, dirty = true
    WHERE absent_since IS NOT NULL AND EXISTS (
        SELECT 1 FROM package AS p WHERE p.id = t.package_id AND p.state = 'active')
"""

_OPENED = """
    SELECT package_id FROM package_extra
    WHERE key = 'access_level' AND state = 'active' AND value = 'open'
"""


def take_dirty() -> list[str]:
    """Return records whose counts the index does not know, and trust the caller to tell it."""
    return list(_ask(_DIRTY, {"most": INDEXED_AT_ONCE}).scalars())


def make_dirty(package_ids: Collection[str]) -> None:
    """Have the index told the counts of these records."""
    for one in sorted(package_ids):
        _ask("UPDATE ontario_votes_tally SET dirty = true WHERE package_id = :one", {"one": one})


def differing() -> list[str]:
    """Return records whose tally is not what their ballots come to; there should be none."""
    return list(_ask(_DIFFER, {}).scalars())


def recount(package_id: str) -> None:
    """Set a tally to what its ballots come to; votes of the same record wait meanwhile."""
    _ask(_LOCK, {"package_id": package_id})
    _ask(_RECOUNT, {"package_id": package_id})


def totals() -> dict[str, int]:
    """Return the counts of all records that everyone sees and that have votes."""
    both = TALLY.c.n_user + TALLY.c.n_anon
    package: Any = model.package_table
    shown = sa.and_(
        package.c.id == TALLY.c.package_id,
        package.c.state == model.State.ACTIVE,
        package.c.private.is_(False),
    )
    query = sa.select(TALLY.c.package_id, both).join(package, shown).where(both > 0)
    return {row[0]: int(row[1]) for row in model.Session.execute(query)}


def forget(package_ids: Collection[str]) -> None:
    """Delete everything that is kept of these records' votes."""
    for table in OF_RECORDS:
        model.Session.execute(sa.delete(table).where(table.c.package_id.in_(list(package_ids))))


def purge(today: date, progress: Progress | None = None) -> Mapping[str, int]:
    """Delete ballots that are older than they are needed; counts and sums by day stay.

    Ballots of browsers go once no cookie can be as old; those of accounts once the dataset is open
    by then. Votes of records that have been away too long go altogether, and so do suggestions
    that were refused as long ago. Commits after each record, so that nobody waits for long.

    Returns:
        ``{"ballots", "records"}``: how many ballots went, and records whose votes were forgotten.
    """
    before = domain.oldest_kept(today, config.ballot_days())
    opened = set(_ask(_OPENED, {}).scalars())
    query = sa.select(BALLOT.c.package_id).where(BALLOT.c.day < before).distinct()
    records = list(model.Session.scalars(query.order_by(BALLOT.c.package_id)))
    gone = 0
    for done, one in enumerate(records, start=1):
        values = {"package_id": one, "before": before, "opened": one in opened}
        gone += int(_ask(_PURGE, values).scalar() or 0)
        model.Session.commit()
        if progress:
            progress(done, len(records))
    model.Session.execute(sa.delete(REVIEW).where(REVIEW.c.day < before))
    last = today - timedelta(days=config.absent_days())
    forget([domain.subject_of(one) for one in suggestions.forget_refused(last)])
    forgotten = _absent(today)
    model.Session.commit()
    return {"ballots": gone, "records": len(forgotten)}


def _absent(today: date) -> list[str]:
    _ask(_GONE, {"today": today})
    _ask(_BACK, {})
    last = today - timedelta(days=config.absent_days())
    query = sa.select(TALLY.c.package_id).where(TALLY.c.absent_since < last)
    found = list(model.Session.scalars(query))
    forget(found)
    return found


def _ask(statement: str, values: Mapping[str, Any]) -> Any:
    return model.Session.execute(sa.text(statement), dict(values))
