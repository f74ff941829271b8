"""Deleting a record inside: what was published is kept, what waits ends with the record.

The Open Data Directive forbids deleting published records: they become inactive, are withdrawn, or
a Deputy Minister removes them for ever. CKAN has three ways of its own to delete, and a save can
set the state too; all of them ask here, whoever calls, jobs and system administrators included.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.types import Action, Context, DataDict

from ckanext.ontario.publication import domain
from ckanext.ontario.publication.workflow import access, copies, mails, messages, people, releases

__all__ = ["bulk_update_delete", "dataset_purge", "package_delete"]

_PACKAGE = model.package_table


@tk.chained_action
def package_delete(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Delete a record that is not public and can't be restored there; end what waits.

    Its submission and its scheduled release end, and the history says so.

    Raises:
        ValidationError: ``state`` says what to do with a record that is live or withdrawn.
    """
    tk.check_access("package_delete", context, data_dict)
    return _deleted(next_action, context, data_dict)


@tk.chained_action
def dataset_purge(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Erase a record under the conditions of ``package_delete``; its history stays."""
    tk.check_access("dataset_purge", context, data_dict)
    return _deleted(next_action, context, data_dict, purged=True)


@tk.chained_action
def bulk_update_delete(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Delete records of an organization under the conditions of ``package_delete``, or none.

    Raises:
        ValidationError: ``datasets`` says of each record that is kept what to do with it.
    """
    tk.check_access("bulk_update_delete", context, data_dict)
    user_id = _user_id(context)
    with access.undone():
        kept = [said for one in _listed(data_dict) if (said := _refused(one, user_id))]
        if kept:
            raise tk.ValidationError({"datasets": [*kept]})
        return next_action(context, data_dict)


def _refused(package_id: str, user_id: str) -> str:
    """End what waits of a record, or return why it is kept."""
    try:
        _end(package_id, user_id)
    except domain.Refused as err:
        return f"{package_id}: {messages.refusal(err.code)}"
    return ""


def _listed(data_dict: DataDict) -> list[str]:
    """Return the ids of the records that core would delete, in one order for all callers."""
    named = data_dict.get("datasets") or ()
    ids = [one for one in named if isinstance(one, str)] if isinstance(named, list) else []
    query = sa.select(_PACKAGE.c.id).where(
        _PACKAGE.c.id.in_(ids), _PACKAGE.c.owner_org == str(data_dict.get("org_id"))
    )
    return sorted(model.Session.scalars(query))


def _deleted(
    next_action: Action, context: Context, data_dict: DataDict, *, purged: bool = False
) -> Any:
    with access.undone():
        end(str(data_dict.get("id")), _user_id(context), purged=purged)
        return next_action(context, data_dict)


def end(reference: str, user_id: str, *, purged: bool = False) -> None:
    """End what waits of a record that is being deleted; commits nothing.

    Args:
        reference: id or name; what has no workflow, such as a harvest source, is passed over.
        user_id: who deletes it.
        purged: whether it is erased, and not only marked.

    Raises:
        ValidationError: when the record is live or withdrawn.
    """
    with messages.spoken():
        _end(reference, user_id, purged=purged)


def _end(reference: str, user_id: str, *, purged: bool = False) -> None:
    known = copies.load(reference)
    if known is None or not tk.h.scheming_get_dataset_schema(str(known.package["type"])):
        return
    loaded = copies.load(known.id, lock=True) or known
    after = domain.deleted(loaded.copy)
    cancelled = releases.cancel_waiting(loaded, user_id, "deleted")
    readers = {loaded.copy.submitted_by, *(_approver(loaded, one) for one in cancelled)}
    told = people.active(one for one in readers - {user_id} if one)
    for sequence in cancelled:
        mails.queue("cancelled", told, loaded.id, str(sequence), why="deleted")
    copies.save(loaded.id, after, loaded.copy)
    details = {"was": loaded.copy.state.value, "cancelled": cancelled, "purged": purged}
    copies.record(loaded.id, "delete", user_id, details=details)


def _approver(loaded: copies.Loaded, sequence: int) -> str:
    return next(one["approved_by"] for one in loaded.releases if one["sequence"] == sequence)


def _user_id(context: Context) -> str:
    user = people.user_of(context)
    return str(user.id) if user is not None else ""
