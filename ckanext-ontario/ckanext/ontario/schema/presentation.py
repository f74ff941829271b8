"""Names as the reader's language has them: facets, organizations, topics.

Only what is shown changes (``display_name``); titles and values stay, so that a form which sends
back what it was given never loses a language.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.ontario.schema import index_lookups
from ckanext.ontario.schema.search import reader_language
from ckanext.ontario.shared.bilingual import DEFAULT_LANGUAGE, Said, pick, said
from ckanext.ontario.shared.collation import sort_key

NAMED = ("organization", "groups")
"""Facets whose values are names of organizations or topics."""


class FacetHooks:
    """The part of ``IFacets`` and ``IPackageController`` that names facets and their values."""

    def dataset_facets(
        self, _facets: OrderedDict[str, str], _package_type: str
    ) -> OrderedDict[str, str]:
        """Return the facets of the search page, with their titles."""
        return _titles()

    def group_facets(
        self, _facets: OrderedDict[str, str], _group_type: str, _package_type: str | None
    ) -> OrderedDict[str, str]:
        """Return the facets of a topic's page."""
        return _titles("groups")

    def organization_facets(
        self, _facets: OrderedDict[str, str], _organization_type: str, _package_type: str | None
    ) -> OrderedDict[str, str]:
        """Return the facets of an organization's page."""
        return _titles("organization")

    def after_dataset_search(
        self, search_results: dict[str, Any], _search_params: dict[str, Any]
    ) -> dict[str, Any]:
        """Give each facet's values the names of the reader's language; one query at most."""
        facets: dict[str, Any] = search_results.get("search_facets") or {}
        language = reader_language()
        if language != DEFAULT_LANGUAGE:
            _name_items(
                [item for name in NAMED for item in facets.get(name, {}).get("items", ())], language
            )
        labels = _choice_labels(language) if facets else {}
        for name, facet in facets.items():
            for item in facet["items"]:
                item["display_name"] = labels.get(name, {}).get(item["name"], item["display_name"])
        return search_results

    def before_dataset_view(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        """Return the record for a page, its organization named in the reader's language."""
        organization = pkg_dict.get("organization")
        if not organization:
            return pkg_dict
        # A publisher's texts begin with its title in that language.
        texts = index_lookups.publisher(organization["id"]).texts.get(reader_language())
        title = texts[0] if texts else organization["title"]
        return {**pkg_dict, "organization": {**organization, "title": title}}


class NameHooks:
    """The part of ``IGroupController`` and ``IOrganizationController`` that names what is shown."""

    def before_view(self, data_dict: dict[str, Any]) -> dict[str, Any]:
        """Return the organization or topic with its ``display_name`` in the reader's language."""
        title = pick(_translations(data_dict), reader_language())
        return {**data_dict, "display_name": title} if title else data_dict


def named(organizations: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return organizations as a form offers them: ``{"id", "name", "title"}``, by title.

    Titles are in the reader's language; one query for all of them at most.
    """
    language = reader_language()
    found: list[dict[str, str]] = []
    for one in organizations:
        texts = index_lookups.publisher(one["id"]).texts.get(language)
        title = texts[0] if texts else str(one["display_name"])
        found.append({"id": one["id"], "name": one["name"], "title": title})
    return sorted(found, key=lambda one: sort_key(one["title"], language))


def publisher_of(organization: Mapping[str, Any] | None) -> Said:
    """Return what the reader calls the organization of a record; empty for none."""
    if not organization:
        return Said("")
    titles = index_lookups.publisher(organization["id"]).titles
    return said(titles, reader_language(), str(organization.get("title") or ""))


def _titles(left_out: str = "") -> OrderedDict[str, str]:
    titles = {
        "organization": tk._("Ministries and agencies"),
        "access_level": tk._("Access level"),
        "groups": tk._("Topics"),
        f"keywords_{reader_language()}": tk._("Tags"),
        "res_format": tk._("Formats"),
        "update_frequency": tk._("Update frequency"),
        "license_id": tk._("Licences"),
    }
    return OrderedDict((name, title) for name, title in titles.items() if name != left_out)


Labels = Mapping[str, Mapping[str, str]]

_labels: dict[str, tuple[Any, Labels]] = {}
"""Language → the schema that was read, and its labels: they change only with the schema."""


def _choice_labels(language: str) -> Labels:
    schema = tk.h.scheming_get_dataset_schema("dataset") or {}
    known = _labels.get(language)
    if known is None or known[0] is not schema:
        known = _labels[language] = (schema, _labels_of(schema, language))
    return known[1]


def _labels_of(schema: Mapping[str, Any], language: str) -> Labels:
    return {
        field["field_name"]: {
            choice["value"]: pick(choice["label"], language) or choice["value"]
            for choice in tk.h.scheming_field_choices(field) or ()
            if isinstance(choice["label"], Mapping)
        }
        for field in schema.get("dataset_fields", ())
    }


def _name_items(items: Iterable[dict[str, Any]], language: str) -> None:
    by_name = {item["name"]: item for item in items}
    if not by_name:
        return
    found = model.Session.execute(
        sa.select(model.Group.name, model.GroupExtra.value)
        .join(model.GroupExtra, model.GroupExtra.group_id == model.Group.id)
        .where(
            model.Group.name.in_(by_name),
            model.GroupExtra.key == "title_translated",
            model.GroupExtra.state == "active",
        )
    )
    for name, value in found:
        by_name[name]["display_name"] = pick(json.loads(value), language) or name


def _translations(shown: Mapping[str, Any]) -> Mapping[str, str] | None:
    extras = {extra["key"]: extra["value"] for extra in shown.get("extras") or ()}
    value = shown.get("title_translated") or extras.get("title_translated")
    read = json.loads(value) if isinstance(value, str) else value
    return read if isinstance(read, Mapping) else None
