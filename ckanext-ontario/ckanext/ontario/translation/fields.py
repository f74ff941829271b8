"""The bilingual fields of records and files, as the schema has them: there is no second list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import ckan.plugins.toolkit as tk
from flask_babel import get_locale

from ckanext.ontario.shared.bilingual import language_of, pick
from ckanext.ontario.translation.domain import Place, Texts, texts_of

TYPE = "dataset"
DATASET, RESOURCE = "dataset_fields", "resource_fields"
KEYWORDS = "keywords"
KINDS = frozenset({"bilingual", KEYWORDS})
"""Kinds of fields that have a value in each language."""

LONG = "max_bytes"
"""Key of fields that have more than one line."""

Field = Mapping[str, Any]


def bilingual(level: str) -> dict[str, Field]:
    """Return the bilingual fields of records or of files by name, in the schema's order."""
    schema = tk.h.scheming_get_dataset_schema(TYPE) or {}
    return {
        str(field["field_name"]): field
        for field in schema.get(level, ())
        if field.get("kind") in KINDS
    }


def level_of(place: Place) -> str:
    """Return which fields a text is one of."""
    return RESOURCE if place.resource_id else DATASET


def texts(record: Mapping[str, Any]) -> dict[Place, dict[str, str]]:
    """Return the texts of a record and its files that say something in a language."""
    return texts_of(record, bilingual(DATASET), bilingual(RESOURCE))


def label(place: Place) -> Texts:
    """Return what a field is called in both languages."""
    found = bilingual(level_of(place)).get(place.field, {}).get("label")
    if isinstance(found, Mapping):
        return dict(cast("Mapping[str, str]", found))
    return {"en": place.field, "fr": place.field}


def named(place: Place) -> str:
    """Return what a field is called in the reader's language."""
    return pick(label(place), reader()) or place.field


def labelled(name: str, message: str) -> str:
    """Return what is wrong with a record, led by the label of the field if it is one."""
    schema = tk.h.scheming_get_dataset_schema(TYPE) or {}
    listed = cast("list[Field]", schema.get(DATASET, []))
    field = next((one for one in listed if one["field_name"] == name), {})
    said = pick(cast("Texts", field.get("label") or {}), reader())
    return tk._("{label}: {message}").format(label=said, message=message) if said else message


def reader() -> str:
    """Return the reader's language; a program that serves no request has English."""
    return language_of(str(get_locale() or ""))
