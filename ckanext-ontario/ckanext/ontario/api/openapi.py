"""The OpenAPI 3.1 description, put together from the tables.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.ontario.api.catalogue import Error
from ckanext.ontario.api.domain import Action, Kind, Parameter, Text2

VERSION = "3.1.0"
PREFIX = "/api/3/action/"

MAX_IN_ADDRESS = 500
"""Characters of one parameter in an address; web servers refuse lines above 4,094 bytes."""


@dataclass(frozen=True)
class Portal:
    """The portal that is described."""

    name: str
    """``internal`` or ``public``."""
    title: Text2
    url: str
    version: str
    about: Text2

    @property
    def closed(self) -> bool:
        """Whether every call needs a token."""
        return self.name == "internal"


def describe(
    portal: Portal,
    actions: Iterable[Action],
    schemas: Mapping[str, Any],
    errors: Mapping[str, Error],
    language: str,
    topics: Mapping[str, Text2],
) -> dict[str, Any]:
    """Return the description of a portal's API.

    Args:
        portal: which one.
        actions: those the portal answers, in the order they are shown.
        schemas: components, by name.
        errors: the catalogue of errors.
        language: of all texts, ``en`` or ``fr``.
        topics: what actions are about.
    """
    chosen = list(actions)
    used = {action.topic for action in chosen}
    return {
        "openapi": VERSION,
        "info": {
            "title": portal.title[language],
            "version": portal.version,
            "description": portal.about[language],
            "license": {"name": "OGL-ON-1.0"},
        },
        "servers": [{"url": portal.url}],
        "tags": [
            {"name": key, "description": topics[key][language]} for key in topics if key in used
        ],
        "security": [{"token": []}] if portal.closed else [{}, {"token": []}],
        "paths": {f"{PREFIX}{one.name}": _path(one, portal, errors, language) for one in chosen},
        "components": {
            "schemas": {**schemas, "Error": ERROR},
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "header", "name": "Authorization"}
            },
        },
    }


ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["success", "error"],
    "properties": {
        "help": {"type": "string"},
        "success": {"const": False},
        "error": {
            "type": "object",
            "required": ["__type"],
            "properties": {"__type": {"type": "string"}, "message": {"type": "string"}},
        },
    },
}
"""CKAN's envelope of an error; a validation error has one list of messages for each parameter."""


def _path(
    action: Action, portal: Portal, errors: Mapping[str, Error], language: str
) -> dict[str, Any]:
    operations: dict[str, Any] = {}
    if "GET" in action.methods:
        query = [_in_address(one, language) for one in action.parameters if in_address(one)]
        operations["get"] = _operation(action, "get", portal, errors, language)
        operations["get"]["parameters"] = query
        operations["get"]["responses"]["414"] = {
            "description": errors["long-address"].when[language]
        }
    operations["post"] = _operation(action, "post", portal, errors, language)
    operations["post"]["requestBody"] = _body(action, language)
    return operations


def _operation(
    action: Action, method: str, portal: Portal, errors: Mapping[str, Error], language: str
) -> dict[str, Any]:
    deprecated = {"deprecated": True} if action.topic == "deprecated" else {}
    return {
        "operationId": action.name if method == "post" else f"{action.name}_get",
        "summary": action.summary[language],
        "tags": [action.topic],
        **deprecated,
        "responses": {
            "200": _answer(language, action.result),
            **_error_answers(action, portal, errors, language),
        },
    }


def _answer(language: str, result: Mapping[str, Any]) -> dict[str, Any]:
    words = {"en": "The answer", "fr": "La réponse"}
    schema = {
        "type": "object",
        "required": ["help", "success", "result"],
        "properties": {"help": {"type": "string"}, "success": {"const": True}, "result": result},
    }
    return {"description": words[language], "content": {"application/json": {"schema": schema}}}


def errors_of(action: Action, portal: Portal, errors: Mapping[str, Error]) -> list[Error]:
    """Return the errors that a call of an action may get, in the catalogue's order."""
    keys = {key for key, error in errors.items() if error.everywhere} | set(action.answers)
    if portal.closed:
        keys.add("login")
    return [error for key, error in errors.items() if key in keys]


def _error_answers(
    action: Action, portal: Portal, errors: Mapping[str, Error], language: str
) -> dict[str, Any]:
    by_status: dict[str, list[str]] = {}
    for error in errors_of(action, portal, errors):
        by_status.setdefault(str(error.status), []).append(f"{error.type}: {error.when[language]}")
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        status: {"description": " ".join(lines), "content": content}
        for status, lines in sorted(by_status.items())
    }


def in_address(parameter: Parameter) -> bool:
    """Say whether a parameter can be given in an address as well as in a body."""
    return parameter.json or parameter.kind not in {Kind.TEXTS, Kind.OBJECT, Kind.ANY}


def _in_address(parameter: Parameter, language: str) -> dict[str, Any]:
    described = {
        "name": parameter.name,
        "in": "query",
        "description": parameter.about[language],
        **({"required": True} if parameter.required and not parameter.instead else {}),
        **({"deprecated": True} if parameter.deprecated else {}),
    }
    if parameter.kind in {Kind.TEXTS, Kind.OBJECT}:
        return {**described, "content": {"application/json": {"schema": schema_of(parameter)}}}
    kind = Kind.TEXT if parameter.kind is Kind.WORDS else parameter.kind
    schema = schema_of(parameter, kind)
    if "maxLength" in schema:
        schema["maxLength"] = min(schema["maxLength"], MAX_IN_ADDRESS)
    return {**described, "schema": schema}


def _body(action: Action, language: str) -> dict[str, Any]:
    properties = {
        one.name: {
            **schema_of(one),
            "description": one.about[language],
            **({"deprecated": True} if one.deprecated else {}),
        }
        for one in action.parameters
    }
    required = [one.name for one in action.parameters if one.required and not one.instead]
    own: dict[str, Any] = {"type": "object", "properties": properties}
    if required or action.required:
        own["required"] = [*required, *action.required]
    if action.record:
        own = {"allOf": [{"$ref": f"#/components/schemas/{action.record}"}, own]}
    return {"required": bool(required), "content": {"application/json": {"schema": own}}}


def schema_of(parameter: Parameter, kind: Kind | None = None) -> dict[str, Any]:
    """Return the JSON Schema of a parameter's value as a program should send it."""
    text = _text(parameter)
    schemas: dict[Kind, dict[str, Any]] = {
        Kind.TEXT: text,
        Kind.NUMBER: {
            "type": "integer",
            "minimum": parameter.minimum,
            "maximum": parameter.maximum,
        },
        Kind.FLAG: {"type": "boolean"},
        Kind.WORDS: {"anyOf": [text, {"type": "array", "items": text}]},
        Kind.TEXTS: {"type": "array", "items": text},
        Kind.OBJECT: {"type": "object"},
        Kind.ANY: {},
    }
    schema = dict(schemas[kind or parameter.kind])
    if parameter.example is not None:
        schema["examples"] = [parameter.example]
    return schema


def _text(parameter: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "maxLength": parameter.max_length}
    if parameter.choices:
        schema["enum"] = list(parameter.choices)
    return schema
