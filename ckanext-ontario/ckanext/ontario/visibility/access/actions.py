"""Asking for the data of a record, deciding on it, and ending what has run out."""

from __future__ import annotations

from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, DataDict

from ckanext.ontario.shared import clock
from ckanext.ontario.visibility import config
from ckanext.ontario.visibility import model as requests
from ckanext.ontario.visibility.access import data, people, rules, shown, telling
from ckanext.ontario.visibility.access.rules import State, Step

__all__ = [
    "ontario_access_request_create",
    "ontario_access_request_decide",
    "ontario_access_request_expire",
    "ontario_access_request_list",
]

MAX_ROWS = 200
BOXES = ("mine", "waiting", "granted")


def ontario_access_request_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Ask to use the files of a record that the caller may read; its Directors get a mail.

    Args:
        context: CKAN's.
        data_dict: ``id`` (id or name of the record) and ``reason`` (what the data is for; at most
            2,000 characters).

    Returns:
        The request: ``{"id", "package_id", "dataset", "user", "reason", "state", "requested_at",
        "decided_by", "decided_at", "decision_reason", "until"}``. ``dataset`` is ``{"name",
        "title_translated"}``, people are ``{"id", "name", "display_name"}``, instants are ISO 8601
        in UTC, ``until`` is a day.

    Raises:
        ObjectNotFound: when there is no record that the caller may read.
        ValidationError: without a reason, when the caller may use the files already, or when they
            have asked and nobody has decided yet.
    """
    user = _caller(context)
    tk.check_access("ontario_access_request_create", context, data_dict)
    package = model.Package.get(data_dict.get("id"))
    if package is None:
        raise tk.ObjectNotFound(tk._("Dataset not found"))
    reason = _text(data_dict, "reason", required=True)
    if data.may_use(context, package):
        raise tk.ValidationError({"id": [tk._("You may use the files of this dataset already.")]})
    row = requests.ask(package.id, user.id, reason)
    if row is None:
        model.Session.rollback()
        raise tk.ValidationError({"id": [tk._("You have asked already; nobody has decided yet.")]})
    telling.asked(row)
    _commit(context)
    return shown.of(context, [row])[0]


def ontario_access_request_decide(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Grant or refuse a request, withdraw one's own, or end a grant before its last day.

    A Director of the ministry that owns the record decides, never who asked. A grant makes the
    reader a collaborator of the record until its last day. Who asked gets a mail with the reason.
    Of two decisions at once one counts, and the other hears that it was decided meanwhile.

    Args:
        context: CKAN's.
        data_dict: ``id`` of the request; ``decision``: ``grant``, ``refuse``, ``withdraw`` or
            ``end``; ``reason`` (needed to refuse and to end); ``until``, the last day of a grant
            (YYYY-MM-DD, in Ontario).

    Returns:
        The request as ``ontario_access_request_create`` returns it.

    Raises:
        ObjectNotFound: when there is no such request, or it is none of the caller's business.
        NotAuthorized: when the caller may not decide.
        ValidationError: naming what is missing, or when it was decided meanwhile.
    """
    _caller(context)
    tk.check_access("ontario_access_request_decide", context, data_dict)
    step = rules.step_of(data_dict.get("decision"))
    if step is None:
        said = tk._("Choose one of: {choices}.").format(choices=", ".join(rules.CHOICES))
        raise tk.ValidationError({"decision": [said]})
    before = rules.FROM[step]
    values = _decided(context, step, data_dict)
    row = requests.move(data_dict["id"], before.value, rules.STEPS[before, step].value, **values)
    if row is None:
        model.Session.rollback()
        raise tk.ValidationError({"decision": [tk._("This request was decided meanwhile.")]})
    telling.decided(row)  # before core's action commits the grant
    _apply(step, row)
    _commit(context)
    return shown.of(context, [row])[0]


