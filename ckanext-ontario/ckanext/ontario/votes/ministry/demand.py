"""Reading pulled counts: of a page of records, as columns of another query, as a ranking."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.ontario.votes.counting import Counts
from ckanext.ontario.votes.ministry import responses
from ckanext.ontario.votes.model_inside import PULLED

_PACKAGE: Any = model.package_table
_GROUP: Any = model.group_table

VOTES = PULLED.c.n_user + PULLED.c.n_anon


def counts(package_ids: Collection[str]) -> dict[str, tuple[Counts, int | None]]:
    """Return the counts and ranks of those records that have votes, in one query."""
    if not package_ids:
        return {}
    rows = model.Session.execute(sa.select(PULLED).where(PULLED.c.package_id.in_(package_ids)))
    return {row.package_id: (Counts(row.n_user, row.n_anon), row.rank) for row in rows}


def columns(package_id: Any) -> tuple[Any, Any]:
    """Return SQL for the votes and the rank of the record that a column names."""
    mine = PULLED.c.package_id == package_id
    return (
        sa.select(VOTES).where(mine).scalar_subquery(),
        sa.select(PULLED.c.rank).where(mine).scalar_subquery(),
    )


def ranking(
    organization: str, limit: int, offset: int, *, unanswered: bool
) -> tuple[int, list[Any]]:
    """Return how many records can be voted for and have votes, and a page of them.

    Args:
        organization: id or name of the owner, or ``""``.
        limit: rows of a page.
        offset: rows before it.
        unanswered: only those without an approved answer.
    """
    found = sa.select(
        PULLED.c.package_id, PULLED.c.rank, VOTES.label("votes"), _PACKAGE.c.owner_org
    ).join(_PACKAGE, _PACKAGE.c.id == PULLED.c.package_id)
    found = found.where(_PACKAGE.c.state == "active", PULLED.c.rank.isnot(None), VOTES > 0)
    if organization:
        named = sa.or_(_GROUP.c.id == organization, _GROUP.c.name == organization)
        owner = sa.select(_GROUP.c.id).where(named).scalar_subquery()
        found = found.where(_PACKAGE.c.owner_org == owner)
    if unanswered:
        found = found.where(~responses.answered(PULLED.c.package_id))
    total = model.Session.scalar(sa.select(sa.func.count()).select_from(found.subquery()))
    query = found.order_by(PULLED.c.rank, _PACKAGE.c.name).limit(limit).offset(offset)
    return int(total or 0), list(model.Session.execute(query).mappings())


def top_unanswered(most: int) -> list[tuple[str, str]]:
    """Return (record, owner) of those among the ``most`` wanted that nobody answered."""
    query = (
        sa.select(PULLED.c.package_id, _PACKAGE.c.owner_org)
        .join(_PACKAGE, _PACKAGE.c.id == PULLED.c.package_id)
        .where(
            _PACKAGE.c.state == "active",
            _PACKAGE.c.owner_org.isnot(None),
            PULLED.c.rank <= most,
            VOTES > 0,
            ~responses.answered(PULLED.c.package_id),
        )
        .order_by(PULLED.c.rank)
    )
    return [(row[0], row[1]) for row in model.Session.execute(query)]
