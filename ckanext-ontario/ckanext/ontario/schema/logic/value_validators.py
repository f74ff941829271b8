"""Validators of single values: texts, dates, addresses, places, files."""

from __future__ import annotations

from typing import Any

from ckan.types import Context

from ckanext.ontario.schema import texts, values
from ckanext.ontario.schema.choices import resolved_format
from ckanext.ontario.schema.flat import FlatData, FlatErrors, Path
from ckanext.ontario.schema.logic.validation import (
    Field,
    Validator,
    is_empty,
    listed,
    of_field,
    single,
)
from ckanext.ontario.schema.messages import message
from ckanext.ontario.schema.texts import Refused


@of_field
def ontario_text(field: Field, _schema: Any) -> Validator:
    """Check one text: ``max_length``, ``max_bytes``, ``plain``."""
    limits: dict[str, Any] = {
        name: field[name] for name in ("max_length", "max_bytes", "plain") if name in field
    }

    def convert(value: Any) -> str:
        if not isinstance(value, str | int | float):
            raise Refused("text-form")
        for refused in texts.text_problems(str(value), **limits):
            raise refused
        return str(value)

    return single(convert)


@of_field
def ontario_texts(_field: Any, _schema: Any) -> Validator:
    """Accept a list of texts, or one on each line."""
    return single(lambda value: texts.dumped(listed(value, "list-form")))


@of_field
def ontario_day(_field: Any, _schema: Any) -> Validator:
    """Accept an ISO date."""
    return single(values.day)


@of_field
def ontario_email(_field: Any, _schema: Any) -> Validator:
    """Accept an e-mail address."""
    return single(values.email)


@of_field
def ontario_web_address(_field: Any, _schema: Any) -> Validator:
    """Accept an http or https address."""
    return single(values.web_address)


@of_field
def ontario_place(_field: Any, _schema: Any) -> Validator:
    """Accept a GeoJSON geometry or a bounding box."""
    return single(values.place)


# --- files -----------------------------------------------------------------------------------


@of_field
def ontario_file_address(_field: Any, _schema: Any) -> Validator:
    """Accept a web address, or the name of an uploaded file."""
    link = single(values.web_address)

    def validator(key: Path, data: FlatData, errors: FlatErrors, context: Context) -> None:
        if data.get((*key[:-1], "url_type")) != "upload" or is_empty(data.get(key)):
            link(key, data, errors, context)

    return validator


@of_field
def ontario_format(_field: Any, _schema: Any) -> Validator:
    """Accept a format of the closed list; an empty one follows from the file's name."""

    def validator(key: Path, data: FlatData, errors: FlatErrors, _context: Context) -> None:
        written, address = data.get(key), data.get((*key[:-1], "url"))
        given = "" if is_empty(written) else texts.clean(str(written))
        try:
            found = resolved_format(given, "" if is_empty(address) else str(address))
        except Refused as refused:
            errors[key].append(message(refused))
            return
        data[key] = found

    return validator


@of_field
def ontario_size(_field: Any, _schema: Any) -> Validator:
    """Accept a number of bytes."""
    return single(values.whole_number)
