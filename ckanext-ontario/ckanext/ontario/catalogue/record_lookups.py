"""What the pages of records ask CKAN: labels of the schema, the organization, the reader."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model, plugins

from ckanext.ontario.catalogue.record_reader import (
    Addresses,
    Field,
    HarvestSource,
    Labels,
    Publisher,
    Reader,
    Schema,
)
from ckanext.ontario.catalogue.record_text import TORONTO
from ckanext.ontario.shared import clock, portal
from ckanext.ontario.shared.bilingual import language_of

_TEXTS = ("title_translated", "org_contact")


@dataclass(frozen=True)
class _Known:
    source: Any
    schema: Schema


_known = _Known(None, Schema())


def reader() -> Reader:
    """Return the reader of the present request."""
    site = str(tk.config["ckan.site_url"]).rstrip("/")
    language = language_of(str(tk.h.lang()))
    root = str(tk.url_for("home.index")).rstrip("/")
    return Reader(
        language=language,
        today=clock.now().astimezone(TORONTO).date(),
        addresses=Addresses(site=site, prefix=root, api=f"{site}/api/3/action"),
        schema=schema(),
        internal=portal.is_internal(),
    )


def schema() -> Schema:
    """Return what pages need of the dataset's YAML; worked out once for each YAML."""
    global _known  # noqa: PLW0603 -- one schema for the process, replaced whole
    source = tk.h.scheming_get_dataset_schema("dataset") or {}
    if _known.source is not source:
        _known = _Known(source, _schema(source))
    return _known.schema


def source(source_id: str | None) -> HarvestSource | None:
    """Return a harvest source, if there is one and the reader may see it."""
    if not source_id or not portal.is_internal():
        return None
    if not plugins.plugin_loaded("harvest"):
        return None
    found = model.Package.get(source_id)
    if found is None or not tk.h.check_access("package_show", {"id": source_id}):
        return None
    return HarvestSource(
        str(found.title or found.name), str(tk.url_for("harvest.read", id=found.name))
    )


def publisher(organization_id: str | None) -> Publisher:
    """Return an organization's texts in both languages with one question to the database."""
    if not organization_id:
        return Publisher()
    # The one place of this slice that knows that CKAN 2.11 keeps a group's extras in a table.
    rows = model.Session.execute(
        sa.select(model.Group.name, model.Group.title, model.GroupExtra.key, model.GroupExtra.value)
        .select_from(model.Group)
        .outerjoin(
            model.GroupExtra,
            sa.and_(
                model.GroupExtra.group_id == model.Group.id,
                model.GroupExtra.state == "active",
                model.GroupExtra.key.in_(_TEXTS),
            ),
        )
        .where(model.Group.id == organization_id, model.Group.state == "active")
    ).all()
    if not rows:
        return Publisher()
    texts = {key: _object(value) for _name, _title, key, value in rows if key}
    name, title = str(rows[0][0]), str(rows[0][1] or rows[0][0])
    return Publisher(name, texts.get("title_translated") or {"en": title}, _contact(texts))


def _contact(texts: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    return texts.get("org_contact") or {}


def _object(value: Any) -> Mapping[str, str]:
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _schema(source: Mapping[str, Any]) -> Schema:
    fields = source.get("dataset_fields", ())
    return Schema(
        fields=tuple(_field(one) for one in fields),
        labels=_labels(fields),
        resource_labels=_labels(source.get("resource_fields", ())),
        licences={one["value"]: one for one in tk.h.ontario_schema_licences({})},
        open_formats=frozenset(
            one["value"] for one in tk.h.ontario_schema_formats({}) if one["open"]
        ),
    )


def _field(field: Mapping[str, Any]) -> Field:
    label = field.get("label")
    return Field(
        name=str(field["field_name"]),
        label=label if isinstance(label, Mapping) else {"en": str(label or "")},
        kind=str(field.get("kind") or ""),
        # What says nothing of its mark is not shown to everyone.
        internal=field.get("visibility") != "public",
    )


def _labels(fields: Any) -> Labels:
    return {
        field["field_name"]: {
            str(choice["value"]): choice["label"]
            for choice in tk.h.scheming_field_choices(field) or ()
            if isinstance(choice["label"], Mapping)
        }
        for field in fields
    }
