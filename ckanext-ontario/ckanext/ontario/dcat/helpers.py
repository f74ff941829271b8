"""Template helpers: links to the graph, and the data block of a record's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from markupsafe import Markup

from ckanext.ontario.dcat import portal, structured
from ckanext.ontario.dcat.logic.parameters import FORMATS
from ckanext.ontario.shared.bilingual import LANGUAGES, language_of

__all__ = ["dcat_get_endpoint", "ontario_dcat_formats", "ontario_dcat_structured_data"]

_NAMES = {"ttl": "Turtle", "jsonld": "JSON-LD", "xml": "RDF/XML"}
"""Formats that pages link to; ``rdf`` is another name of ``xml``, N3 of Turtle."""

_ENDPOINTS = {"dataset": "ontario_dcat.dataset", "catalog": "ontario_dcat.catalog"}


@tk.chained_helper
def dcat_get_endpoint(_next_helper: Callable[..., str], _type: str = "dataset") -> str:
    """Return the endpoint that ckanext-dcat's templates link to: ours stand in for its views."""
    return _ENDPOINTS[_type]


def ontario_dcat_formats() -> list[dict[str, str]]:
    """Return the formats a record can be had in: ``{"suffix", "name", "type"}``."""
    return [{"suffix": one, "name": name, "type": FORMATS[one]} for one, name in _NAMES.items()]


def ontario_dcat_structured_data(pkg: Mapping[str, Any]) -> Markup:
    """Return a record as schema.org's JSON-LD, safe inside a ``script`` element.

    Args:
        pkg: the record as its page has it, the organization named in the reader's language.
    """
    language = language_of(str(tk.h.lang()))
    organization = pkg.get("organization") or {}
    if organization:
        named = {"title_translated": {language: organization["title"]}, **organization}
        pkg = {**pkg, "organization": named}
    pages = {
        code: tk.h.url_for(
            "dataset.read",
            id=pkg["name"],
            _external=True,
            locale="default" if code == tk.config["ckan.locale_default"] else code,
        )
        for code in LANGUAGES
    }
    catalogue = (str(tk.config["ckan.site_title"]), f"{tk.config['ckan.site_url']}/")
    data = structured.structured_data(portal.described(pkg), language, pages, catalogue)
    return Markup(structured.script_text(data))  # noqa: S704 -- every sign that could end it is escaped
