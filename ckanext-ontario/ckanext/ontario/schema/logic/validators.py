"""Validators of single fields: what a form, a row or a call must not break.

Those with a ``field`` are scheming's: they read limits and choices from the YAML. Each refusal is
a rule of ``schemas/rules.yaml``, in the caller's language.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, cast

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from ckanext.ontario.schema import naming, texts, values
from ckanext.ontario.schema.choices import options, resolved_format
from ckanext.ontario.schema.flat import FlatData, FlatErrors, Path
from ckanext.ontario.schema.messages import in_language, invalid, message
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

Field = Mapping[str, Any]
Validator = Callable[[Path, FlatData, FlatErrors, Context], None]
Factory = TypeVar("Factory", bound=Callable[[Any, Any], Validator])

CORE_COLUMNS = frozenset(
    {"url", "author", "author_email", "maintainer_email", "license_id", "format", "mimetype"}
    | {"hash", "size"}
)
"""Fields that CKAN keeps in a column: there a cleared value is written, elsewhere left out."""


SHOWN_ONLY = "display_name"
"""A key that CKAN's schemas have for showing a group and for nothing else."""


def _scheming(factory: Factory) -> Factory:
    """Mark a function that scheming calls with the field and the schema."""
    factory.is_a_scheming_validator = True  # type: ignore[attr-defined]
    return factory


def _is_empty(value: object) -> bool:
    return value is tk.missing or value is None or value in ("", [], {})


def _leave_out(key: Path, data: FlatData) -> None:
    """Keep nothing for an empty field; what was in a column is cleared."""
    if key[-1] in CORE_COLUMNS and data.get(key) is not tk.missing:
        data[key] = None if key[-1] == "size" else ""
    else:
        data.pop(key, None)
    raise tk.StopOnError


def _single(convert: Callable[[Any], Any]) -> Validator:
    """Return a validator of one value; empty ones are left out."""

    def validator(key: Path, data: FlatData, errors: FlatErrors, _context: Context) -> None:
        value = data.get(key)
        if isinstance(value, str):
            value = texts.clean(value)
        if _is_empty(value):
            _leave_out(key, data)
        try:
            data[key] = convert(value)
        except Refused as refused:
            errors[key].append(message(refused))
            raise tk.StopOnError from refused

    return validator


def _kept(key: Path, value: Any) -> Any:
    """Return a composite value as it is kept: CKAN keeps extras as text, resources as objects."""
    return value if key[0] == "resources" else texts.dumped(value)


# --- the whole record ------------------------------------------------------------------------


@_scheming
def ontario_record(_field: Any, schema: Any) -> Validator:
    """Bring a record into one shape before its fields are validated (``before_validators``)."""

    def validator(_key: Path, data: FlatData, errors: FlatErrors, context: Context) -> None:
        data.pop(("__before",), None)
        # Scheming also runs this when it shows a group, where there is nothing to prepare.
        if SHOWN_ONLY not in context.get("schema_keys", ()):
            prepare(schema, data, errors, context)

    return validator


@_scheming
def ontario_whole_record(_field: Any, schema: Any) -> Validator:
    """Check what several fields say together, and derive the rest (``after_validators``)."""

    def validator(_key: Path, data: FlatData, errors: FlatErrors, _context: Context) -> None:
        finish(schema, data, errors)

    return validator


# --- bilingual values ------------------------------------------------------------------------


@_scheming
def ontario_bilingual(field: Field, _schema: Any) -> Validator:
    """Check a text in two languages: ``max_length``, ``max_bytes``, ``plain``, ``required``."""
    limits: dict[str, Any] = {
        name: field[name] for name in ("max_length", "max_bytes", "plain") if name in field
    }

    def problems(value: Mapping[str, str]) -> Iterable[tuple[str, Refused]]:
        for code, text in value.items():
            yield from ((code, refused) for refused in texts.text_problems(text, **limits))

    return _bilingual(problems, required=bool(field.get("required")))


@_scheming
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
        if _is_empty(value):
            if required:
                errors[key].append(message(Refused("text-required")))
            _leave_out(key, data)
        errors[key] += [in_language(code, refused) for code, refused in problems(value)]
        data[key] = _kept(key, value)

    return validator


# --- choices ---------------------------------------------------------------------------------


@_scheming
def ontario_choice(field: Field, _schema: Any) -> Validator:
    """Accept one of the field's choices: by value, label in either language, or alias."""

    def convert(value: Any) -> str:
        if isinstance(value, list | dict):
            raise Refused("text-form")
        return values.choice(_plain_truth(value), options(field))

    choose = _single(convert)

    def validator(key: Path, data: FlatData, errors: FlatErrors, context: Context) -> None:
        choose(key, data, errors, context)
        if data.get(key) == "":  # "None" is a choice, kept by leaving the field out
            _leave_out(key, data)

    return validator


