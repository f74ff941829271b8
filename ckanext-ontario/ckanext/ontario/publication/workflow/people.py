"""Who somebody is to a ministry, from CKAN's memberships and the table of roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.types import Context

from ckanext.ontario.publication import roles
from ckanext.ontario.publication.model import ROLE
from ckanext.ontario.shared import clock

_MEMBER = model.member_table
_USER = model.user_table


def user_of(context: Context) -> Any:
    """Return who calls, if they are logged in and in use; ``None`` otherwise.

    Over HTTP an anonymous caller is an object, not ``None``; actions called by other actions
    have only a name.
    """
    user: Any = context.get("auth_user_obj")
    name = context.get("user")
    if user is None and name:
        user = model.User.get(str(name))
    if user is None or not user.is_authenticated or user.state != model.State.ACTIVE:
        return None
    return user


def required(context: Context) -> Any:
    """Return who calls.

    Raises:
        NotAuthorized: when nobody is logged in.
    """
    user = user_of(context)
    if user is None:
        raise tk.NotAuthorized(tk._("You must log in."))
    return user


def members(organization_id: str) -> dict[str, str]:
    """Return the active members of an organization: id → capacity (``admin`` is a Director)."""
    return members_of([organization_id])[organization_id]


def members_of(organization_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the active members of each of these organizations, by one statement."""
    found: dict[str, dict[str, str]] = {one: {} for one in organization_ids}
    rows = model.Session.execute(
        sa.select(_MEMBER.c.group_id, _MEMBER.c.table_id, _MEMBER.c.capacity)
        .select_from(_MEMBER.join(_USER, _USER.c.id == _MEMBER.c.table_id))
        .where(
            _MEMBER.c.group_id.in_(list(found)),
            _MEMBER.c.table_name == "user",
            _MEMBER.c.state == "active",
            _USER.c.state == "active",
        )
    )
    for row in rows:
        found[str(row.group_id)][str(row.table_id)] = str(row.capacity)
    return found


def actor_in(organization_id: str | None, user_id: str) -> roles.Actor:
    """Return what an active user is to a ministry now."""
    if not organization_id:
        return roles.Actor(user_id)
    given = assignments(ROLE.c.user_id == user_id)
    return _actor(organization_id, user_id, members(organization_id), given)


def _actor(
    organization_id: str,
    user_id: str,
    capacities: Mapping[str, str],
    given: Iterable[roles.Assignment],
) -> roles.Actor:
    return roles.actor(
        user_id,
        capacities.get(user_id),
        organization_id,
        given,
        [one for one, capacity in capacities.items() if capacity == "admin"],
        clock.now(),
    )


def approvers(organization_id: str) -> set[str]:
    """Return the ids of those who may approve what this ministry submits: Directors, delegates."""
    capacities = members(organization_id)
    directors = {one for one, capacity in capacities.items() if capacity == "admin"}
    now = clock.now()
    given = assignments(ROLE.c.organization_id == organization_id)
    delegates = {
        one.user_id
        for one in given
        if one.role is roles.Role.DELEGATE and one.in_date(now) and one.given_by in directors
    }
    return directors | (delegates & active(delegates))


def active(user_ids: Iterable[str]) -> set[str]:
    """Return which of these accounts are in use."""
    wanted = list(user_ids)
    if not wanted:
        return set()
    rows = model.Session.execute(
        sa.select(_USER.c.id).where(_USER.c.id.in_(wanted), _USER.c.state == "active")
    )
    return {str(row.id) for row in rows}


def assignments(condition: Any) -> list[roles.Assignment]:
    """Return the roles on record that meet an SQL condition, ended ones included."""
    rows = model.Session.execute(sa.select(ROLE).where(condition)).mappings()
    return [
        roles.Assignment(
            roles.Role(row["role"]),
            row["user_id"],
            row["organization_id"],
            row["given_by"],
            row["valid_from"],
            row["valid_until"],
            row["revoked_at"],
        )
        for row in rows
    ]


def organizations_of(user_id: str) -> dict[str, roles.Actor]:
    """Return every ministry where a user has a part in the workflow, and which part."""
    rows = model.Session.execute(
        sa.select(_MEMBER.c.group_id)
        .select_from(_MEMBER.join(model.group_table, model.group_table.c.id == _MEMBER.c.group_id))
        .where(
            _MEMBER.c.table_id == user_id,
            _MEMBER.c.table_name == "user",
            _MEMBER.c.state == "active",
            _MEMBER.c.capacity.in_(["admin", "editor"]),
            model.group_table.c.is_organization.is_(True),
            model.group_table.c.state == "active",
        )
    )
    found = {str(row.group_id) for row in rows}
    given = assignments(ROLE.c.user_id == user_id)
    found |= {one.organization_id for one in given if one.organization_id}
    actors = {
        one: _actor(one, user_id, capacities, given)
        for one, capacities in members_of(sorted(found)).items()
    }
    return {one: actor for one, actor in actors.items() if actor.concerned}


def names(user_ids: Iterable[str | None]) -> dict[str, dict[str, str]]:
    """Return ``{"id", "name", "display_name"}`` of users by id; unknown ones are left out."""
    wanted = {one for one in user_ids if one}
    if not wanted:
        return {}
    rows = model.Session.execute(
        sa.select(_USER.c.id, _USER.c.name, _USER.c.fullname).where(_USER.c.id.in_(wanted))
    )
    return {
        str(row.id): {
            "id": str(row.id),
            "name": str(row.name),
            "display_name": str(row.fullname or row.name),
        }
        for row in rows
    }


def choosable(organization_ids: Iterable[str], besides: str) -> dict[str, list[dict[str, str]]]:
    """Return whom a role may be given to, by organization: its active members, in order of name.

    Two statements, however many there are.

    Args:
        organization_ids: of organizations whose members the caller may see.
        besides: id of who gives the role; nobody gives one to themselves.
    """
    found = members_of(organization_ids)
    known = names({user for users in found.values() for user in users} - {besides})
    portal_itself = str(tk.config["ckan.site_id"])
    return {
        organization: sorted(
            (one for user in users if (one := known.get(user)) and one["name"] != portal_itself),
            key=lambda one: (one["display_name"].casefold(), one["name"]),
        )
        for organization, users in found.items()
    }
