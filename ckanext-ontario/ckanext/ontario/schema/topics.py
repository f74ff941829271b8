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


def link(record_id: str, topics: Iterable[str]) -> None:
    """Make the record a member of exactly the groups of its topics; one query, no commit."""
    wanted = set(topics)
    query = (
        sa.select(model.Group.id, model.Group.name, model.Member)
        .outerjoin(
            model.Member,
            sa.and_(
                model.Member.group_id == model.Group.id,
                model.Member.table_id == record_id,
                model.Member.table_name == "package",
            ),
        )
        .where(model.Group.type == "group", model.Group.is_organization.is_(False))
        .where(sa.or_(model.Group.name.in_(wanted), model.Member.id.isnot(None)))
    )
    linked: set[str] = set()
    for group_id, name, member in model.Session.execute(query):
        linked.add(name)
        _set(record_id, group_id, member, wanted=name in wanted)
    model.Session.flush()
    for name in sorted(wanted - linked):
        log.warning("Topic %s has no group: run `ckan ontario-schema seed`", name)


def _set(record_id: str, group_id: str, member: model.Member | None, *, wanted: bool) -> None:
    if member is None:
        if wanted:
            new = model.Member(
                table_id=record_id, table_name="package", group_id=group_id, capacity="public"
            )
            model.Session.add(new)
        return
    state = "active" if wanted else "deleted"
    if member.state != state:
        member.state = state