def _plain_truth(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@_scheming
def ontario_choices(field: Field, _schema: Any) -> Validator:
    """Accept some of the field's choices, kept in the order of the YAML."""

    def convert(value: Any) -> str:
        chosen = {values.choice(one, options(field)) for one in _listed(value, "choices-form")}
        return texts.dumped([one["value"] for one in options(field) if one["value"] in chosen])

    return _single(convert)


def _listed(value: object, code: str) -> list[str]:
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


# --- single values ---------------------------------------------------------------------------


@_scheming
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

    return _single(convert)


@_scheming
def ontario_texts(_field: Any, _schema: Any) -> Validator:
    """Accept a list of texts, or one on each line."""
    return _single(lambda value: texts.dumped(_listed(value, "list-form")))


@_scheming
def ontario_day(_field: Any, _schema: Any) -> Validator:
    """Accept an ISO date."""
    return _single(values.day)


@_scheming
def ontario_email(_field: Any, _schema: Any) -> Validator:
    """Accept an e-mail address."""
    return _single(values.email)


@_scheming
def ontario_web_address(_field: Any, _schema: Any) -> Validator:
    """Accept an http or https address."""
    return _single(values.web_address)


@_scheming
def ontario_place(_field: Any, _schema: Any) -> Validator:
    """Accept a GeoJSON geometry or a bounding box."""
    return _single(values.place)


# --- files -----------------------------------------------------------------------------------


@_scheming
def ontario_file_address(_field: Any, _schema: Any) -> Validator:
    """Accept a web address, or the name of an uploaded file."""
    link = _single(values.web_address)

    def validator(key: Path, data: FlatData, errors: FlatErrors, context: Context) -> None:
        if data.get((*key[:-1], "url_type")) != "upload" or _is_empty(data.get(key)):
            link(key, data, errors, context)

    return validator


@_scheming
def ontario_format(_field: Any, _schema: Any) -> Validator:
    """Accept a format of the closed list; an empty one follows from the file's name."""

    def validator(key: Path, data: FlatData, errors: FlatErrors, _context: Context) -> None:
        written, address = data.get(key), data.get((*key[:-1], "url"))
        given = "" if _is_empty(written) else texts.clean(str(written))
        try:
            found = resolved_format(given, "" if _is_empty(address) else str(address))
        except Refused as refused:
            errors[key].append(message(refused))
            return
        data[key] = found

    return validator


@_scheming
def ontario_size(_field: Any, _schema: Any) -> Validator:
    """Accept a number of bytes."""
    return _single(values.whole_number)


# --- names and organizations -----------------------------------------------------------------


@_scheming
def ontario_name(_field: Any, schema: Any) -> Validator:
    """Make an empty name: what it was, or an address of the title that nobody else has."""
    entity: Any = model.Package if "dataset_fields" in schema else model.Group

    def validator(key: Path, data: FlatData, _errors: FlatErrors, context: Context) -> None:
        if not _is_empty(data.get(key)):
            return
        stored: Any = context.get("package") or context.get("group")
        title = data.get(("title",))
        if stored is not None:
            data[key] = stored.name
        elif isinstance(title, str) and title:
            data[key] = _free_name(entity, naming.slug(title))
        else:  # the missing title is the error to show
            data.pop(key, None)
            raise tk.StopOnError

    return validator


def _free_name(entity: Any, wanted: str) -> str:
    like = f"{wanted[: naming.NAME_MAX - 6]}%"
    query = model.Session.query(entity.name).filter(entity.name.like(like))
    taken = {name for (name,) in query}
    tries = (f"{wanted[: naming.NAME_MAX - 6]}-{number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(one for one in tries if one not in taken)


@_scheming
def ontario_owner(_field: Any, _schema: Any) -> Validator:
    """Keep the organization of a record when an update does not name one."""

    def validator(key: Path, data: FlatData, _errors: FlatErrors, context: Context) -> None:
        stored: Any = context.get("package")
        if data.get(key) is tk.missing and stored is not None:
            data[key] = stored.owner_org

    return validator


@_scheming
def ontario_organization_name(_field: Any, _schema: Any) -> Validator:
    """Accept the name or id of an organization; its name is kept."""
    return _single(_organization)


@_scheming
def ontario_organization_names(_field: Any, _schema: Any) -> Validator:
    """Accept names or ids of organizations; their names are kept."""
    return _single(
        lambda value: texts.dumped([_organization(one) for one in _listed(value, "list-form")])
    )


def _organization(value: object) -> str:
    found = model.Group.get(str(value))
    if found is None or not found.is_organization or found.state != "active":
        raise Refused("organization-unknown", value=str(value)[:100])
    return str(found.name)


# --- tags, and what is shown -----------------------------------------------------------------


def tag_name_validator(value: Any, _context: Context) -> Any:
    """Accept the signs that words have (``l'eau``, ``R&D``), where CKAN accepts only letters."""
    for refused in texts.tag_problems([value]):
        if refused.code == "tag-signs":  # CKAN has a validator of its own for the length
            raise invalid(refused)
    return value


def ontario_object_output(value: Any) -> Any:
    """Show an object or a list that is kept as text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
