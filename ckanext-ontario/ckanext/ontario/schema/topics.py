"""CKAN's groups of a record follow from its topics, by one writer.

CKAN links a record only to groups that the editing user may read, and so drops the others. This
writer runs in the transaction of the change, after CKAN's, and asks nobody's rights: topics are
the truth.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

import sqlalchemy as sa
from ckan import model

log = logging.getLogger(__name__)

GROUP = model.group_table
MEMBER = model.member_table


def link(record_id: str, topics: Iterable[str]) -> None:
    """Make the record a member of exactly the groups of its topics, without a commit."""
    wanted = set(topics)
    linked: set[str] = set()
    for row in model.Session.execute(_links(record_id, wanted)):
        linked.add(row.name)
        if row.member is None:
            model.Session.execute(_join(record_id, row.id))
        elif row.state != (state := "active" if row.name in wanted else "deleted"):
            member = sa.update(MEMBER).where(MEMBER.c.id == row.member)
            model.Session.execute(member.values(state=state))
    for name in sorted(wanted - linked):
        log.warning("Topic %s has no group: run `ckan ontario-schema seed`", name)


def _links(record_id: str, wanted: set[str]) -> sa.sql.Select:
    """Ask for the groups of the wanted topics, and for those the record is or was a member of."""
    mine = sa.and_(
        MEMBER.c.group_id == GROUP.c.id,
        MEMBER.c.table_id == record_id,
        MEMBER.c.table_name == "package",
    )
    return (
        sa.select(GROUP.c.id, GROUP.c.name, MEMBER.c.id.label("member"), MEMBER.c.state)
        .select_from(GROUP.outerjoin(MEMBER, mine))
        .where(GROUP.c.type == "group", GROUP.c.is_organization.is_(False))
        .where(sa.or_(GROUP.c.name.in_(wanted), MEMBER.c.id.isnot(None)))
    )


def _join(record_id: str, group_id: str) -> sa.sql.Insert:
    return sa.insert(MEMBER).values(
        table_id=record_id,
        table_name="package",
        group_id=group_id,
        capacity="public",
        state="active",
    )
