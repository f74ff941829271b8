"""Roles beyond CKAN's: giving them, ending them, listing them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.model.types import make_uuid
from ckan.types import Context, DataDict

from ckanext.ontario.publication.instants import NotAnInstant, instant_of, local_text
from ckanext.ontario.publication.model import ROLE
from ckanext.ontario.publication.roles import Role, may_give
from ckanext.ontario.publication.workflow import access, people
from ckanext.ontario.shared import clock

__all__ = [
    "ontario_delegation_create",
    "ontario_delegation_list",
    "ontario_delegation_revoke",
]


def ontario_delegation_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Put a role on record: a Director's delegate, a Deputy Minister, a catalogue administrator.

    Args:
        context: CKAN's. A Director gives ``delegate`` of their own ministry, and a delegate gives
            nothing; a system administrator gives the others. Nobody gives a role to themselves.
        data_dict: ``user``, id or name, a member of the ministry; ``role``: ``delegate`` (when
            left out), ``deputy_minister`` (also for an agency's head) or
            ``catalogue_administrator``; ``organization``, id or name, of the first two;
            ``valid_from`` (now when left out) and ``valid_until`` (needed for a delegate), ISO
            dates or times in Toronto.

    Returns:
        The role, as ``ontario_delegation_list`` returns it.

    Raises:
        NotAuthorized: when the caller may not give it.
        ValidationError: on what is missing, unknown or in the wrong order.
    """
    tk.check_access("ontario_delegation_create", context, data_dict)
    giver = people.required(context)
    role = role_of(data_dict)
    organization_id = organization_of(data_dict, role)
    receiver = _receiver(data_dict, organization_id)
    actor = people.actor_in(organization_id, giver.id)
    if not may_give(role, actor, receiver.id, system_administrator=bool(giver.sysadmin)):
        raise tk.NotAuthorized(_refusal(role))
    now = clock.now()
    begin = instant(data_dict, "valid_from") or now
    end = instant(data_dict, "valid_until")
    _require_order(role, begin, end, now)
    row = {
        "id": make_uuid(),
        "role": role.value,
        "user_id": receiver.id,
        "organization_id": organization_id,
        "valid_from": begin,
        "valid_until": end,
        "given_by": giver.id,
        "given_at": now,
    }
    model.Session.execute(sa.insert(ROLE).values(**row))
    model.Session.commit()
    return _shown([{**row, "revoked_at": None, "revoked_by": None}])[0]


