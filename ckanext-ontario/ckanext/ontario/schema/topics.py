"""CKAN's groups of a record follow from its topics, by one writer.

CKAN links a record only to groups that the editing user may read, and so drops the others. This
writer runs in the transaction of the change, after CKAN's, and asks nobody's rights: topics are
the truth.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from ckan import model

log = logging.getLogger(__name__)

GROUP = model.group_table
MEMBER = model.member_table

_TOPIC = (GROUP.c.type == "group", GROUP.c.is_organization.is_(False))


def link(topics: Mapping[str, Iterable[str]]) -> None:
    """Make records members of exactly the groups of their topics, without a commit.

    Args:
        topics: record's id → its topics.
    """
    wanted = {record_id: set(names) for record_id, names in topics.items()}
    every = set[str]().union(*wanted.values())
    groups = {row.name: row.id for row in model.Session.execute(_groups(every))}
    joined: list[dict[str, Any]] = []
    known = {(row.table_id, row.name): row for row in model.Session.execute(_links(wanted))}
    for (record_id, name), row in known.items():
        state = "active" if name in wanted[record_id] else "deleted"
        if row.state != state:
            member = sa.update(MEMBER).where(MEMBER.c.id == row.id)
            model.Session.execute(member.values(state=state))
    for record_id, names in wanted.items():
        missing = {name for name in names if (record_id, name) not in known}
        joined += [_member(record_id, groups[name]) for name in sorted(missing & groups.keys())]
    if joined:
        model.Session.execute(sa.insert(MEMBER), joined)
    for name in sorted(every - groups.keys()):
        log.warning("Topic %s has no group: run `ckan ontario-schema seed`", name)


def _groups(names: Collection[str]) -> sa.sql.Select:
    return sa.select(GROUP.c.id, GROUP.c.name).where(GROUP.c.name.in_(names), *_TOPIC)


def _links(record_ids: Collection[str]) -> sa.sql.Select:
    """Ask for the topics that these records are or were members of."""
    return (
        sa.select(MEMBER.c.id, MEMBER.c.table_id, MEMBER.c.state, GROUP.c.name)
        .join(GROUP, MEMBER.c.group_id == GROUP.c.id)
        .where(MEMBER.c.table_id.in_(record_ids), MEMBER.c.table_name == "package", *_TOPIC)
    )


def _member(record_id: str, group_id: str) -> dict[str, Any]:
    return {
        "table_id": record_id,
        "table_name": "package",
        "group_id": group_id,
        "capacity": "public",
        "state": "active",
    }
