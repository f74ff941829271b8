"""What facets and their values are called in the reader's language."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.catalogue import group_names
from ckanext.ontario.shared.bilingual import language_of, pick

_KINDS = {"organization": "organization", "groups": "group"}
"""Facets whose values are names of groups, and CKAN's type of these."""

_OF_PUBLISHERS = ("jurisdiction", "category")
"""Facets that the organization's schema explains; all others are fields of the record's."""


def language() -> str:
    """Return the language of this page: ``en`` or ``fr``."""
    return language_of(str(tk.h.lang()))


def titles() -> dict[str, str]:
    """Return the title of each field that an address may select by."""
    return {
        "access_level": tk._("Access level"),
        "organization": tk._("Ministries and agencies"),
        "groups": tk._("Topics"),
        "keywords_en": tk._("Tags") if language() == "en" else tk._("English tags"),
        "keywords_fr": tk._("Tags") if language() == "fr" else tk._("French tags"),
        "res_format": tk._("Formats"),
        "update_frequency": tk._("Update frequency"),
        "license_id": tk._("Licences"),
        "asset_type": tk._("Asset type"),
        "jurisdiction": tk._("Jurisdiction"),
        "category": tk._("Kind of organization"),
        "tags": tk._("Tags"),
        "record_status": tk._("Record status"),
        "exemption": tk._("Exemption"),
        "geographic_granularity": tk._("Geography breakdown"),
    }


def sorts() -> dict[str, str]:
    """Return the names of the orders of results."""
    return {
        "relevance": tk._("Relevance"),
        "title": tk._("Title A to Z"),
        "title_desc": tk._("Title Z to A"),
        "updated": tk._("Recently updated"),
        "added": tk._("Recently added"),
        "votes": tk._("Most votes"),
    }


def choices() -> dict[str, dict[str, str]]:
    """Return the labels of every field with a closed list: by field, then by value."""
    return _choices(language())


@functools.cache
def _choices(reader: str) -> dict[str, dict[str, str]]:
    # Once per process and language: the schemas are read at start-up and never change.
    record = tk.h.scheming_get_dataset_schema("dataset") or {}
    publisher = tk.h.scheming_get_organization_schema("organization") or {}
    found = _labels(record.get("dataset_fields", ()), reader)
    of_publishers = _labels(publisher.get("fields", ()), reader)
    return {**found, **{name: of_publishers.get(name, {}) for name in _OF_PUBLISHERS}}


def missing(names_by_facet: Mapping[str, Iterable[str]]) -> dict[str, dict[str, str]]:
    """Return titles of selected organizations and topics that no count came back for."""
    reader = language()
    return {
        facet: group_names.titles(kind, names_by_facet.get(facet, ()), reader)
        for facet, kind in _KINDS.items()
    }


def _labels(fields: Iterable[dict[str, Any]], reader: str) -> dict[str, dict[str, str]]:
    return {
        one["field_name"]: {
            choice["value"]: pick(choice["label"], reader) or choice["value"]
            for choice in tk.h.scheming_field_choices(one) or ()
            if isinstance(choice["label"], Mapping)
        }
        for one in fields
    }
