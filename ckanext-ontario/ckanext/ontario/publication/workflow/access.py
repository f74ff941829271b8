"""Finding the record a step is about, and refusing who has no part in it. Shared by the actions."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.types import Context

from ckanext.ontario.publication.domain import Refused
from ckanext.ontario.publication.roles import Actor
from ckanext.ontario.publication.workflow import copies, people


def reference_of(data_dict: Mapping[str, Any]) -> str:
    """Return the record's id or name from a request.

    Raises:
        ValidationError: when there is none, or it is no text.
    """
    value = data_dict.get("id")
    if not isinstance(value, str) or not value or "\x00" in value:
        raise tk.ValidationError({"id": [tk._("Name the record by its id or name.")]})
    return value


def found(context: Context, data_dict: Mapping[str, Any]) -> tuple[copies.Loaded, Actor]:
    """Return the record a request is about and what the caller is to its ministry.

    Raises:
        NotAuthorized: when nobody is logged in.
        ObjectNotFound: when there is no such record, or the caller may not know of it.
        ValidationError: when no record is named.
    """
    user = people.required(context)
    reference = reference_of(data_dict)
    loaded = copies.load(reference)
    if loaded is None or not tk.h.scheming_get_dataset_schema(str(loaded.package["type"])):
        raise tk.ObjectNotFound
    actor = people.actor_in(loaded.package["owner_org"], user.id)
    if not actor.concerned and not _readable(user, loaded.id):
        raise tk.ObjectNotFound
    return loaded, actor


def _readable(user: Any, package_id: str) -> bool:
    context = Context(model=model, session=model.Session, user=user.name, auth_user_obj=user)
    try:
        return bool(authz.is_authorized("package_show", context, {"id": package_id}).get("success"))
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return False


def locked(context: Context, package_id: str) -> tuple[copies.Loaded, Actor]:
    """Return a record with its working copy's row locked, and what the caller is to it *now*."""
    user = people.required(context)
    loaded = copies.load(package_id, lock=True)
    if loaded is None:
        raise tk.ObjectNotFound
    return loaded, people.actor_in(loaded.package["owner_org"], user.id)


@contextmanager
def undone() -> Generator[None]:
    """Roll back whatever the block did, and let go of its locks, when anything in it fails."""
    try:
        yield
    except BaseException:
        model.Session.rollback()
        raise


def require_finished(loaded: copies.Loaded) -> None:
    """Refuse a record that is deleted or an unfinished form."""
    if not loaded.exists:
        raise Refused("unfinished")


def text(data_dict: Mapping[str, Any], key: str, most: int = 4000) -> str:
    """Return a text of a request without blanks around it; empty when there is none.

    Raises:
        ValidationError: when it is no text, too long, or holds NUL.
    """
    value = data_dict.get(key)
    if value in (None, ""):
        return ""
    if not isinstance(value, str) or "\x00" in value:
        raise tk.ValidationError({key: [tk._("This has to be a text.")]})
    if len(value) > most:
        said = tk._("At most {number} characters.").format(number=most)
        raise tk.ValidationError({key: [said]})
    return value.strip()


def number(data_dict: Mapping[str, Any], key: str, otherwise: int, most: int) -> int:
    """Return a whole number of a request, from 0 to ``most``.

    Raises:
        ValidationError: when it is none.
    """
    value = data_dict.get(key, otherwise)
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        value = int(value[:9])
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise tk.ValidationError({key: [tk._("This has to be a whole number.")]})
    return min(value, most)
