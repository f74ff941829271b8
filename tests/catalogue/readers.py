"""A reader of record pages, and small records for them, without CKAN."""

from __future__ import annotations

from datetime import date
from typing import Any

from ckanext.ontario.catalogue.record import Rights, record_page
from ckanext.ontario.catalogue.record_reader import (
    Addresses,
    Field,
    Publisher,
    Reader,
    Schema,
)

SITE = "https://data.ontario.ca"
SCHEMA = Schema(
    fields=(
        Field("other_title", {"en": "Other title", "fr": "Autre titre"}, "text", internal=True),
        Field("url", {"en": "Source URL", "fr": "URL d’origine"}, "web_address", internal=False),
        Field("topics", {"en": "Topics", "fr": "Thèmes"}, "choices", internal=False),
        Field("harvest_source_id", {"en": "Source", "fr": "Source"}, "text", internal=True),
        Field("colby_notes", {"en": "Notes", "fr": "Notes"}, "text", internal=True),
    ),
    labels={
        "access_level": {"open": {"en": "Open", "fr": "Ouvert"}},
        "exemption": {"privacy": {"en": "Privacy", "fr": "Vie privée"}},
        "topics": {"health-and-care": {"en": "Health", "fr": "Santé"}},
    },
    resource_labels={"language": {"french": {"en": "French", "fr": "Français"}}},
    licences={
        "OGL-ON-1.0": {
            "label": {"en": "OGL", "fr": "LGO"},
            "url": {"en": "https://example.ca/en", "fr": "https://example.ca/fr"},
            "open": True,
        },
        "ministry-tou": {"label": {"en": "Terms", "fr": "Conditions"}, "url": {}, "open": False},
    },
    open_formats=frozenset({"CSV"}),
)


def reader(language: str = "en", **more: Any) -> Reader:
    prefix = "" if language == "en" else f"/{language}"
    addresses = Addresses(SITE, prefix, f"{SITE}/api/3/action")
    return Reader(language, date(2026, 5, 1), addresses, SCHEMA, **more)


def file(**values: Any) -> dict[str, Any]:
    return {
        "id": "f1",
        "url": "https://files.ontario.ca/a.csv",
        "format": "CSV",
        "type": "data",
        "name_translated": {"en": "A"},
        **values,
    }


READER = Rights()


def page(language: str = "en", rights: Rights = READER, **values: Any) -> Any:
    record = {"name": "lakes", "title": "Lakes", "resources": [], **values}
    return record_page(record, Publisher(), reader(language), rights)
