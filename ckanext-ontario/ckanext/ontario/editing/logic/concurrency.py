"""Saves that say which version they were made from: nobody replaces another's save unknowingly.

Core's actions do as always for a save that names no version. With one, the record's row is locked
until the transaction ends, so that of two saves at once the second sees the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

import ckan.plugins.toolkit as tk
from ckan import model as core
from ckan.types import Action, Context, DataDict
from flask_babel import get_locale

from ckanext.ontario.editing import fields, model, versions
from ckanext.ontario.shared.bilingual import language_of

__all__ = ["package_update", "resource_update"]


@tk.chained_action
def package_update(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Save a record; with ``ontario_expected_version``, only if it is still that version.

    Args:
        up: CKAN's action.
        context: CKAN's.
        data_dict: as for CKAN. ``ontario_expected_version`` is the ``metadata_modified`` that
            ``package_show`` gave; forms send more. Without it nothing is compared.

    Raises:
        ValidationError: on ``ontario_expected_version``, naming who saved meanwhile; nothing was
            written then.
    """
    if not versions.KEYS & set(data_dict):
        return up(context, data_dict)
    expected = _expected(data_dict)
    reference = str(data_dict.get("id") or data_dict.get("name") or "")
    rest = {key: value for key, value in data_dict.items() if key not in versions.KEYS}
    if expected is not None and core.Package.get(reference) is not None:
        tk.check_access("package_update", tk.fresh_context(context), {"id": reference})
        package = model.lock_package(reference)
        shown = {"id": package.id}
        _require(expected, "package_show", context, shown, fields.DATASET, package.id)
    return up(context, rest)


@tk.chained_action
def resource_update(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Save a file; with ``ontario_expected_version``, only if it is still that version.

    Args:
        up: CKAN's action.
        context: CKAN's.
        data_dict: as for CKAN. ``ontario_expected_version`` is the file's own
            ``metadata_modified``; two people may work on two files of a record.

    Raises:
        ValidationError: on ``ontario_expected_version``, naming who saved meanwhile; nothing was
            written then.
    """
    if not versions.KEYS & set(data_dict):
        return up(context, data_dict)
    expected = _expected(data_dict)
    rest = {key: value for key, value in data_dict.items() if key not in versions.KEYS}
    resource_id = str(data_dict.get("id") or "")
    package_id = model.package_of(resource_id)
    if expected is not None and package_id is not None:
        tk.check_access("resource_update", tk.fresh_context(context), {"id": resource_id})
        model.lock_package(package_id)
        core.Session.flush()
        core.Session.expire_all()  # what was read before the lock may be older than the row
        shown = {"id": resource_id}
        _require(expected, "resource_show", context, shown, fields.RESOURCE, package_id)
    return up(context, rest)


def _expected(data_dict: Mapping[str, Any]) -> versions.Version | None:
    """Return the version a save was made from; the one an editor chose to replace comes first."""
    written = data_dict.get(versions.SAVE_OVER) or data_dict.get(versions.EXPECTED)
    if not written:
        return None
    try:
        return versions.read(written)
    except versions.Unreadable as err:
        said = tk._("This is no version of a record. Send the “metadata_modified” you were given.")
        raise tk.ValidationError({versions.EXPECTED: [said]}) from err


def _require(
    expected: versions.Version,
    action: str,
    context: Context,
    shown: Mapping[str, str],
    level: str,
    package_id: str,
) -> None:
    now = tk.get_action(action)(tk.fresh_context(context), dict(shown))
    changed = versions.changed_fields(expected, now, fields.on_forms(level))
    if changed:
        _refuse(context, package_id, expected.instant, now)


def _refuse(context: Context, package_id: str, since: datetime, now: Mapping[str, Any]) -> NoReturn:
    who, when = saved_by(package_id, since, now)
    own = core.User.get(str(context.get("user") or ""))
    if who is not None and own is not None and who["name"] == own.name:
        said = tk._("You saved this in another window on {when}, after you opened this version.")
    elif who is not None:
        said = tk._("{who} saved this on {when}, after you opened it.")
    else:
        said = tk._("This was changed on {when}, after you opened it, by a harvest or a program.")
    text = said.format(who=(who or {}).get("display_name"), when=when)
    nothing = tk._("Nothing that you changed was saved.")
    if not context.get("defer_commit"):
        core.Session.rollback()
    raise tk.ValidationError({versions.EXPECTED: [f"{text} {nothing}"]})


def saved_by(
    package_id: str, since: datetime, now: Mapping[str, Any]
) -> tuple[dict[str, Any] | None, str]:
    """Return who saved a record last after ``since``, and when, in the reader's words.

    Nobody is named when the record changed without a trace in its activity (a harvest).
    """
    found = model.last_save(package_id, since)
    who = model.people([found[0]]).get(found[0]) if found else None
    instant = found[1] if found else versions.instant(now.get("metadata_modified"))
    return who, fields.when(instant, language_of(str(get_locale() or "")))
