"""Submitting, approving, returning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, DataDict

from ckanext.ontario.publication import domain, gathering
from ckanext.ontario.publication.instants import NotAnInstant, instant_of, local_text
from ckanext.ontario.publication.workflow import (
    access,
    content,
    copies,
    effects,
    mails,
    messages,
    releases,
    status,
)
from ckanext.ontario.shared import clock

__all__ = ["ontario_release_approve", "ontario_release_return", "ontario_release_submit"]

MOST = 500
"""Records one call may approve."""


def ontario_release_submit(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Submit a record for approval; from then on its audience may read it.

    Args:
        context: CKAN's; the caller is an editor (or the Director) of the record's ministry.
        data_dict: ``id``, the record's id or name.

    Returns:
        The record's status, as ``ontario_release_show`` returns it.

    Raises:
        ObjectNotFound: when there is no such record or the caller may not know of it.
        NotAuthorized: when the caller is no editor of the ministry.
        ValidationError: ``issues`` lists the publish rules it breaks, as ``ontario_dataset_check``
            does; ``state`` says why it can't be submitted now.
    """
    tk.check_access("ontario_release_submit", context, data_dict)
    package_id = access.found(context, data_dict)[0].id
    with messages.spoken(), access.undone():
        loaded, actor = access.locked(context, package_id)
        access.require_finished(loaded)
        domain.submitted(loaded.copy, actor, domain.Content("", ""))  # who and when, before work
        _require_publishable(package_id)
        current = content.current(loaded)
        after = domain.submitted(loaded.copy, actor, current.hashes)
        copies.save(loaded.id, after, loaded.copy, reason=None)
        details = {"content_hash": current.seen}
        copies.record(loaded.id, "submit", actor.user_id, details=details)
    effects.committed([package_id])
    return status.of(package_id, actor.user_id)


def _require_publishable(package_id: str) -> None:
    context = Context(ignore_auth=True, user="")
    record = tk.get_action("package_show")(context, {"id": package_id})
    checked = tk.get_action("ontario_dataset_check")(
        Context(ignore_auth=True, user=""), {"dataset": record}
    )
    if not checked["publishable"]:
        errors = [one for one in checked["issues"] if one["level"] == "error"]
        state = tk._("The record can’t be submitted before these things are corrected.")
        raise tk.ValidationError(cast("Any", {"issues": errors, "state": [state]}))


