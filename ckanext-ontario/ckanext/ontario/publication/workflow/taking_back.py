"""Changing when something is released; withdrawing, restoring, removing."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ckanext.ontario.publication import domain
from ckanext.ontario.publication.instants import local_text
from ckanext.ontario.publication.workflow import (
    access,
    copies,
    effects,
    mails,
    messages,
    people,
    releases,
    status,
)
from ckanext.ontario.publication.workflow.steps import release_instant
from ckanext.ontario.shared import clock

__all__ = [
    "ontario_release_remove",
    "ontario_release_restore",
    "ontario_release_schedule",
    "ontario_release_withdraw",
]


def ontario_release_schedule(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Choose another instant for a scheduled release, or cancel it.

    Args:
        context: CKAN's; the caller is the Director or a delegate in date of the ministry.
        data_dict: ``id`` and ``release_at`` (as for ``ontario_release_approve``; in the past
            means now), or ``cancel: true`` with an optional ``reason``. A cancelled record is in
            review again.

    Returns:
        The record's status, as ``ontario_release_show`` returns it.

    Raises:
        ObjectNotFound: when there is no such record or the caller may not know of it.
        NotAuthorized: when the caller may not decide about it.
        ValidationError: when nothing is scheduled, the record was changed since its approval, or
            neither an instant nor ``cancel`` is given.
    """
    tk.check_access("ontario_release_schedule", context, data_dict)
    instant, stop = release_instant(data_dict), data_dict.get("cancel") is True
    reason = access.text(data_dict, "reason")
    if (instant is None) != stop:
        said = tk._("Give either a date and time, or “cancel”.")
        raise tk.ValidationError({"release_at": [said]})
    package_id = access.found(context, data_dict)[0].id
    with messages.spoken(), access.undone():
        loaded, actor = access.locked(context, package_id)
        domain.require_schedule(loaded.copy, actor)
        if instant is None:
            take_back(loaded, actor.user_id, reason or tk._("Cancelled by the ministry."))
        else:
            _move(loaded, actor.user_id, instant)
    effects.committed([package_id])
    return status.of(package_id, actor.user_id)


def take_back(loaded: copies.Loaded, user_id: str, reason: str) -> None:
    """Cancel what is scheduled; what was approved is to be decided about again."""
    if releases.cancel_waiting(loaded, user_id, reason):
        after = domain.cancelled(loaded.copy)
        copies.save(loaded.id, after, loaded.copy)


def _move(loaded: copies.Loaded, user_id: str, instant: Any) -> None:
    row = loaded.waiting or {}
    why = domain.why_not(loaded.copy, row["sequence"], exists=loaded.exists)
    if why is not None:
        raise domain.Refused("changed-since-submission")
    releases.cancel(loaded.id, row["sequence"], user_id, "rescheduled")
    now = clock.now()
    at = max(instant, now)
    sequence = releases.again(
        loaded, row, source=row["source"], approved_by=row["approved_by"],
        approved_at=row["approved_at"], release_at=at,
    )  # fmt: skip
    details = {"release_at": local_text(at), "was": local_text(row["release_at"])}
    copies.record(loaded.id, "schedule", user_id, sequence=sequence, details=details)
    if at <= now:
        releases.release(loaded.id, sequence, user_id)


def ontario_release_withdraw(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take a record off the public portal at once; it can be restored.

    Args:
        context: CKAN's; the caller is the Director of the ministry or a catalogue administrator
            in date.
        data_dict: ``id`` and ``reason`` (at most 4,000 characters; internal).

    Returns:
        The record's status, as ``ontario_release_show`` returns it.

    Raises:
        ObjectNotFound: when there is no such record or the caller may not know of it.
        NotAuthorized: when the caller may not withdraw it.
        ValidationError: when it is not live, or without a reason.
    """
    return _end(context, data_dict, "withdraw")


def ontario_release_remove(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Remove a record from the public portal for ever; a notice stays in its place.

    Args:
        context: CKAN's; the caller is the Deputy Minister or agency head on record for the
            record's ministry. Nobody else, and no delegate.
        data_dict: ``id`` and ``reason`` (at most 4,000 characters; internal).

    Returns:
        The record's status, as ``ontario_release_show`` returns it.

    Raises:
        ObjectNotFound: when there is no such record or the caller may not know of it.
        NotAuthorized: when the caller may not remove it.
        ValidationError: when it was never public or is removed already, or without a reason.
    """
    return _end(context, data_dict, "remove")


_RULES = {"withdraw": domain.require_withdraw, "remove": domain.require_remove}
_ENDED = {"withdraw": "withdrawn", "remove": "removed"}


def _end(context: Context, data_dict: DataDict, operation: str) -> dict[str, Any]:
    tk.check_access(f"ontario_release_{operation}", context, data_dict)
    reason = access.text(data_dict, "reason")
    package_id = access.found(context, data_dict)[0].id
    with messages.spoken(), access.undone():
        loaded, actor = access.locked(context, package_id)
        _RULES[operation](loaded.copy, actor, reason)
        take_back(loaded, actor.user_id, _ENDED[operation])
        last = loaded.last_put or {}
        sequence = releases.add(
            loaded.id, operation=operation, source=operation, reason=reason,
            schema_version=last["schema_version"], approved_by=actor.user_id,
            release_at=clock.now(),
        )  # fmt: skip
        copies.record(loaded.id, operation, actor.user_id, sequence=sequence, reason=reason)
        releases.release(loaded.id, sequence, actor.user_id)
        _tell(loaded, _ENDED[operation], actor.user_id, sequence)
    effects.committed([package_id])
    return status.of(package_id, actor.user_id)


def ontario_release_restore(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Put a withdrawn record back as it was last approved and released.

    Args:
        context: CKAN's; the caller is the Director of the ministry or a catalogue administrator
            in date.
        data_dict: ``id`` and an optional ``reason``.

    Returns:
        The record's status, as ``ontario_release_show`` returns it.

    Raises:
        ObjectNotFound: when there is no such record or the caller may not know of it.
        NotAuthorized: when the caller may not restore it.
        ValidationError: when it is not withdrawn, or its existence is withheld.
    """
    tk.check_access("ontario_release_restore", context, data_dict)
    reason = access.text(data_dict, "reason") or None
    package_id = access.found(context, data_dict)[0].id
    with messages.spoken(), access.undone():
        loaded, actor = access.locked(context, package_id)
        domain.require_restore(loaded.copy, actor)
        sequence = releases.again(
            loaded, loaded.last_put or {}, source="restore", approved_by=actor.user_id,
            release_at=clock.now(), reason=reason,
        )  # fmt: skip
        copies.record(loaded.id, "restore", actor.user_id, sequence=sequence, reason=reason)
        releases.release(loaded.id, sequence, actor.user_id)
        _tell(loaded, "restored", actor.user_id, sequence)
    effects.committed([package_id])
    return status.of(package_id, actor.user_id)


def _tell(loaded: copies.Loaded, kind: str, besides: str, sequence: int) -> None:
    readers = {*people.approvers(str(loaded.package["owner_org"])), loaded.copy.submitted_by}
    mails.queue(kind, readers - {besides, None}, loaded.id, str(sequence))
