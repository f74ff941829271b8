"""The JSON Schema of a record, from the schema that validates it.

Field names, choices, limits and both languages come from ``schemas/*.yaml`` as scheming expands
it. Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ckanext.ontario.shared.bilingual import LANGUAGES

Fields = Iterable[Mapping[str, Any]]
Choices = Callable[[Mapping[str, Any]], Iterable[Mapping[str, Any]]]
"""Returns the choices of a field: ``{"value", "label": {"en", "fr"}}``."""

_DAY = {"type": ["string", "null"], "pattern": r"^(\d{4}-\d{2}-\d{2})?$"}
_TEXT = {"type": ["string", "null"]}
_LIST = {"type": "array", "items": {"type": "string"}}
_PLAIN: Mapping[str, dict[str, Any]] = {
    "keywords": {
        "type": ["object", "null", "string"],
        "properties": dict.fromkeys(LANGUAGES, _LIST),
    },
    "texts": {**_LIST, "type": ["array", "null", "string"]},
    "organizations": {**_LIST, "type": ["array", "null", "string"]},
    "day": _DAY,
    "size": {"type": ["integer", "string", "null"]},
}
"""Kind of field → the schema of its value; an empty field is an empty text or null."""


def answered(
    fields: Fields, core: Mapping[str, Any], choices: Choices, language: str
) -> dict[str, Any]:
    """Return the schema of a record as the API answers it.

    It stays open: a later version may add fields, and programs must not mind.

    Args:
        fields: scheming's, presets applied; only those that may be seen.
        core: ``required`` and ``properties`` that CKAN adds.
        choices: see :data:`Choices`.
        language: of titles and descriptions; both are under ``x-title`` and ``x-description``.
    """
    own = {one["field_name"]: _described(one, _value(one, choices), language) for one in fields}
    merged = {**own, **{key: value for key, value in core["properties"].items() if key not in own}}
    return {"type": "object", "required": list(core["required"]), "properties": merged}


def written(fields: Fields, choices: Choices, language: str, **more: Any) -> dict[str, Any]:
    """Return the schema of a record as it is sent.

    Args:
        fields: scheming's, presets applied.
        choices: see :data:`Choices`.
        language: of titles and descriptions.
        more: further properties, by name.
    """
    own = {one["field_name"]: _described(one, _value(one, choices), language) for one in fields}
    return {"type": "object", "properties": {**own, **more}}


def _described(field: Mapping[str, Any], schema: dict[str, Any], language: str) -> dict[str, Any]:
    label, help_text = field.get("label"), field.get("help_text")
    if isinstance(label, Mapping):
        schema["title"] = label.get(language, "")
        schema["x-title"] = {code: label.get(code, "") for code in LANGUAGES}
    if isinstance(help_text, Mapping):
        schema["description"] = help_text.get(language, "")
        schema["x-description"] = {code: help_text.get(code, "") for code in LANGUAGES}
    if field.get("required"):
        schema["x-required"] = True
    if field.get("also_accepts"):
        schema["x-also-accepts"] = list(field["also_accepts"])
    return schema


def _value(field: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
    kind = str(field.get("kind"))
    if kind == "bilingual":
        return _bilingual(field)
    if kind in {"choice", "choices"}:
        return _choice(list(choices(field)), many=kind == "choices")
    return dict(_PLAIN.get(kind, _TEXT))


def _bilingual(field: Mapping[str, Any]) -> dict[str, Any]:
    one: dict[str, Any] = {"type": "string"}
    if "max_length" in field:
        one["maxLength"] = field["max_length"]
    return {"type": ["object", "null", "string"], "properties": dict.fromkeys(LANGUAGES, one)}


def _choice(choices: list[Mapping[str, Any]], *, many: bool) -> dict[str, Any]:
    values = [choice["value"] for choice in choices]
    labels = {choice["value"]: _label(choice) for choice in choices}
    if many:
        items: dict[str, Any] = {"type": "string", "enum": values} if values else {"type": "string"}
        return {"type": ["array", "null", "string"], "items": items, "x-choices": labels}
    if not values:
        return dict(_TEXT)
    return {"enum": [*dict.fromkeys([*values, "", None])], "x-choices": labels}


def _label(choice: Mapping[str, Any]) -> Any:
    label = choice.get("label")
    return dict(label) if isinstance(label, Mapping) else label
