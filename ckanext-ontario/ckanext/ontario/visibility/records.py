"""What permission labels need of a record, from CKAN's model or from what a search found."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, cast

import sqlalchemy as sa
from ckan import model
from ckan.lib.plugins import DefaultPermissionLabels

from ckanext.ontario.visibility import domain
from ckanext.ontario.visibility.reading import once_a_request

FIELDS = ("audience", "access_level", "data_audience")
"""The fields that labels depend on, besides ``audience_ministries``."""


def of_package(package: model.Package, *, shared: bool = True) -> domain.Record:
    """Return what labels need of a record, from CKAN's model.

    Args:
        package: the record.
        shared: whether its working copy is shared with its audience.
    """
    extras: Mapping[str, Any] = package.extras
    named = domain.ministries_of(extras.get("audience_ministries"))
    return domain.Record(
        id=package.id,
        type=package.type or "dataset",
        state=str(package.state),
        owner_org=package.owner_org,
        creator=package.creator_user_id,
        audience_ministries=tuple(organization_ids(named)),
        shared=shared,
        **_fields(extras),
    )


def of_dict(pkg: Mapping[str, Any]) -> domain.Record:
    """Return what labels need of a record, as ``package_show`` or ``package_search`` returns it."""
    extras: dict[Any, Any] = {one.get("key"): one.get("value") for one in pkg.get("extras") or ()}
    known: dict[str, Any] = {**extras, **pkg}
    return domain.Record(
        id=str(pkg["id"]),
        type=str(pkg.get("type") or "dataset"),
        state=str(pkg.get("state") or "active"),
        owner_org=pkg.get("owner_org"),
        creator=pkg.get("creator_user_id"),
        audience_ministries=tuple(organization_ids(_named(known))),
        **_fields(known),
    )


def named_in(pkgs: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the ministries that records name, so that they can be looked up together."""
    return {name for pkg in pkgs for name in _named(pkg)}


def core_labels(record: domain.Record) -> list[str]:
    """Return core's own labels of a record: its organization or creator, its collaborators."""
    known = SimpleNamespace(
        id=record.id,
        state=record.state,
        private=True,
        owner_org=record.owner_org,
        creator_user_id=record.creator,
    )
    return DefaultPermissionLabels().get_dataset_labels(cast(model.Package, known))


def organization_ids(names: Iterable[str]) -> Iterator[str]:
    """Yield the ids of the organizations of these names or ids; what is none of them is left out.

    Asked once for all, and remembered while a page is made.
    """
    known = once_a_request("organization-ids", dict[str, str])
    wanted = list(names)
    if unknown := [name for name in wanted if name not in known]:
        known.update(dict.fromkeys(unknown, ""))
        table = model.group_table
        rows = model.Session.execute(
            sa.select(table.c.id, table.c.name).where(
                table.c.is_organization.is_(True),
                table.c.name.in_(unknown) | table.c.id.in_(unknown),
            )
        )
        for row in rows:
            known |= {row.id: row.id, row.name: row.id}
    yield from (known[name] for name in wanted if known[name])


def _fields(known: Mapping[str, Any]) -> dict[str, Any]:
    return {name: known.get(name) for name in FIELDS}


def _named(pkg: Mapping[str, Any]) -> tuple[str, ...]:
    value = pkg.get("audience_ministries")
    return domain.ministries_of(json.dumps(value) if isinstance(value, list) else value)
