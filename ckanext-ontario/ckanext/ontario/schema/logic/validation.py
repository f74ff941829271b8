"""What validators of fields are made of: empty values, one value, lists, and how they are kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.ontario.schema import texts
from ckanext.ontario.schema.flat import FlatData, FlatErrors, Path
from ckanext.ontario.schema.messages import message
from ckanext.ontario.schema.texts import Refused

Field = Mapping[str, Any]
Validator = Callable[[Path, FlatData, FlatErrors, Context], None]
Factory = TypeVar("Factory", bound=Callable[[Any, Any], Validator])

CORE_COLUMNS = frozenset(
    {"url", "author", "author_email", "maintainer_email", "license_id", "format", "mimetype"}
    | {"hash", "size"}
)
"""Fields that CKAN keeps in a column: there a cleared value is written, elsewhere left out."""


def of_field(factory: Factory) -> Factory:
    """Mark a function that scheming calls with the field and the schema."""
    factory.is_a_scheming_validator = True  # type: ignore[attr-defined]
    return factory


def is_empty(value: object) -> bool:
    """Say whether nothing was given, or a value that says nothing."""
    return value is tk.missing or value is None or value in ("", [], {})


def leave_out(key: Path, data: FlatData) -> None:
    """Keep nothing for an empty field; what was in a column is cleared."""
    if key[-1] in CORE_COLUMNS and data.get(key) is not tk.missing:
        data[key] = None if key[-1] == "size" else ""
    else:
        data.pop(key, None)
    raise tk.StopOnError


def single(convert: Callable[[Any], Any]) -> Validator:
    """Return a validator of one value; empty ones are left out."""

    def validator(key: Path, data: FlatData, errors: FlatErrors, _context: Context) -> None:
        value = data.get(key)
        if isinstance(value, str):
            value = texts.clean(value)
        if is_empty(value):
            leave_out(key, data)
        try:
            data[key] = convert(value)
        except Refused as refused:
            errors[key].append(message(refused))
            raise tk.StopOnError from refused

    return validator


def kept(key: Path, value: Any) -> Any:
    """Return a composite value as it is kept: CKAN keeps extras as text, resources as objects."""
    return value if key[0] == "resources" else texts.dumped(value)


def listed(value: object, code: str) -> list[str]:
    """Return the list that a value is, or that its text says as JSON or line by line."""
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except ValueError as err:
            raise Refused(code) from err
    if isinstance(value, str):
        value = value.splitlines()
    if not isinstance(value, list):
        raise Refused(code)
    items = cast("list[object]", value)
    if not all(isinstance(item, str) for item in items):
        raise Refused(code)
    return texts.distinct(texts.clean(cast(str, item)) for item in items)
