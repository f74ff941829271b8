"""Validators of names: of records in addresses, of organizations, of tags."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from ckanext.ontario.schema import naming, texts
from ckanext.ontario.schema.flat import FlatData, FlatErrors, Path
from ckanext.ontario.schema.logic.validation import Validator, is_empty, listed, of_field, single
from ckanext.ontario.schema.messages import invalid
from ckanext.ontario.schema.texts import Refused


@of_field
def ontario_name(_field: Any, schema: Any) -> Validator:
    """Make an empty name: what it was, or an address of the title that nobody else has."""
    entity: Any = model.Package if "dataset_fields" in schema else model.Group

    def validator(key: Path, data: FlatData, _errors: FlatErrors, context: Context) -> None:
        if not is_empty(data.get(key)):
            return
        stored: Any = context.get("package") or context.get("group")
        title = data.get(("title",))
        if stored is not None:
            data[key] = stored.name
        elif isinstance(title, str) and title:
            data[key] = _free_name(entity, naming.slug(title))
        else:  # the missing title is the error to show
            data[key] = ""  # CKAN reads it for an empty title
            raise tk.StopOnError

    return validator


def _free_name(entity: Any, wanted: str) -> str:
    like = f"{wanted[: naming.NAME_MAX - 6]}%"
    query = model.Session.query(entity.name).filter(entity.name.like(like))
    taken = {name for (name,) in query}
    tries = (f"{wanted[: naming.NAME_MAX - 6]}-{number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(one for one in tries if one not in taken)


@of_field
def ontario_owner(_field: Any, _schema: Any) -> Validator:
    """Keep the organization of a record when an update does not name one."""

    def validator(key: Path, data: FlatData, _errors: FlatErrors, context: Context) -> None:
        stored: Any = context.get("package")
        if data.get(key) is tk.missing and stored is not None:
            data[key] = stored.owner_org

    return validator


@of_field
def ontario_organization_name(_field: Any, _schema: Any) -> Validator:
    """Accept the name or id of an organization; its name is kept."""
    return single(_organization)


@of_field
def ontario_organization_names(_field: Any, _schema: Any) -> Validator:
    """Accept names or ids of organizations; their names are kept."""
    return single(
        lambda value: texts.dumped([_organization(one) for one in listed(value, "list-form")])
    )


def _organization(value: object) -> str:
    found = model.Group.get(str(value))
    if found is None or not found.is_organization or found.state != "active":
        raise Refused("organization-unknown", value=str(value)[:100])
    return str(found.name)


def tag_name_validator(value: Any, _context: Context) -> Any:
    """Accept the signs that words have (``l'eau``, ``R&D``), where CKAN accepts only letters."""
    for refused in texts.tag_problems([value]):
        if refused.code == "tag-signs":  # CKAN has a validator of its own for the length
            raise invalid(refused)
    return value
