"""Who may use the files and tables of a record (``data_audience``), and what others are shown.

Only the internal portal asks: what is on the public one is for everybody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, cast

import ckan.lib.plugins as lib_plugins
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context
from sqlalchemy import orm

from ckanext.ontario.shared import portal, sharing
from ckanext.ontario.visibility import domain, records
from ckanext.ontario.visibility.reading import known_user

WITHHELD: dict[str, Any] = {"url": "", "hash": "", "datastore_active": False}
"""What a file is shown as to those who may not use it. An address may be all that guards a file
elsewhere, and a checksum tells whether a guess of its content is right."""


def require(context: Context, package: model.Package) -> None:
    """Let pass who may use a record's files.

    Raises:
        ObjectNotFound: when the caller may not even know of the record.
        NotAuthorized: when they may read it, but not its files.
    """
    try:
        tk.check_access("package_show", tk.fresh_context(context), {"id": package.id})
    except tk.NotAuthorized:
        raise tk.ObjectNotFound(tk._("Resource not found")) from None
    if not may_use(context, package):
        raise tk.NotAuthorized(
            tk._(
                "The files of this dataset are not shared with you. "
                "You can ask for them on its page."
            )
        )


def may_use(context: Context, package: model.Package) -> bool:
    """Say whether a caller who may read a record may use its files too."""
    if not portal.is_internal() or _sees_all(context):
        return True
    record = records.of_package(package, shared=sharing.is_shared(package.id))
    return domain.may_read_data(_held(context), record, records.core_labels(record))


def is_collaborator(context: Context, package_id: str) -> bool:
    """Say whether a reader holds a grant for a record that has not run out."""
    return f"{domain.COLLABORATOR}{package_id}" in _held(context)


def withhold(context: Context, found: Iterable[dict[str, Any]]) -> None:
    """Take from records the addresses of files that the caller may not use.

    Args:
        context: CKAN's, with the user.
        found: records that the caller may read; changed in place. Those without files (a search
            for single fields) are left alone.
    """
    found = list(found)
    for pkg in found:
        pkg.pop("validated_data_dict", None)  # the whole record as text, in CKAN's stored document
    pkgs = [pkg for pkg in found if pkg.get("resources") and pkg.get("id")]
    if not pkgs or not portal.is_internal() or _sees_all(context):
        return
    held = set(_held(context))
    list(records.organization_ids(records.named_in(pkgs)))  # looked up together, remembered
    for pkg in pkgs:
        record = records.of_dict(pkg)
        # Who may read it at all was decided before; an unfinished one is read by its ministry.
        if held.isdisjoint(domain.data_labels(record, records.core_labels(record))):
            for resource in pkg["resources"]:
                resource.update({key: WITHHELD[key] for key in WITHHELD.keys() & resource.keys()})


def withhold_stored(context: Context, stored: Mapping[str, list[dict[str, Any]]]) -> None:
    """Take addresses from records as they once were; who may use the files is decided by today's.

    Args:
        context: CKAN's, with the user.
        stored: by the record's id, what was kept of it; changed in place.
    """
    if not stored or not portal.is_internal() or _sees_all(context):
        return
    usable = _usable(context, stored.keys())
    for package_id, pkgs in stored.items():
        for pkg in pkgs if package_id not in usable else ():
            for resource in pkg.get("resources") or ():
                resource.update({key: WITHHELD[key] for key in WITHHELD.keys() & resource.keys()})


def _usable(context: Context, package_ids: Collection[str]) -> set[str]:
    query: Any = model.Session.query(model.Package).filter(model.Package.id.in_(package_ids))
    extras: Any = cast(Any, model.Package)._extras  # noqa: SLF001 -- CKAN's name of the relation
    held = _held(context)
    found = [records.of_package(one) for one in query.options(orm.selectinload(extras))]
    return {one.id for one in found if domain.may_read_data(held, one, records.core_labels(one))}


def hide_addresses(document: dict[str, Any]) -> dict[str, Any]:
    """Keep addresses of files out of the index where some readers of the record may not know them.

    Otherwise they could be searched for, counted and guessed letter by letter.
    """
    if document.get("res_url") and portal.is_internal():
        record = records.of_dict(document)
        if domain.data_is_narrower(record, records.core_labels(record)):
            document["res_url"] = []
    return document


def _sees_all(context: Context) -> bool:
    user = _reader(context)
    return bool(context.get("ignore_auth")) or bool(
        user is not None and user.sysadmin and user.state == model.State.ACTIVE
    )


def _held(context: Context) -> list[str]:
    user: Any = _reader(context)
    return lib_plugins.get_permission_labels().get_user_dataset_labels(user)


def _reader(context: Context) -> model.User | None:
    known = context.get("auth_user_obj")
    if isinstance(known, model.User):
        return known
    name = context.get("user")
    return known_user(name) if name else None