def ontario_release_approve(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Approve what was submitted, exactly as it was seen, and release it now or at an instant.

    Args:
        context: CKAN's; the caller is the Director or a delegate in date of the ministry, not
            the submitter and not the last who changed what the public will see.
        data_dict: ``id`` and ``content_hash`` (of ``ontario_release_preview``), or ``records``, a
            list of such objects, at most 500; ``checklist``: ``legal``, ``privacy``,
            ``security``, ``accessibility`` and ``issues_plan``, all ``true``; optional
            ``release_at``, ISO date and time in Toronto such as ``2027-03-14T09:00``: without
            it, or in the past, the release is at once; optional ``except``: ids or names of
            ``records`` to leave out.

    Returns:
        For one record its status, as ``ontario_release_show`` returns it. For ``records``
        ``{"results": [{"id", "approved": bool, "release_at": str|None, "error": dict|None}]}`` in
        order; each record is decided and committed by itself.

    Raises:
        ObjectNotFound: when there is no such record or the caller may not know of it.
        NotAuthorized: when the caller may not approve it.
        ValidationError: when it is not in review, was changed since it was submitted or seen, or
            ``checklist`` or ``release_at`` is not in order.
    """
    tk.check_access("ontario_release_approve", context, data_dict)
    _require_checklist(data_dict)
    instant = release_instant(data_dict)
    if "records" not in data_dict:
        package_id, actor_id = _approve_one(context, data_dict, instant)
        effects.committed([package_id])
        return status.of(package_id, actor_id)
    with gathering.together():
        results = [_answer(context, one, instant) for one in _chosen(data_dict)]
    effects.committed([one["id"] for one in results if one["approved"]])
    return {"results": results}


def _answer(context: Context, one: Mapping[str, Any], instant: datetime | None) -> dict[str, Any]:
    answer = {"id": one.get("id"), "approved": False, "release_at": None, "error": None}
    try:
        tk.check_access("ontario_release_approve", context, dict(one))
        package_id, _actor = _approve_one(context, one, instant)
        model.Session.commit()
    except tk.ValidationError as err:
        return {**answer, "error": err.error_dict}
    except (tk.NotAuthorized, tk.ObjectNotFound) as err:
        return {**answer, "error": {"id": [str(err) or tk._("There is no such record.")]}}
    at = local_text(instant or clock.now())
    return {**answer, "id": package_id, "approved": True, "release_at": at}


def _approve_one(
    context: Context, one: Mapping[str, Any], instant: datetime | None
) -> tuple[str, str]:
    seen = access.text(one, "content_hash", 64)
    package_id = access.found(context, one)[0].id
    with messages.spoken(), access.undone():
        loaded, actor = access.locked(context, package_id)
        access.require_finished(loaded)
        domain.require_approver(loaded.copy, actor)
        _require_publishable(package_id)
        current = content.current(loaded)
        after = domain.approved(loaded.copy, actor, seen, current.hashes)
        releases.cancel_waiting(loaded, actor.user_id, "superseded")
        now = clock.now()
        at = instant if instant and instant > now else now
        sequence = releases.put(loaded, current, "approval", actor.user_id, at)
        copies.save(loaded.id, after, loaded.copy)
        details = {"content_hash": seen, "release_at": local_text(at), "checklist": True}
        copies.record(loaded.id, "approve", actor.user_id, sequence=sequence, details=details)
        if at <= now:
            releases.release(loaded.id, sequence, actor.user_id)
        mails.queue("approved", [loaded.copy.submitted_by], loaded.id, f"{sequence}")
    return loaded.id, actor.user_id


def _require_checklist(data_dict: Mapping[str, Any]) -> None:
    missing = domain.missing_checks(data_dict.get("checklist"))
    if missing:
        said = tk._("Confirm each point of the checklist. Not confirmed: {points}.")
        points = ", ".join(_points()[one] for one in missing)
        raise tk.ValidationError({"checklist": [said.format(points=points)]})


def _points() -> dict[str, str]:
    return {
        "legal": tk._("legal review"),
        "privacy": tk._("privacy"),
        "security": tk._("security"),
        "accessibility": tk._("accessibility"),
        "issues_plan": tk._("plan for questions and issues"),
    }


def release_instant(data_dict: Mapping[str, Any]) -> datetime | None:
    """Return ``release_at`` of a request as an instant; ``None`` when there is none."""
    written = access.text(data_dict, "release_at", 64)
    if not written:
        return None
    try:
        return instant_of(written)
    except NotAnInstant as err:
        said = tk._("Write the date and time as in 2027-03-14T09:00.")
        raise tk.ValidationError({"release_at": [said]}) from err


def _chosen(data_dict: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    records, left_out = data_dict.get("records"), data_dict.get("except") or []
    well = isinstance(records, list) and all(isinstance(one, dict) for one in records)
    if not isinstance(records, list) or not well or not isinstance(left_out, list):
        said = tk._("Give a list of objects with “id” and “content_hash”.")
        raise tk.ValidationError({"records": [said]})
    if len(records) > MOST:
        said = tk._("At most {number} records at once.").format(number=MOST)
        raise tk.ValidationError({"records": [said]})
    return [one for one in records if one.get("id") not in left_out]


def ontario_release_return(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Send what was submitted back to its ministry's editors, with the reason.

    Args:
        context: CKAN's; the caller is the Director or a delegate in date, not the submitter.
        data_dict: ``id`` and ``reason`` (at most 4,000 characters; internal).

    Returns:
        The record's status, as ``ontario_release_show`` returns it.

    Raises:
        ObjectNotFound: when there is no such record or the caller may not know of it.
        NotAuthorized: when the caller may not decide about it.
        ValidationError: when it is not in review, or without a reason.
    """
    tk.check_access("ontario_release_return", context, data_dict)
    reason = access.text(data_dict, "reason")
    package_id = access.found(context, data_dict)[0].id
    with messages.spoken(), access.undone():
        loaded, actor = access.locked(context, package_id)
        after = domain.returned(loaded.copy, actor, reason)
        copies.save(loaded.id, after, loaded.copy, reason=reason)
        key = copies.record(loaded.id, "return", actor.user_id, reason=reason)
        mails.queue("returned", [loaded.copy.submitted_by], loaded.id, f"{key}")
    effects.committed([package_id])
    return status.of(package_id, actor.user_id)
