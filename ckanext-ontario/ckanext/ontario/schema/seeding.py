"""What every installation has: ministries, agencies and topics. Safe to repeat."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.types import Context

from ckanext.ontario.schema import organizations, tables

Counts = dict[str, int]
"""How many were ``created``, ``updated`` and ``unchanged``."""


class NameTaken(RuntimeError):
    """CKAN has one space of names for organizations and groups, and somebody was there first."""


def seed() -> dict[str, Counts]:
    """Make what is missing and correct what differs, as the site user; commit once.

    Returns:
        ``{"organizations", "topics", "aliases"}``, each with its counts.

    Raises:
        NameTaken: when a topic has the name of an organization, or the other way round.
    """
    user = str(tk.get_action("get_site_user")(Context(ignore_auth=True), {})["name"])
    counts = {
        "organizations": _seed_all("organization", tables.organizations(), user),
        "topics": _seed_all("group", tables.topics(), user),
        "aliases": _seed_aliases(),
    }
    model.repo.commit()
    return counts


def _seed_all(kind: str, wanted: Iterable[Mapping[str, Any]], user: str) -> Counts:
    return _counted(_seed_one(kind, one, user) for one in wanted)


def _counted(outcomes: Iterable[str]) -> Counts:
    found = Counter(outcomes)
    return {name: found[name] for name in ("created", "updated", "unchanged")}


def _seed_one(kind: str, wanted: Mapping[str, Any], user: str) -> str:
    stored = model.Group.get(wanted["name"])
    if stored is None:
        _call(f"{kind}_create", {**wanted, "type": kind}, user)
        return "created"
    if stored.type != kind:
        raise NameTaken(f"the {kind} {stored.name} can't be made: a {stored.type} has that name")
    if stored.state == "active" and not _differences(wanted, stored):
        return "unchanged"
    _call(f"{kind}_patch", {**wanted, "id": stored.id, "state": "active"}, user)
    return "updated"


def _call(action: str, data: dict[str, Any], user: str) -> None:
    context = Context(
        model=model,
        session=model.Session,
        user=user,
        auth_user_obj=model.User.get(user),  # type: ignore[typeddict-item]
        ignore_auth=True,
        defer_commit=True,
        allow_partial_update=True,
    )
    tk.get_action(action)(context, data)


def _differences(wanted: Mapping[str, Any], stored: Any) -> list[str]:
    extras: Mapping[str, Any] = dict(stored.extras)
    return [
        name
        for name, value in wanted.items()
        if name != "name" and (value or None) != (_read(extras.get(name)) or None)
    ]


def _read(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in {"{", "["}:
        return json.loads(value)
    return value


def _seed_aliases() -> Counts:
    """Bring the names of every organization up to date, of those made before this plugin too."""
    query = sa.select(model.Group).where(model.Group.is_organization.is_(True))
    found = model.Session.execute(query).scalars()
    refresh: Callable[[Any], bool] = organizations.refresh
    return _counted("updated" if refresh(one) else "unchanged" for one in found)