@tk.side_effect_free
def ontario_access_request_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List requests for data: one's own, or those of the ministries one is a Director of.

    Args:
        context: CKAN's.
        data_dict: ``box``: ``mine`` (every state, latest first; the default), ``waiting`` (those
            the caller may decide on, oldest first) or ``granted`` (grants the caller may end);
            ``limit`` (50, at most 200) and ``offset``.

    Returns:
        ``{"count": int, "results": [...]}``; each as ``ontario_access_request_create`` returns it.
        ``dataset`` is null where the caller may not read the record any more.

    Raises:
        ValidationError: for another box, or what is no number.
    """
    user = _caller(context)
    tk.check_access("ontario_access_request_list", context, data_dict)
    box = data_dict.get("box") or BOXES[0]
    if box not in BOXES:
        said = tk._("Choose one of: {choices}.").format(choices=", ".join(BOXES))
        raise tk.ValidationError({"box": [said]})
    limit, offset = _number(data_dict, "limit", 50, MAX_ROWS), _number(data_dict, "offset", 0)
    if box == "mine":
        count, rows = requests.of_user(user.id, limit, offset)
    else:
        state = State.OPEN if box == "waiting" else State.GRANTED
        directed = people.directed_by(user)
        count, rows = requests.of_organizations(directed, state.value, user.id, limit, offset)
    return {"count": count, "results": shown.of(context, rows)}


def ontario_access_request_expire(context: Context, data_dict: DataDict) -> dict[str, int]:
    """End the grants whose last day is past, and remove their collaborators. Runs each night.

    Returns:
        ``{"ended": int}``.
    """
    tk.check_access("ontario_access_request_expire", context, data_dict)
    ended = requests.end_before(shown.today())
    _commit(context)
    return {"ended": len(ended)}


def _caller(context: Context) -> model.User:
    user = people.caller(context)
    if user is None:
        raise tk.NotAuthorized(tk._("You must log in."))
    return user


def _decided(context: Context, step: Step, data_dict: DataDict) -> dict[str, Any]:
    """Return what is kept of a decision."""
    reason = _text(data_dict, "reason", required=step in rules.EXPLAINED)
    if step is Step.WITHDRAW:
        return {"decision_reason": reason or None}
    values: dict[str, Any] = {"decided_by": _caller(context).id, "decided_at": clock.now()}
    if step is Step.GRANT:
        until = rules.day_of(data_dict.get("until"))
        problem = rules.last_day_problem(until, shown.today(), config.grant_days())
        if problem:
            raise tk.ValidationError({"until": [_last_day_said(problem)]})
        values["until"] = until
    return {**values, "decision_reason": reason or None}


def _last_day_said(problem: str) -> str:
    return {
        "missing": tk._("Name the last day, as YYYY-MM-DD."),
        "past": tk._("The last day must not be past."),
        "far": tk._("A grant may last {days} days at most.").format(days=config.grant_days()),
    }[problem]


def _apply(step: Step, row: requests.Row) -> None:
    package_id, user_id = row["package_id"], row["user_id"]
    if step is Step.GRANT:
        requests.end_others(package_id, user_id, row["id"])
        member = {"id": package_id, "user_id": user_id, "capacity": "member"}
        asked = cast("Context", {"ignore_auth": True, "user": ""})
        try:
            tk.get_action("package_collaborator_create")(asked, member)
        except tk.ObjectNotFound:
            model.Session.rollback()
            raise tk.ValidationError(
                {"decision": [tk._("The record or the account is gone.")]}
            ) from None
    elif step is Step.END:
        requests.remove_collaborator(package_id, user_id)


def _text(data_dict: DataDict, name: str, *, required: bool) -> str:
    value = data_dict.get(name)
    text = value.replace("\x00", "").strip() if isinstance(value, str) else ""
    if required and not text:
        raise tk.ValidationError({name: [tk._("Give a reason.")]})
    if len(text) > rules.MAX_TEXT:
        said = tk._("This may have {limit} characters.").format(limit=rules.MAX_TEXT)
        raise tk.ValidationError({name: [said]})
    return text


def _number(data_dict: DataDict, name: str, otherwise: int, most: int = 1_000_000) -> int:
    value = data_dict.get(name)
    try:
        number = otherwise if value in (None, "") else int(str(value)[:9])
    except ValueError:
        raise tk.ValidationError({name: [tk._("This must be a whole number.")]}) from None
    if number < 0:
        raise tk.ValidationError({name: [tk._("This must not be negative.")]})
    return min(number, most)


def _commit(context: Context) -> None:
    if not context.get("defer_commit"):
        model.Session.commit()
