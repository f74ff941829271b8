"""What the public portal's readers are given: what its schema knows, and nothing else.

That schema has no internal field (ontario_schema takes them out), and no writer there has one
either, so none should be stored. This is another lock: should one get into the database or the
index all the same, no answer carries it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.ontario.shared import portal


class OutwardFields:
    """The hooks of ``IPackageController`` and ``IResourceController`` that take fields away."""

    def after_dataset_search(
        self, search_results: dict[str, Any], _search_params: dict[str, Any]
    ) -> dict[str, Any]:
        """Take unknown fields off the records and files of a search."""
        if not portal.is_internal():
            without_extras(search_results["results"])
            for record in search_results["results"]:
                for file in record.get("resources") or ():
                    _strip(file)
        return search_results

    def before_resource_show(self, resource_dict: dict[str, Any]) -> dict[str, Any]:
        """Take unknown fields off a file that is shown."""
        if not portal.is_internal():
            _strip(resource_dict)
        return resource_dict


def without_extras(shown: Iterable[Any]) -> None:
    """Take what no schema knows off records and groups of the public portal, in place."""
    if not portal.is_internal():
        for one in shown:
            if isinstance(one, dict) and one.get("extras"):
                one["extras"] = []


@cache
def _of_a_file() -> frozenset[str]:
    """Return the keys that a file may be shown with: CKAN's own, and the schema's."""
    schemas: Mapping[str, Mapping[str, Any]] = tk.h.scheming_dataset_schemas()
    ours = {
        name
        for schema in schemas.values()
        for name in (
            *(field["field_name"] for field in schema.get("resource_fields", ())),
            *schema.get("resource_read_only_keys", ()),
        )
    }
    return frozenset({*model.resource_table.columns.keys(), *ours} - {"extras"})


def _strip(file: dict[str, Any]) -> None:
    for name in file.keys() - _of_a_file():
        del file[name]