@tk.side_effect_free
def ontario_delegation_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Return roles on record: those of ministries whose editor, Director or delegate one is.

    Args:
        context: CKAN's; a system administrator sees all of them.
        data_dict: optional ``organization``, id or name, and ``ended``, true for those that are
            over too.

    Returns:
        ``[{"id", "role", "user", "organization": {"id", "name", "title",
        "title_translated"}|null, "valid_from", "valid_until", "given_by",
        "given_at", "revoked_at", "revoked_by", "in_force": bool}]``,
        the latest first; people are ``{"id", "name", "display_name"}``. A delegation whose giver
        is no longer the ministry's Director is not in force.

    Raises:
        NotAuthorized: when nobody is logged in.
    """
    tk.check_access("ontario_delegation_list", context, data_dict)
    user = people.required(context)
    condition: Any = sa.true()
    if data_dict.get("organization"):
        condition = ROLE.c.organization_id == organization(data_dict)
    if not user.sysadmin:
        own = list(people.organizations_of(user.id))
        condition = sa.and_(
            condition, sa.or_(ROLE.c.organization_id.in_(own), ROLE.c.user_id == user.id)
        )
    query = sa.select(ROLE).where(condition).order_by(ROLE.c.given_at.desc(), ROLE.c.id)
    shown = _shown([dict(row) for row in model.Session.execute(query).mappings()])
    return [one for one in shown if one["in_force"] or data_dict.get("ended")]


def ontario_delegation_revoke(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """End a role at once; the record of it stays.

    Args:
        context: CKAN's; whoever may give the role may end it, and a delegate their own.
        data_dict: ``id`` of the role.

    Returns:
        The role, as ``ontario_delegation_list`` returns it.

    Raises:
        ObjectNotFound: when there is no such role.
        NotAuthorized: when the caller may not end it.
    """
    tk.check_access("ontario_delegation_revoke", context, data_dict)
    user = people.required(context)
    identifier = access.text(data_dict, "id", 100)
    query = sa.select(ROLE).where(ROLE.c.id == identifier).with_for_update()
    row = model.Session.execute(query).mappings().first()
    if row is None:
        raise tk.ObjectNotFound
    role = Role(row["role"])
    actor = people.actor_in(row["organization_id"], user.id)
    allowed = actor.director if role is Role.DELEGATE else bool(user.sysadmin)
    if not allowed and row["user_id"] != user.id:
        model.Session.rollback()
        raise tk.NotAuthorized(_refusal(role))
    ended = {
        "revoked_at": row["revoked_at"] or clock.now(),
        "revoked_by": row["revoked_by"] or user.id,
    }
    model.Session.execute(sa.update(ROLE).where(ROLE.c.id == identifier).values(**ended))
    model.Session.commit()
    return _shown([{**row, **ended}])[0]


def role_of(data_dict: Mapping[str, Any]) -> Role:
    """Return the role a request names."""
    try:
        return Role(data_dict.get("role") or Role.DELEGATE.value)
    except ValueError as err:
        names = ", ".join(one.value for one in Role)
        said = tk._("The role is one of: {names}.").format(names=names)
        raise tk.ValidationError({"role": [said]}) from err


def organization_of(data_dict: Mapping[str, Any], role: Role) -> str | None:
    """Return the id of the ministry a role is of; ``None`` for a role of all ministries."""
    if role is not Role.CATALOGUE_ADMINISTRATOR:
        return organization(data_dict)
    if data_dict.get("organization"):
        said = tk._("A catalogue administrator’s role is of all ministries.")
        raise tk.ValidationError({"organization": [said]})
    return None


def organization(data_dict: Mapping[str, Any]) -> str:
    """Return the id of the organization a request names."""
    found: Any = model.Group.get(access.text(data_dict, "organization", 200) or "")
    if found is None or not found.is_organization or found.state != "active":
        raise tk.ValidationError({"organization": [tk._("There is no such organization.")]})
    return str(found.id)


def _receiver(data_dict: Mapping[str, Any], organization_id: str | None) -> Any:
    user: Any = model.User.get(access.text(data_dict, "user", 200) or "")
    if user is None or user.state != model.State.ACTIVE:
        raise tk.ValidationError({"user": [tk._("There is no such account in use.")]})
    if organization_id and user.id not in people.members(organization_id):
        said = tk._("This person is no member of the organization.")
        raise tk.ValidationError({"user": [said]})
    return user


def instant(data_dict: Mapping[str, Any], key: str) -> datetime | None:
    """Return an instant of a request; ``None`` when it is left out."""
    written = access.text(data_dict, key, 64)
    try:
        return instant_of(written) if written else None
    except NotAnInstant as err:
        said = tk._("Write the date as in 2027-03-14.")
        raise tk.ValidationError({key: [said]}) from err


def _require_order(role: Role, begin: datetime, end: datetime | None, now: datetime) -> None:
    if end is None and role is Role.DELEGATE:
        said = tk._("A delegation has an end date.")
        raise tk.ValidationError({"valid_until": [said]})
    if end is not None and end <= max(begin, now):
        said = tk._("The end has to be later than the beginning, and later than now.")
        raise tk.ValidationError({"valid_until": [said]})


def _refusal(role: Role) -> str:
    if role is Role.DELEGATE:
        return tk._("Only the Director of the ministry may delegate, and to somebody else.")
    return tk._("Only a system administrator may put this role on record, and for somebody else.")


def _shown(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = people.names(row[key] for row in rows for key in ("user_id", "given_by", "revoked_by"))
    organizations = organizations_by_id(row["organization_id"] for row in rows)
    now = clock.now()
    capacities = people.members_of(organizations)
    return [
        {
            "id": row["id"],
            "role": row["role"],
            "user": known.get(row["user_id"]),
            "organization": organizations.get(row["organization_id"] or ""),
            "valid_from": local_text(row["valid_from"]),
            "valid_until": when(row["valid_until"]),
            "given_by": known.get(row["given_by"]),
            "given_at": local_text(row["given_at"]),
            "revoked_at": when(row["revoked_at"]),
            "revoked_by": known.get(row["revoked_by"] or ""),
            "in_force": _in_force(row, capacities, now),
        }
        for row in rows
    ]


def _in_force(row: dict[str, Any], capacities: dict[str, dict[str, str]], now: datetime) -> bool:
    begun = row["valid_from"] <= now
    ended = row["revoked_at"] or (row["valid_until"] and row["valid_until"] <= now)
    if row["role"] != Role.DELEGATE.value:
        return begun and not ended
    giver = capacities.get(row["organization_id"], {}).get(row["given_by"])
    return begun and not ended and giver == "admin"


def when(value: datetime | None) -> str | None:
    """Return an instant as text, if there is one."""
    return local_text(value) if value else None


def organizations_by_id(ids: Any) -> dict[str, dict[str, Any]]:
    """Return ``{"id", "name", "title", "title_translated"}`` of organizations, by id."""
    wanted = {one for one in ids if one}
    table, extra = model.group_table, model.group_extra_table
    titles = sa.and_(
        extra.c.group_id == table.c.id,
        extra.c.key == "title_translated",
        extra.c.state == "active",
    )
    query = (
        sa.select(table.c.id, table.c.name, table.c.title, extra.c.value)
        .select_from(table.outerjoin(extra, titles))
        .where(table.c.id.in_(wanted))
    )
    rows = model.Session.execute(query) if wanted else ()
    return {
        str(row.id): {
            "id": str(row.id),
            "name": str(row.name),
            "title": str(row.title),
            "title_translated": texts(row.value),
        }
        for row in rows
    }


def texts(stored: str | None) -> dict[str, str]:
    """Return a bilingual value as it is kept; empty when it is none."""
    try:
        value = json.loads(stored or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
