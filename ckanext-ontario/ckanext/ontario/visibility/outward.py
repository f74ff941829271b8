"""What the public portal's readers are given: fields that the schema marks public, and no others.

No writer there has internal fields, so none should be stored. This is the second lock: should one
get into the database or the index all the same, no answer carries it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.shared import portal

_GROUPINGS = {"dataset_fields": "form_sections", "resource_fields": "resource_form_sections"}


class OutwardFields:
    """The hooks of ``IPackageController`` and ``IResourceController`` that take fields away."""

    def after_dataset_show(self, _context: Any, package: dict[str, Any]) -> dict[str, Any]:
        """Take internal fields off a record that is shown."""
        if not portal.is_internal():
            _strip(package, internal_fields()[0])
        return package

    def after_dataset_search(
        self, search_results: dict[str, Any], _search_params: dict[str, Any]
    ) -> dict[str, Any]:
        """Take internal fields off the records and files of a search."""
        if not portal.is_internal():
            of_record, of_file = internal_fields()
            for record in search_results["results"]:
                _strip(record, of_record)
                for file in record.get("resources") or ():
                    _strip(file, of_file)
        return search_results

    def before_resource_show(self, resource_dict: dict[str, Any]) -> dict[str, Any]:
        """Take internal fields off a file that is shown."""
        if not portal.is_internal():
            _strip(resource_dict, internal_fields()[1])
        return resource_dict


def without_extras(groups: Iterable[Any]) -> None:
    """Take what no schema knows off organizations and topics of the public portal, in place."""
    if not portal.is_internal():
        for group in groups:
            if isinstance(group, dict) and group.get("extras"):
                group["extras"] = []


def without_internal(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a record's schema as the public portal shows it: public fields and their sections."""
    if portal.is_internal():
        return schema
    public = {**schema}
    for grouping, sections in _GROUPINGS.items():
        public[grouping] = [f for f in schema.get(grouping, ()) if f.get("visibility") == "public"]
        names = {field["field_name"] for field in public[grouping]}
        shown = [
            {**section, "fields": [name for name in section["fields"] if name in names]}
            for section in schema.get(sections, ())
        ]
        public[sections] = [section for section in shown if section["fields"]]
    return public


@cache
def internal_fields() -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of internal fields of records, and those of files."""
    schemas: Mapping[str, Any] = tk.h.scheming_dataset_schemas()
    return (
        frozenset(_internal(schemas.values(), "dataset_fields")),
        frozenset(_internal(schemas.values(), "resource_fields")),
    )


def _internal(schemas: Iterable[Mapping[str, Any]], grouping: str) -> Iterable[str]:
    for schema in schemas:
        for field in schema.get(grouping, ()):
            if field.get("visibility") != "public":
                yield field["field_name"]


def _strip(shown: dict[str, Any], names: frozenset[str]) -> None:
    for name in names & shown.keys():
        del shown[name]
    if shown.get("extras"):  # what no schema knows
        shown["extras"] = []
