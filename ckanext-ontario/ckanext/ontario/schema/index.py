"""CKAN's index hook: replaces the raw document by an allow-listed, bilingual one.

No database query per record: everything comes from the validated record that CKAN hands over,
from the loaded YAML, and from one cached list of organizations.
"""

from __future__ import annotations

import logging
from typing import Any

import orjson

from ckanext.ontario.schema import index_lookups
from ckanext.ontario.schema.document import build

log = logging.getLogger(__name__)


class IndexHooks:
    """The part of ``IPackageController`` that shapes search documents."""

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        """Return the search document of one record.

        Args:
            pkg_dict: CKAN's own document, with ``validated_data_dict`` as JSON.
        """
        record: dict[str, Any] = orjson.loads(pkg_dict["validated_data_dict"])
        marks = index_lookups.marks(str(record.get("type") or "dataset"))
        publisher = index_lookups.publisher(record.get("owner_org"))
        document = build(pkg_dict, record, marks, publisher)
        if document.left_out:
            log.warning(
                "Not in the search index, because too long or not a date: %s of record %s",
                ", ".join(document.left_out),
                record.get("name"),
            )
        return document.values
