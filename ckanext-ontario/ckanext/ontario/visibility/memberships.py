"""In which organizations a user may do something: two statements, however many there are.

Core asks one recursive statement for each organization the user belongs to, and asks it for each
search and each record shown.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from ckan import authz, model

MEMBER = model.member_table
GROUP = model.group_table

_DEPTH = 8
"""How far a role reaches down a hierarchy of organizations; CKAN's own limit."""


def organizations_of(user: model.User, permission: str) -> dict[str, str]:
    """Return the active organizations where ``user`` has a permission: id → role.

    As ``organization_list_for_user`` finds them: sysadmins have it everywhere, and the roles that
    cascade reach the organizations below.
    """
    if user.sysadmin and user.state == model.State.ACTIVE:
        return dict.fromkeys(_active_organizations(), "admin")
    return roles_of(user, permission)


def roles_of(user: model.User, permission: str) -> dict[str, str]:
    """Return where a user has a permission by a role of their own, sysadmin or not: id → role."""
    roles = authz.get_roles_with_permission(permission)
    if not roles:
        return {}
    found = list(model.Session.execute(_roles(user.id, roles)))
    cascading: Any = authz.check_config_permission("roles_that_cascade_to_sub_groups")
    above = {str(row.id): str(row.capacity) for row in found if row.capacity in cascading}
    inherited = {below: above[root] for below, root in _below(above)} if above else {}
    return {**inherited, **{str(row.id): str(row.capacity) for row in found if row.listed}}


def holders(organization: str, permission: str) -> set[str]:
    """Return the ids of users with a permission in an organization by a role of their own.

    The role may be one there, or one that cascades from an organization above it.
    """
    cascading: Any = authz.check_config_permission("roles_that_cascade_to_sub_groups")
    here = sa.select(sa.literal(organization).label("id"), sa.literal(0).label("depth"))
    above = here.cte("above", recursive=True)
    links = MEMBER.alias("links")
    above = above.union_all(
        sa.select(links.c.table_id, above.c.depth + 1).where(
            links.c.group_id == above.c.id,
            links.c.table_name == "group",
            links.c.state == "active",
            above.c.depth < _DEPTH,
        )
    )
    found = (
        sa.select(MEMBER.c.table_id)
        .select_from(MEMBER.join(above, above.c.id == MEMBER.c.group_id))
        .where(
            MEMBER.c.table_name == "user",
            MEMBER.c.state == "active",
            MEMBER.c.capacity.in_(authz.get_roles_with_permission(permission)),
            sa.or_(above.c.depth == 0, MEMBER.c.capacity.in_(cascading)),
        )
    )
    return {str(one) for one in model.Session.scalars(found)}


def member_counts(groups: Collection[str]) -> dict[str, int]:
    """Return how many users belong to each of these organizations or topics, as core counts."""
    users = model.user_table
    rows = model.Session.execute(
        sa.select(MEMBER.c.group_id, sa.func.count())
        .select_from(MEMBER.join(users, users.c.id == MEMBER.c.table_id))
        .where(
            MEMBER.c.group_id.in_(groups),
            MEMBER.c.table_name == "user",
            MEMBER.c.state == "active",
        )
        .group_by(MEMBER.c.group_id)
    )
    return {group: int(count) for group, count in rows}


def _active_organizations() -> list[str]:
    found = sa.select(GROUP.c.id).where(
        GROUP.c.is_organization.is_(True), GROUP.c.state == "active"
    )
    return [str(row.id) for row in model.Session.execute(found)]


def _roles(user_id: str, roles: Collection[str]) -> sa.sql.Select:
    # Like core: a role in a deleted organization still reaches those below it.
    listed = sa.and_(GROUP.c.is_organization.is_(True), GROUP.c.state == "active")
    return (
        sa.select(GROUP.c.id, MEMBER.c.capacity, listed.label("listed"))
        .select_from(MEMBER.join(GROUP, GROUP.c.id == MEMBER.c.group_id))
        .where(
            MEMBER.c.table_name == "user",
            MEMBER.c.table_id == user_id,
            MEMBER.c.state == "active",
            MEMBER.c.capacity.in_(roles),
        )
    )


def _below(organizations: Collection[str]) -> list[tuple[str, str]]:
    """Return ``(organization below, organization above)`` for all levels of a hierarchy."""
    links = MEMBER.alias("links")
    first = sa.select(
        MEMBER.c.group_id.label("below"),
        MEMBER.c.table_id.label("above"),
        sa.literal(0).label("depth"),
    ).where(
        MEMBER.c.table_id.in_(organizations),
        MEMBER.c.table_name == "group",
        MEMBER.c.state == "active",
    )
    tree = first.cte("tree", recursive=True)
    tree = tree.union_all(
        sa.select(links.c.group_id, tree.c.above, tree.c.depth + 1).where(
            links.c.table_id == tree.c.below,
            links.c.table_name == "group",
            links.c.state == "active",
            tree.c.depth < _DEPTH,
        )
    )
    found = (
        sa.select(tree.c.below, tree.c.above)
        .select_from(tree.join(GROUP, GROUP.c.id == tree.c.below))
        .where(GROUP.c.type == "organization", GROUP.c.state == "active")
    )
    return [(str(row.below), str(row.above)) for row in model.Session.execute(found)]
