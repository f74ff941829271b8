"""Standing approvals: a Director's dated word for routine refreshes of a record or a source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.model.types import make_uuid
from ckan.types import Context, DataDict

from ckanext.ontario.publication.instants import local_text
from ckanext.ontario.publication.model import STANDING
from ckanext.ontario.publication.workflow import access, people
from ckanext.ontario.publication.workflow.delegations import instant, texts, when
from ckanext.ontario.shared import clock

__all__ = [
    "ontario_standing_approval_create",
    "ontario_standing_approval_list",
    "ontario_standing_approval_revoke",
]

_PACKAGE = model.package_table
_EXTRA = model.package_extra_table

NAMED = ("id", "name", "title", "title_translated")


def ontario_standing_approval_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Let routine refreshes of a record, or of what a harvest source brings, go out by themselves.

    Covered are changes of fields marked ``approval: refresh`` and of the bytes of files; never
    access level, licence, title or the columns of a table. What else changed waits for approval.

    Args:
        context: CKAN's; the caller is the Director of the ministry, in person.
        data_dict: ``id``, a record's id or name, or ``harvest_source_id``; and ``valid_until``,
            an ISO date or time in Toronto.

    Returns:
        The standing approval, as ``ontario_standing_approval_list`` returns it.

    Raises:
        NotAuthorized: when the caller is not the ministry's Director.
        ValidationError: when neither or both are named, or the date is missing or over.
    """
    tk.check_access("ontario_standing_approval_create", context, data_dict)
    user = people.required(context)
    target = _target(data_dict)
    _require_director(target["owner_org"], user.id)
    until = instant(data_dict, "valid_until")
    now = clock.now()
    if until is None or until <= now:
        said = tk._("A standing approval has an end date, and that lies ahead.")
        raise tk.ValidationError({"valid_until": [said]})
    source = target["type"] == "harvest"
    row = {
        "id": make_uuid(),
        "package_id": None if source else target["id"],
        "harvest_source_id": target["id"] if source else None,
        "given_by": user.id,
        "given_at": now,
        "valid_until": until,
    }
    model.Session.execute(sa.insert(STANDING).values(**row))
    model.Session.commit()
    return _shown([{**row, "revoked_at": None, "revoked_by": None}])[0]


def _target(data_dict: Mapping[str, Any]) -> Mapping[str, Any]:
    record = access.text(data_dict, "id", 200)
    source = access.text(data_dict, "harvest_source_id", 200)
    if bool(record) == bool(source):
        raise tk.ValidationError({"id": [tk._("Give either “id” or “harvest_source_id”.")]})
    names = _PACKAGE.c.id == (record or source), _PACKAGE.c.name == (record or source)
    kind = _PACKAGE.c.type == "harvest" if source else _PACKAGE.c.type != "harvest"
    query = sa.select(_PACKAGE.c.id, _PACKAGE.c.type, _PACKAGE.c.owner_org).where(
        sa.or_(*names), kind, _PACKAGE.c.state == "active"
    )
    found = model.Session.execute(query).mappings().first()
    if found is None:
        raise tk.ObjectNotFound
    return dict(found)


def _require_director(organization_id: str | None, user_id: str) -> None:
    actor = people.actor_in(organization_id, user_id)
    if not actor.director:
        if not actor.concerned:
            raise tk.ObjectNotFound
        raise tk.NotAuthorized(
            tk._("Only the Director of the ministry gives and ends standing approvals.")
        )


