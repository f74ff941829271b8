"""Template helpers of the schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.schema import conditions, presentation, tables
from ckanext.ontario.schema.messages import LANGUAGE_NAMES, label, reader_language, said
from ckanext.ontario.schema.search import title_sort
from ckanext.ontario.schema.texts import stored_object
from ckanext.ontario.shared.bilingual import LANGUAGES, Said

__all__ = [
    "ontario_schema_condition",
    "ontario_schema_error_languages",
    "ontario_schema_formats",
    "ontario_schema_hints",
    "ontario_schema_languages",
    "ontario_schema_licence",
    "ontario_schema_licences",
    "ontario_schema_ministries",
    "ontario_schema_named",
    "ontario_schema_needed",
    "ontario_schema_owners",
    "ontario_schema_publisher",
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


def ontario_schema_owners(permission: str = "create_dataset") -> list[dict[str, str]]:
    """Return the organizations for which the reader may describe records.

    Each is ``{"id", "name", "title"}``, its title in the reader's language.

    Args:
        permission: what the reader must be allowed, as CKAN names it.
    """
    return presentation.named(tk.h.organizations_available(permission))


def ontario_schema_named(organizations: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return organizations as they are offered: ``{"id", "name", "title"}``, by title.

    Args:
        organizations: as ``organization_list_for_user`` gives them, without their translations.
    """
    return presentation.named(organizations)


def ontario_schema_publisher(organization: Mapping[str, Any] | None) -> Said:
    """Return what the reader calls the organization of a record; empty for none."""
    return presentation.publisher_of(organization)


def ontario_schema_condition(field: Mapping[str, Any]) -> str:
    """Return when the form asks for a field, as JSON for its script; empty for always."""
    found = conditions.condition(field)
    return json.dumps(found) if found else ""


def ontario_schema_needed(field: Mapping[str, Any]) -> str:
    """Return when the form asks for a field, as a sentence for the reader; empty for always."""
    return " ".join(
        tk._("Fill this in when “{field}” is {values}.").format(
            field=label(_fields().get(other), other),
            values=tk._(" or ").join(_quoted(other, value) for value in values),
        )
        for other, values in conditions.condition(field).items()
    )


def _fields() -> dict[str, Mapping[str, Any]]:
    schema = tk.h.scheming_get_dataset_schema("dataset") or {}
    return {field["field_name"]: field for field in schema.get("dataset_fields", ())}


def _quoted(name: str, value: str) -> str:
    choices = {one["value"]: one["label"] for one in _fields().get(name, {}).get("choices", ())}
    return str(tk._("“{value}”").format(value=said(choices.get(value, {})) or value))


def ontario_schema_error_languages(errors: Iterable[object]) -> list[str]:
    """Return the languages that errors of a bilingual field are about: both, unless they say."""
    names = LANGUAGE_NAMES[reader_language()]
    heads = {str(one).partition(":")[0].rstrip() for one in errors if ":" in str(one)}
    said_of = {code for code in LANGUAGES if names[code] in heads}
    return [code for code in LANGUAGES if code in (said_of or LANGUAGES)]


def ontario_schema_title_sort() -> str:
    """Return the sort by title, A to Z, in the reader's language."""
    return title_sort()
