"""Reading counts: of many records in one query, of a voter, the ranking.

What is listed is what the public portal shows to everyone: active records that are not private.
That is CKAN's own label ``public``, asked in SQL because a ranking sorts by counts that the index
learns only later.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import sqlalchemy as sa
from ckan import model

from ckanext.ontario.votes import domain
from ckanext.ontario.votes.model import BALLOT, DAILY, REVIEW, TALLY, VOID

_PACKAGE: Any = model.package_table
_EXTRA: Any = model.package_extra_table
_MEMBER: Any = model.member_table
_GROUP: Any = model.group_table

ALL = TALLY.c.n_user + TALLY.c.n_anon


@dataclass(frozen=True)
class Counts:
    """How many votes a record has."""

    user: int = 0
    anonymous: int = 0

    @property
    def all(self) -> int:
        """Of accounts and browsers together."""
        return self.user + self.anonymous

    def as_dict(self) -> dict[str, int]:
        """Return them as actions do."""
        return {
            "count": self.all,
            "count_user": self.user,
            "count_anonymous": self.anonymous,
        }


NONE = Counts()


@dataclass(frozen=True)
class Standing:
    """What a voter is told of a record.

    Attributes:
        counts: how many votes it has.
        mine: whether the voter's ballot is among them.
        voids: what was declared void, the latest first, with the public notes.
    """

    counts: Counts
    mine: bool
    voids: list[dict[str, Any]]


def standing(package_id: str, voter_key: str) -> Standing:
    """Return what a voter is told of a record: one query, and one more where votes are void."""
    tally = [
        sa.select(column).where(TALLY.c.package_id == package_id).scalar_subquery()
        for column in (TALLY.c.n_user, TALLY.c.n_anon)
    ]
    cast = (BALLOT.c.package_id == package_id, BALLOT.c.voter_key == voter_key)
    own = sa.exists().where(sa.and_(*cast, BALLOT.c.void_id.is_(None)))
    void = sa.exists().where(VOID.c.package_id == package_id)
    users, others, mine, voids = model.Session.execute(sa.select(*tally, own, void)).one()
    counted = Counts(users or 0, others or 0)
    return Standing(counted, bool(mine), _voids_of(package_id) if voids else [])


def counts(package_ids: Collection[str]) -> dict[str, Counts]:
    """Return the counts of those records that have votes, in one query."""
    if not package_ids:
        return {}
    query = sa.select(TALLY.c.package_id, TALLY.c.n_user, TALLY.c.n_anon)
    rows = model.Session.execute(query.where(TALLY.c.package_id.in_(list(package_ids))))
    return {row.package_id: Counts(row.n_user, row.n_anon) for row in rows}


def voted(subjects: Collection[str], voter_key: str) -> set[str]:
    """Return those of these records or suggestions that a voter's ballots count for."""
    if not voter_key or not subjects:
        return set()
    query = sa.select(BALLOT.c.package_id).where(
        BALLOT.c.package_id.in_(list(subjects)),
        BALLOT.c.voter_key == voter_key,
        BALLOT.c.void_id.is_(None),
    )
    return set(model.Session.scalars(query))


def ballots_of(voter_key: str, limit: int, offset: int) -> tuple[int, dict[str, date]]:
    """Return how many votes of a voter count, and the records of a page with the day of each."""
    mine = sa.and_(BALLOT.c.voter_key == voter_key, BALLOT.c.void_id.is_(None))
    total = model.Session.scalar(sa.select(sa.func.count()).select_from(BALLOT).where(mine))
    query = sa.select(BALLOT.c.package_id, BALLOT.c.day).where(mine)
    query = query.order_by(BALLOT.c.day.desc(), BALLOT.c.package_id).limit(limit).offset(offset)
    rows = model.Session.execute(query)
    return int(total or 0), {row.package_id: row.day for row in rows}


def _voids_of(package_id: str) -> list[dict[str, Any]]:
    query = sa.select(VOID).where(VOID.c.package_id == package_id).order_by(VOID.c.at.desc())
    return [
        {
            "at": row.at.isoformat(),
            "count_user": row.n_user,
            "count_anonymous": row.n_anon,
            "note": {"en": row.note_en, "fr": row.note_fr},
        }
        for row in model.Session.execute(query)
    ]


def access_level_of(package_id: str) -> str:
    """Return the access level of a record, or ``""``."""
    query = sa.select(_EXTRA.c.value).where(
        _EXTRA.c.package_id == package_id,
        _EXTRA.c.key == "access_level",
        _EXTRA.c.state == "active",
    )
    return str(model.Session.scalar(query) or "")


