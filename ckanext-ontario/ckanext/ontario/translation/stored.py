"""Texts of many records as they are kept, without showing each record: three statements."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.ontario.translation import fields
from ckanext.ontario.translation.domain import as_object


def read(package_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return records by id; those that are not there are left out.

    Each has ``id``, ``name``, ``owner_org``, its bilingual fields as objects, and ``resources``.
    """
    ids = list(package_ids)
    package: Any = model.package_table
    columns = (package.c.id, package.c.name, package.c.owner_org)
    rows = model.Session.execute(sa.select(*columns).where(package.c.id.in_(ids)))
    found: dict[str, dict[str, Any]] = {
        str(row["id"]): {**row, "resources": []} for row in rows.mappings()
    }
    for package_id, name, value in model.Session.execute(_extras(ids)):
        found[str(package_id)][str(name)] = as_object(value)
    names = list(fields.bilingual(fields.RESOURCE))
    for package_id, resource_id, extras in model.Session.execute(_files(ids)):
        texts = {name: as_object((extras or {}).get(name)) for name in names}
        found[str(package_id)]["resources"].append({"id": str(resource_id), **texts})
    return found


def _extras(ids: list[str]) -> Any:
    extra: Any = model.PackageExtra
    return sa.select(extra.package_id, extra.key, extra.value).where(
        extra.package_id.in_(ids),
        extra.key.in_(list(fields.bilingual(fields.DATASET))),
        extra.state == model.State.ACTIVE,
    )


def _files(ids: list[str]) -> Any:
    file: Any = model.Resource
    query = sa.select(file.package_id, file.id, file.extras).where(
        file.package_id.in_(ids), file.state == model.State.ACTIVE
    )
    return query.order_by(file.package_id, file.position)
