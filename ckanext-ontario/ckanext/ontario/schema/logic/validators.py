"""Validators of fields: what a form, a row or a call must not break.

Those that take a ``field`` are scheming's: they read limits and choices from the YAML. Each
refusal is a rule of ``schemas/rules.yaml``, in the caller's language.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.ontario.schema import texts, values
from ckanext.ontario.schema.choices import options
from ckanext.ontario.schema.flat import FlatData, FlatErrors, Path
from ckanext.ontario.schema.logic.name_validators import (
    ontario_name,
    ontario_organization_name,
    ontario_organization_names,
    ontario_owner,
    tag_name_validator,
)
from ckanext.ontario.schema.logic.validation import (
    Field,
    Validator,
    is_empty,
    kept,
    leave_out,
    listed,
    of_field,
    single,
)
from ckanext.ontario.schema.logic.value_validators import (
    ontario_day,
    ontario_email,
    ontario_file_address,
    ontario_format,
    ontario_place,
    ontario_size,
    ontario_text,
    ontario_texts,
    ontario_web_address,
)
from ckanext.ontario.schema.messages import in_language, message
from ckanext.ontario.schema.record import prepare
from ckanext.ontario.schema.texts import Refused
from ckanext.ontario.schema.whole_record import finish

__all__ = [
    "ontario_bilingual",
    "ontario_choice",
    "ontario_choices",
    "ontario_day",
    "ontario_email",
    "ontario_file_address",
    "ontario_format",
    "ontario_keywords",
    "ontario_name",
    "ontario_object_output",
    "ontario_organization_name",
    "ontario_organization_names",
    "ontario_owner",
    "ontario_place",
    "ontario_record",
    "ontario_size",
    "ontario_text",
    "ontario_texts",
    "ontario_web_address",
    "ontario_whole_record",
    "tag_name_validator",
]

SHOWN_ONLY = "display_name"
"""A key that CKAN's schemas have for showing a group and for nothing else."""


# --- the whole record ------------------------------------------------------------------------


@of_field
def ontario_record(_field: Any, schema: Any) -> Validator:
    """Bring a record into one shape before its fields are validated (``before_validators``)."""

    def validator(_key: Path, data: FlatData, errors: FlatErrors, context: Context) -> None:
        data.pop(("__before",), None)
        # Scheming also runs this when it shows a group, where there is nothing to prepare.
        if SHOWN_ONLY not in context.get("schema_keys", ()):
            prepare(schema, data, errors, context)

    return validator


@of_field
def ontario_whole_record(_field: Any, schema: Any) -> Validator:
    """Check what several fields say together, and derive the rest (``after_validators``)."""

    def validator(_key: Path, data: FlatData, errors: FlatErrors, _context: Context) -> None:
        finish(schema, data, errors)

    return validator


# --- bilingual values ------------------------------------------------------------------------


@of_field
def ontario_bilingual(field: Field, _schema: Any) -> Validator:
    """Check a text in two languages: ``max_length``, ``max_bytes``, ``plain``, ``required``."""
    limits: dict[str, Any] = {
        name: field[name] for name in ("max_length", "max_bytes", "plain") if name in field
    }

    def problems(value: Mapping[str, str]) -> Iterable[tuple[str, Refused]]:
        for code, text in value.items():
            yield from ((code, refused) for refused in texts.text_problems(text, **limits))

    return _bilingual(problems, required=bool(field.get("required")))


@of_field
def ontario_keywords(field: Field, _schema: Any) -> Validator:
    """Check tags in two languages."""

    def problems(value: Mapping[str, list[str]]) -> Iterable[tuple[str, Refused]]:
        for code, tags in value.items():
            yield from ((code, refused) for refused in texts.tag_problems(tags))

    return _bilingual(problems, required=bool(field.get("required")))


def _bilingual(
    problems: Callable[[Any], Iterable[tuple[str, Refused]]], *, required: bool
) -> Validator:
    def validator(key: Path, data: FlatData, errors: FlatErrors, _context: Context) -> None:
        if errors[key]:  # it could not even be read
            raise tk.StopOnError
        value = data.get(key)
        if is_empty(value):
            if required:
                errors[key].append(message(Refused("text-required")))
            leave_out(key, data)
        errors[key] += [in_language(code, refused) for code, refused in problems(value)]
        data[key] = kept(key, value)

    return validator


# --- choices ---------------------------------------------------------------------------------


@of_field
def ontario_choice(field: Field, _schema: Any) -> Validator:
    """Accept one of the field's choices: by value, label in either language, or alias.

    An empty one becomes the field's ``default``, where it has one.
    """

    def convert(value: Any) -> str:
        if isinstance(value, list | dict):
            raise Refused("text-form")
        return values.choice(_plain_truth(value), options(field))

    choose = single(convert)

    def validator(key: Path, data: FlatData, errors: FlatErrors, context: Context) -> None:
        if is_empty(data.get(key)) and "default" in field:
            data[key] = field["default"]
        choose(key, data, errors, context)
        if data.get(key) == "":  # "None" is a choice, kept by leaving the field out
            leave_out(key, data)

    return validator


def _plain_truth(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@of_field
def ontario_choices(field: Field, _schema: Any) -> Validator:
    """Accept some of the field's choices, kept in the order of the YAML."""

    def convert(value: Any) -> str:
        chosen = {values.choice(one, options(field)) for one in listed(value, "choices-form")}
        return texts.dumped([one["value"] for one in options(field) if one["value"] in chosen])

    return single(convert)


# --- what is shown ---------------------------------------------------------------------------


def ontario_object_output(value: Any) -> Any:
    """Show an object or a list that is kept as text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
