"""What the form of a dataset says about its harvest source: which fields are the source's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model as core

from ckanext.harvest.model import HarvestSource
from ckanext.ontario.harvest import ownership
from ckanext.ontario.harvest.model import RECORD


@dataclass(frozen=True)
class Owned:
    """A harvest source of a dataset, as its form shows it."""

    title: str | None
    """``None`` for those who may not read the source."""
    link: str | None
    """The page with the source's record, for those who may edit the source."""
    files: bool
    """Whether the source brings files."""
    notes: Mapping[str, str]
    """What becomes of a change, by field."""


def found(dataset: Mapping[str, Any]) -> Owned | None:
    """Return what to say about a dataset; ``None`` when no active source looks after it."""
    package_id = dataset.get("id")
    row = _record(str(package_id)) if package_id else None
    # The id may be of a form that was sent: what is said is for editors of that very dataset.
    if row is None or not _may("package_update", str(package_id)):
        return None
    fields = ownership.owned(row["fields"], _local(row["config"]))
    link = None
    if _may("harvest_source_update", row["source_id"]):
        link = str(tk.url_for("ontario_harvest.records", source=row["name"], text=row["guid"]))
    return Owned(
        title=row["title"] if _may("harvest_source_show", row["source_id"]) else None,
        link=link,
        files="resources" in fields,
        notes={field: _note(stays=stays) for field, stays in fields.items()},
    )


def _record(package_id: str) -> Mapping[str, Any] | None:
    source, package = HarvestSource.__table__, core.package_table
    columns = (RECORD.c.source_id, RECORD.c.guid, RECORD.c.fields)
    query = (
        sa.select(*columns, source.c.config, package.c.name, package.c.title)
        .join(source, source.c.id == RECORD.c.source_id)
        .join(package, package.c.id == RECORD.c.source_id)
        .where(RECORD.c.package_id == package_id, source.c.active)
        .order_by(RECORD.c.changed.desc())
        .limit(1)
    )
    return core.Session.execute(query).mappings().first()


def _may(action: str, package_id: str) -> bool:
    """Say whether the reader may do something; what they may not read does not exist for them."""
    try:
        return bool(tk.h.check_access(action, {"id": package_id}))
    except tk.ObjectNotFound:
        return False


def _local(config: str | None) -> list[str]:
    """Return the fields that a source leaves to the ministry; it was checked when it was saved."""
    return list(json.loads(config or "{}").get("local_fields") or ())


def _note(*, stays: bool) -> str:
    if stays:
        return tk._("The source gives this too, and leaves it to your ministry: your change stays.")
    return tk._(
        "From the harvest source: your change is replaced when the source changes this record"
        " or the record is written again."
    )