# --- ranking ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """What a ranking is of.

    Attributes:
        levels: access levels.
        organization: id or name of the owner, or ``""``.
        topic: name or id of a topic, or ``""``.
        since: the first day of the votes that count, or ``None`` for all votes.
    """

    levels: tuple[str, ...] = domain.VOTABLE
    organization: str = ""
    topic: str = ""
    since: date | None = None


def listed(wanted: Wanted) -> Any:
    """Return a query of the records with votes: ``id``, ``name``, ``n_user``, ``n_anon``."""
    level = sa.and_(
        _EXTRA.c.package_id == _PACKAGE.c.id,
        _EXTRA.c.key == "access_level",
        _EXTRA.c.state == "active",
    )
    numbers = _numbers(wanted.since)
    query = (
        sa.select(
            _PACKAGE.c.id,
            _PACKAGE.c.name,
            _EXTRA.c.value.label("access_level"),
            numbers.c.n_user,
            numbers.c.n_anon,
        )
        .join(numbers, numbers.c.package_id == _PACKAGE.c.id)
        .join(_EXTRA, level)
        .where(
            _PACKAGE.c.state == "active",
            _PACKAGE.c.private.is_(False),
            _PACKAGE.c.type == "dataset",
            _EXTRA.c.value.in_(wanted.levels),
            numbers.c.n_user + numbers.c.n_anon > 0,
        )
    )
    if wanted.organization:
        query = query.where(_PACKAGE.c.owner_org == _id_of_group(wanted.organization))
    if wanted.topic:
        query = query.where(_PACKAGE.c.id.in_(_of_topic(wanted.topic)))
    return query


def ranking(wanted: Wanted, limit: int, offset: int) -> tuple[int, list[Mapping[str, Any]]]:
    """Return how many records have votes, and a page of them, most votes first.

    Records with as many votes have the same rank, and stand in the order of their names.
    """
    found = listed(wanted).subquery()
    votes = (found.c.n_user + found.c.n_anon).label("votes")
    rank = sa.func.rank().over(order_by=votes.desc()).label("rank")
    total = sa.func.count().over().label("total")
    query = sa.select(found, votes, rank, total).order_by(votes.desc(), found.c.name)
    rows = model.Session.execute(query.limit(limit).offset(offset)).mappings().all()
    if rows:
        return int(rows[0]["total"]), list(rows)
    count = model.Session.scalar(sa.select(sa.func.count()).select_from(found)) if offset else 0
    return int(count or 0), []


def since(package_ids: Collection[str], day: date) -> dict[str, int]:
    """Return how many of the votes of these records were cast on ``day`` or later."""
    if not package_ids:
        return {}
    query = (
        sa.select(DAILY.c.package_id, sa.func.sum(DAILY.c.n_user + DAILY.c.n_anon))
        .where(DAILY.c.package_id.in_(list(package_ids)), DAILY.c.day >= day)
        .group_by(DAILY.c.package_id)
    )
    return {row[0]: int(row[1]) for row in model.Session.execute(query)}


def owners(package_ids: Collection[str]) -> dict[str, str]:
    """Return the names of the organizations that own these records."""
    query = (
        sa.select(_PACKAGE.c.id, _GROUP.c.name)
        .join(_GROUP, _GROUP.c.id == _PACKAGE.c.owner_org)
        .where(_PACKAGE.c.id.in_(list(package_ids)))
    )
    return {row[0]: row[1] for row in model.Session.execute(query)}


def _numbers(day: date | None) -> Any:
    if day is None:
        return sa.select(TALLY.c.package_id, TALLY.c.n_user, TALLY.c.n_anon).subquery()
    sums = (
        cast("Any", sa.func.sum(column)).cast(sa.Integer).label(column.name)
        for column in (DAILY.c.n_user, DAILY.c.n_anon)
    )
    query = sa.select(DAILY.c.package_id, *sums).where(DAILY.c.day >= day)
    return query.group_by(DAILY.c.package_id).subquery()


def _id_of_group(reference: str) -> Any:
    named = sa.or_(_GROUP.c.id == reference, _GROUP.c.name == reference)
    return sa.select(_GROUP.c.id).where(named).scalar_subquery()


def _of_topic(topic: str) -> Any:
    return sa.select(_MEMBER.c.table_id).where(
        _MEMBER.c.group_id == _id_of_group(topic),
        _MEMBER.c.table_name == "package",
        _MEMBER.c.state == "active",
    )


# --- what looks strange ----------------------------------------------------------------------


def paces(today: date, days: int, days_before: int) -> dict[str, domain.Pace]:
    """Return how fast votes came for each record that has any of the last ``days``."""
    begin = date.fromordinal(today.toordinal() - days + 1)
    earlier = date.fromordinal(begin.toordinal() - days_before)
    recent = DAILY.c.day >= begin
    both = DAILY.c.n_user + DAILY.c.n_anon
    query = (
        sa.select(
            DAILY.c.package_id,
            _sum(both, recent).label("recent"),
            _sum(DAILY.c.n_anon, recent).label("anonymous"),
            _sum(both, ~recent).label("before"),
        )
        .where(DAILY.c.day >= earlier)
        .group_by(DAILY.c.package_id)
        .having(_sum(both, recent) > 0)
    )
    return {
        row.package_id: domain.Pace(row.recent, row.anonymous, row.before, days, days_before)
        for row in model.Session.execute(query)
    }


def batches(limit: int) -> list[dict[str, Any]]:
    """Return the batches that wait for a look, the largest first."""
    query = (
        sa.select(
            REVIEW.c.batch,
            REVIEW.c.reason,
            sa.func.min(REVIEW.c.day).label("day"),
            sa.func.count().label("ballots"),
            sa.func.count(sa.distinct(REVIEW.c.package_id)).label("records"),
        )
        .where(REVIEW.c.state == "open")
        .group_by(REVIEW.c.batch, REVIEW.c.reason)
        .order_by(sa.desc("ballots"), REVIEW.c.batch)
        .limit(limit)
    )
    rows = model.Session.execute(query).mappings()
    return [{**row, "day": row["day"].isoformat()} for row in rows]


def _sum(column: Any, where: Any) -> Any:
    return sa.cast(sa.func.coalesce(sa.func.sum(column).filter(where), 0), sa.Integer)
