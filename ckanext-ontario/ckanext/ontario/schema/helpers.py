"""Template helpers of the schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.ontario.schema import tables
from ckanext.ontario.schema.messages import LANGUAGE_NAMES, reader_language, said
from ckanext.ontario.schema.search import title_sort
from ckanext.ontario.schema.texts import stored_object
from ckanext.ontario.shared.bilingual import LANGUAGES

__all__ = [
    "ontario_schema_formats",
    "ontario_schema_hints",
    "ontario_schema_languages",
    "ontario_schema_licence",
    "ontario_schema_licences",
    "ontario_schema_ministries",
    "ontario_schema_shown",
    "ontario_schema_title_sort",
    "ontario_schema_typed",
]


def ontario_schema_licences(_field: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the licences as choices of a field."""
    return tables.licences()


def ontario_schema_formats(_field: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the file formats as choices of a field."""
    return tables.formats()


def ontario_schema_ministries(_field: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return Ontario's ministries as choices of a field."""
    return [
        {"value": one["name"], "label": one["title_translated"]}
        for one in tables.organizations()
        if one["category"] == "ministry"
    ]


def ontario_schema_licence(licence_id: str | None) -> dict[str, Any] | None:
    """Return a licence for the reader: ``{"title", "url", "open"}``, or ``None``."""
    for one in tables.licences():
        if one["value"] == licence_id:
            return {"title": said(one["label"]), "url": said(one["url"]), "open": one["open"]}
    return None


def ontario_schema_languages() -> list[dict[str, str]]:
    """Return both languages, the reader's first: ``{"code", "name"}``."""
    reader = reader_language()
    names = LANGUAGE_NAMES[reader]
    return [{"code": code, "name": names[code]} for code in sorted(LANGUAGES, key=reader.__ne__)]


def ontario_schema_typed(data: Mapping[str, Any], name: str, code: str) -> str:
    """Return what stands in a form's input for one language: as typed, else as kept."""
    typed = data.get(f"{name}-{code}")
    value = typed if typed is not None else stored_object(data.get(name)).get(code)
    return ", ".join(value) if isinstance(value, list) else str(value or "")


def ontario_schema_shown(value: Any) -> dict[str, Any] | None:
    """Return a bilingual value for the reader: ``{"code", "value"}`` of the language there is.

    ``code`` is the reader's language, or the other one when only that was written; a page marks
    such a text with its language.
    """
    texts = stored_object(value)
    reader = reader_language()
    for code in (reader, *LANGUAGES):
        if texts.get(code):
            return {"code": code, "value": texts[code]}
    return None


def ontario_schema_hints(name: str) -> list[str]:
    """Return what a record needs in a field before it can be published."""
    return [
        said(one.suggestion) for one in tables.publish_rules() if one.hint and one.field == name
    ]


def ontario_schema_title_sort() -> str:
    """Return the sort by title, A to Z, in the reader's language."""
    return title_sort()
