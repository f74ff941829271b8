"""A hash of what the public would see of a record, as the database has it: tells which saves edit.

Four-eyes needs to know who last changed public content; a save of internal notes is not that. So
each save compares this hash with the one the save before left. It covers less than a release
(what machines add to an uploaded file is not an edit), and releases never rest on it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.ontario.publication.projection import OPEN, UPLOAD, canonical, is_public
from ckanext.ontario.publication.workflow.content import OPENED, derived

_STATEMENT = sa.text("""
    SELECT to_jsonb(p) AS package,
           (SELECT jsonb_object_agg(e.key, e.value) FROM package_extra e
             WHERE e.package_id = p.id AND e.state = 'active') AS extras,
           (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.position) FROM resource r
             WHERE r.package_id = p.id AND r.state = 'active') AS resources,
           to_jsonb(w) AS copy
      FROM package p LEFT JOIN ontario_publication_record w ON w.package_id = p.id
     WHERE p.id = ANY(:ids)
     ORDER BY p.id
""")

BYTES = "last_modified"
"""Set by CKAN when an uploaded file is replaced."""


class Stored:
    """A record as the database has it in this transaction, with its working copy's row."""

    def __init__(self, row: Any) -> None:
        """Take what :func:`read` found."""
        self.package: dict[str, Any] = row.package
        self.extras: dict[str, Any] = row.extras or {}
        self.resources: list[dict[str, Any]] = row.resources or []
        self.copy: dict[str, Any] | None = row.copy

    @property
    def fingerprint(self) -> str:
        """The hash."""
        dataset, resource = _public_names(str(self.package["type"]))
        values = {**self.package, **self.extras}
        public = _chosen(values, dataset)
        if self.copy and public.get(OPENED) == self.copy.get(OPENED):
            public.pop(OPENED, None)  # publication's own
        if values.get("access_level") == OPEN:
            public["resources"] = [_file(one, resource) for one in self.resources]
        return hashlib.sha256(canonical(public)).hexdigest()


def read(package_ids: Collection[str]) -> list[Stored]:
    """Read records in one statement, in the order of their ids."""
    model.Session.flush()
    rows = model.Session.execute(_STATEMENT, {"ids": list(package_ids)})
    return [Stored(row) for row in rows]


def _file(row: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    values = {**row, **json.loads(row.get("extras") or "{}")}
    uploaded = values.get("url_type") == UPLOAD
    kept = {"id", "url_type", *([BYTES] if uploaded else [])}
    return _chosen(values, (names - derived(values)) | kept)


def _chosen(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    found = {name: values[name] for name in names if values.get(name) not in (None, "", "[]", "{}")}
    return {name: value if isinstance(value, str) else str(value) for name, value in found.items()}


@cache
def _public_names(record_type: str) -> tuple[frozenset[str], frozenset[str]]:
    schema = tk.h.scheming_get_dataset_schema(record_type, expanded=False) or {}
    groupings = (schema.get(key, ()) for key in ("dataset_fields", "resource_fields"))
    dataset, resource = (
        frozenset(str(one["field_name"]) for one in fields if is_public(one))
        for fields in groupings
    )
    return dataset, resource
