"""The names by which organizations are known, kept beside them and looked up in bulk."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.ontario.schema.model import ORGANIZATION_ALIASES as TABLE
from ckanext.ontario.schema.naming import organization_key
from ckanext.ontario.schema.texts import stored_object

RANKS = {"name": 0, "title": 1, "identifier": 2, "acronym": 3, "former_name": 4}
"""Which name wins when two organizations share one: today's before yesterday's."""


def names_of(organization: Any) -> dict[str, int]:
    """Return every name of an organization, folded, with its rank."""
    extras: Mapping[str, Any] = dict(organization.extras)
    written = [
        *(("name", name) for name in (organization.id, organization.name)),
        *(("title", name) for name in (organization.title, *_titles(extras))),
        *(("identifier", name) for name in _list(extras.get("identifiers"))),
        *(("acronym", name) for name in str(extras.get("acronym") or "").split("/")),
        *(("former_name", name) for name in _list(extras.get("former_names"))),
    ]
    found: dict[str, int] = {}
    for kind, name in written:
        key = organization_key(name or "")
        if key:
            found[key] = min(RANKS[kind], found.get(key, RANKS[kind]))
    return found


def _titles(extras: Mapping[str, Any]) -> Iterable[str]:
    return stored_object(extras.get("title_translated")).values()


def _list(value: Any) -> list[str]:
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return []
    return [str(one) for one in found] if isinstance(found, list) else []


def refresh(organization: Any) -> bool:
    """Keep an organization's names beside it; return whether anything was written."""
    wanted = names_of(organization)
    mine = TABLE.c.organization_id == organization.id
    rows = model.Session.execute(sa.select(TABLE.c.key, TABLE.c.rank).where(mine))
    if {row.key: row.rank for row in rows} == wanted:
        return False
    model.Session.execute(sa.delete(TABLE).where(mine))
    values = [{"organization_id": organization.id, "key": k, "rank": r} for k, r in wanted.items()]
    model.Session.execute(sa.insert(TABLE), values)
    return True


def resolve(written: Iterable[str]) -> dict[str, dict[str, str] | None]:
    """Return the organization each written name means, ``None`` for none or for more than one.

    One query, however many names.
    """
    keys = {name: organization_key(name) for name in written}
    found: defaultdict[str, dict[int, set[tuple[str, str]]]] = defaultdict(lambda: defaultdict(set))
    query = (
        sa.select(TABLE.c.key, TABLE.c.rank, model.Group.id, model.Group.name)
        .join(model.Group, model.Group.id == TABLE.c.organization_id)
        .where(TABLE.c.key.in_(set(keys.values())), model.Group.state == "active")
    )
    for key, rank, identifier, name in model.Session.execute(query):
        found[key][rank].add((identifier, name))
    return {name: _best(found.get(key, {})) for name, key in keys.items()}


def _best(ranked: Mapping[int, set[tuple[str, str]]]) -> dict[str, str] | None:
    if not ranked:
        return None
    best = ranked[min(ranked)]
    if len(best) > 1:
        return None
    ((identifier, name),) = best
    return {"id": identifier, "name": name}
