"""What descriptions need of this portal: marks and choices of the schema, licences, publishers."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.ontario.dcat import config
from ckanext.ontario.dcat.domain import Catalogue, Dataset, describe

RECORD_TYPE = "dataset"
"""The one type of record that DCAT is told about."""

_LABELLED = ("topics", "exemption")
_PUBLISHER_EXTRAS = ("title_translated", "jurisdiction")

_known: dict[str, tuple[Any, Catalogue]] = {}


def catalogue() -> Catalogue:
    """Return this portal; made once for each schema object that scheming holds."""
    schema = tk.h.scheming_get_dataset_schema(RECORD_TYPE)
    base = config.base_uri()
    known = _known.get(base)
    if known is None or known[0] is not schema:
        known = _known[base] = (schema, _catalogue_of(schema or {}, base))
    return known[1]


def described(record: Mapping[str, Any]) -> Dataset:
    """Describe one record; its publisher is looked up unless the record brings it along."""
    if "title_translated" not in (record.get("organization") or {"title_translated": None}):
        (record,) = with_publishers([record])
    return describe(record, catalogue())


def with_publishers(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the records, each organization with what a search leaves out; one query for all."""
    ids = {one["organization"]["id"] for one in records if one.get("organization")}
    found = _publishers(ids) if ids else {}
    return [
        {**one, "organization": {**one["organization"], **found.get(one["organization"]["id"], {})}}
        if one.get("organization")
        else dict(one)
        for one in records
    ]


def _publishers(ids: Iterable[str]) -> Mapping[str, dict[str, Any]]:
    rows = model.Session.execute(
        sa.select(model.GroupExtra.group_id, model.GroupExtra.key, model.GroupExtra.value).where(
            model.GroupExtra.group_id.in_(sorted(ids)),
            model.GroupExtra.key.in_(_PUBLISHER_EXTRAS),
            model.GroupExtra.state == "active",
        )
    )
    found: defaultdict[str, dict[str, Any]] = defaultdict(lambda: {"title_translated": {}})
    for group_id, key, value in rows:
        found[group_id][key] = _read(value) if key == "title_translated" else value
    return found


def _read(value: str | None) -> Any:
    try:
        return json.loads(value or "{}")
    except ValueError:
        return {}


def _catalogue_of(schema: Mapping[str, Any], base: str) -> Catalogue:
    fields = {one["field_name"]: one for one in schema.get("dataset_fields", ())}
    return Catalogue(
        base=base,
        public=_public(fields.values()),
        resource_public=_public(schema.get("resource_fields", ())),
        labels={name: _labels(fields[name]) for name in _LABELLED if name in fields},
        licences={one["value"]: one for one in tk.h.ontario_schema_licences({})},
    )


def _public(fields: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    # Only the word itself lets a field through: no mark, no misspelling of one.
    return frozenset(str(one["field_name"]) for one in fields if one.get("visibility") == "public")


def _labels(field: Mapping[str, Any]) -> dict[str, Any]:
    choices = tk.h.scheming_field_choices(field) or ()
    return {one["value"]: one["label"] for one in choices}