@tk.side_effect_free
def ontario_standing_approval_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Return the standing approvals of the caller's ministries, the latest first.

    Args:
        context: CKAN's; a system administrator sees all of them.
        data_dict: optional ``ended``, true for those that are over too.

    Returns:
        ``[{"id", "package": {"id", "name", "title", "title_translated"}, "harvest_source": bool,
        "given_by", "given_at", "valid_until", "revoked_at", "revoked_by", "in_force": bool}]``.
        One whose giver is no longer the ministry's Director is not in force.

    Raises:
        NotAuthorized: when nobody is logged in.
    """
    tk.check_access("ontario_standing_approval_list", context, data_dict)
    user = people.required(context)
    query = (
        sa.select(STANDING)
        .join(_PACKAGE, _PACKAGE.c.id == _about())
        .order_by(STANDING.c.given_at.desc(), STANDING.c.id)
    )
    if not user.sysadmin:
        query = query.where(_PACKAGE.c.owner_org.in_(list(people.organizations_of(user.id))))
    shown = _shown([dict(row) for row in model.Session.execute(query).mappings()])
    return [one for one in shown if one["in_force"] or data_dict.get("ended")]


def _about() -> Any:
    return sa.func.coalesce(STANDING.c.package_id, STANDING.c.harvest_source_id)


def ontario_standing_approval_revoke(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """End a standing approval at once; the record of it stays.

    Args:
        context: CKAN's; the caller is the Director of the ministry.
        data_dict: ``id`` of the standing approval.

    Returns:
        The standing approval, as ``ontario_standing_approval_list`` returns it.

    Raises:
        ObjectNotFound: when there is none, or the caller has no part in the ministry's workflow.
        NotAuthorized: when the caller is not the ministry's Director.
    """
    tk.check_access("ontario_standing_approval_revoke", context, data_dict)
    user = people.required(context)
    identifier = access.text(data_dict, "id", 100)
    query = (
        sa.select(STANDING, _PACKAGE.c.owner_org)
        .join(_PACKAGE, _PACKAGE.c.id == _about())
        .where(STANDING.c.id == identifier)
    )
    row = model.Session.execute(query).mappings().first()
    if row is None:
        raise tk.ObjectNotFound
    _require_director(row["owner_org"], user.id)
    ended = {
        "revoked_at": row["revoked_at"] or clock.now(),
        "revoked_by": row["revoked_by"] or user.id,
    }
    model.Session.execute(sa.update(STANDING).where(STANDING.c.id == identifier).values(**ended))
    model.Session.commit()
    return _shown([{**row, **ended}])[0]


def in_force(package_id: str, source_id: str | None, owner_org: str | None) -> str | None:
    """Return who gave a standing approval that covers a record now; ``None`` when none does.

    It ends with its giver's role, as a delegation does.
    """
    directors = {one for one, role in people.members(str(owner_org)).items() if role == "admin"}
    covers = STANDING.c.package_id == package_id
    if source_id:  # SQL's null would cover every record
        covers = sa.or_(covers, STANDING.c.harvest_source_id == source_id)
    query = sa.select(STANDING.c.given_by).where(
        covers,
        STANDING.c.revoked_at.is_(None),
        STANDING.c.valid_until > clock.now(),
    )
    givers = [str(row.given_by) for row in model.Session.execute(query)]
    return next((one for one in givers if one in directors), None)


def _shown(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = people.names(row[key] for row in rows for key in ("given_by", "revoked_by"))
    about = _packages(row["package_id"] or row["harvest_source_id"] for row in rows)
    now = clock.now()
    admins = people.members_of({str(one["owner_org"] or "") for one in about.values()})
    shown: list[dict[str, Any]] = []
    for row in rows:
        package = about.get(row["package_id"] or row["harvest_source_id"], {})
        giver = admins.get(str(package.get("owner_org") or ""), {}).get(row["given_by"])
        current = row["revoked_at"] is None and row["valid_until"] > now
        shown.append(
            {
                "id": row["id"],
                "package": {key: package.get(key) for key in NAMED},
                "harvest_source": row["harvest_source_id"] is not None,
                "given_by": known.get(row["given_by"]),
                "given_at": local_text(row["given_at"]),
                "valid_until": local_text(row["valid_until"]),
                "revoked_at": when(row["revoked_at"]),
                "revoked_by": known.get(row["revoked_by"] or ""),
                "in_force": current and giver == "admin",
            }
        )
    return shown


def _packages(ids: Any) -> dict[str, dict[str, Any]]:
    columns = [_PACKAGE.c[name] for name in ("id", "name", "title", "owner_org")]
    titled = sa.and_(
        _EXTRA.c.package_id == _PACKAGE.c.id,
        _EXTRA.c.key == "title_translated",
        _EXTRA.c.state == "active",
    )
    query = (
        sa.select(*columns, _EXTRA.c.value)
        .select_from(_PACKAGE.outerjoin(_EXTRA, titled))
        .where(_PACKAGE.c.id.in_(set(ids)))
    )
    return {
        str(row["id"]): {**row, "title_translated": texts(row["value"])}
        for row in model.Session.execute(query).mappings()
    }
