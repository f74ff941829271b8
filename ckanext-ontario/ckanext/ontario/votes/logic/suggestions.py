"""Suggesting datasets that the inventory lacks, deciding on them, and voting for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.model.types import make_uuid
from ckan.types import Context, DataDict

from ckanext.ontario.shared import clock
from ckanext.ontario.shared.bilingual import LANGUAGES, language_of
from ckanext.ontario.votes import ballots, config, counting, domain, limits, suggestions, voters
from ckanext.ontario.votes.logic.action import flag, keep, number

__all__ = [
    "ontario_vote_suggestion_accept",
    "ontario_vote_suggestion_create",
    "ontario_vote_suggestion_list",
    "ontario_vote_suggestion_refuse",
    "ontario_vote_suggestion_set",
]

MOST = 100


def ontario_vote_suggestion_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Suggest a dataset that is missing in the inventory. Administrators look at it first.

    Nothing is kept of who sends it. What is sent twice waits once.

    Args:
        context: CKAN's, with the user.
        data_dict: ``title``; ``description`` (what it would be used for); ``organization`` (name of
            the ministry that may have it); ``language`` (``en`` or ``fr``; the reader's without).

    Returns:
        ``{"id", "state"}``; ``state`` is ``waiting``.

    Raises:
        NotAuthorized: when another site may have sent the request.
        ValidationError: when something is missing or too long, when there is no such
            ministry, or when too many were sent; then under ``message``.
    """
    tk.check_access("ontario_vote_suggestion_create", context, data_dict)
    voters.require_own_request(context)
    values = _sent(data_dict)
    if limits.suggested_too_often(voters.browser_of(context).address):
        said = tk._("Many suggestions came from your network. Try again in an hour.")
        raise tk.ValidationError({"message": [said]})
    made = {**values, "id": make_uuid(), "day": ballots.today()}
    kept = suggestions.add(made, config.suggestions_waiting())
    if kept is None:
        said = tk._("Too many suggestions wait at the moment. Try again in a few days.")
        raise tk.ValidationError({"message": [said]})
    _commit(context)
    return {"id": kept, "state": suggestions.WAITING}


@tk.side_effect_free
def ontario_vote_suggestion_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List suggestions, those with most votes first.

    Args:
        context: CKAN's, with the user.
        data_dict: ``state``: ``accepted`` (default), or for administrators ``waiting`` and
            ``refused``; ``limit`` (20, at most 100) and ``offset``.

    Returns:
        ``{"count", "results": [{"id", "title", "day", "count", "count_user", "count_anonymous",
        "mine"}]}``; ``title`` is ``{"en", "fr"}``. Those not accepted also have ``sent``:
        ``{"language", "title", "description", "organization"}``, and ``reason``.

    Raises:
        NotAuthorized: for other states, without an administrator's account.
        ValidationError: when a parameter is not understood.
    """
    state = str(data_dict.get("state") or suggestions.ACCEPTED)
    tk.check_access("ontario_vote_suggestion_list", context, {"state": state})
    if state not in suggestions.STATES:
        said = tk._("Choose one of: {choices}.").format(choices=", ".join(suggestions.STATES))
        raise tk.ValidationError({"state": [said]})
    limit, offset = number(data_dict, "limit", 20, MOST), number(data_dict, "offset", 0)
    total, rows = suggestions.listed(state, limit, offset)
    subjects = [domain.subject_of(row["id"]) for row in rows]
    mine = counting.voted(subjects, voters.of(context).key) if rows else set[str]()
    return {"count": total, "results": [_shown(row, mine) for row in rows]}


def ontario_vote_suggestion_set(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Vote for a suggestion that was accepted, or take the vote back. Idempotent.

    Everything else is as for ``ontario_vote_set``.

    Args:
        context: CKAN's, with the user.
        data_dict: ``id`` of the suggestion, and ``value`` (true without it).

    Returns:
        ``{"id", "title", "day", "count", "count_user", "count_anonymous", "mine"}``.

    Raises:
        ObjectNotFound: when no such suggestion was accepted.
        NotAuthorized: when another site may have sent the request, or the cookie is not ours.
    """
    tk.check_access("ontario_vote_suggestion_set", context, data_dict)
    wanted = flag(data_dict.get("value", True))
    suggestion_id = str(tk.get_or_bust(data_dict, "id"))
    voters.require_own_request(context)
    if suggestions.get(suggestion_id, suggestions.ACCEPTED) is None:
        raise tk.ObjectNotFound(tk._("There is no such suggestion."))
    subject = domain.subject_of(suggestion_id)
    voter = keep(context, subject, wanted=wanted)
    row = suggestions.get(suggestion_id, suggestions.ACCEPTED)
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such suggestion."))
    return _shown(row, counting.voted([subject], voter.key))


def ontario_vote_suggestion_accept(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List a suggestion for votes under a title in both languages; again, to change the title.

    Args:
        context: CKAN's, with the administrator.
        data_dict: ``id`` and ``title``: ``{"en", "fr"}``.

    Returns:
        ``{"id", "state"}``.

    Raises:
        ObjectNotFound: when there is none, or it was refused.
        ValidationError: when the title lacks a language or is too long.
    """
    tk.check_access("ontario_vote_suggestion_accept", context, data_dict)
    title: Any = data_dict.get("title")
    if domain.note_problem(title):
        said = tk._("Give a title in English and in French.")
        raise tk.ValidationError({"title": [said]})
    titles = {f"title_{code}": _short("title", title[code]) for code in LANGUAGES}
    return _decided(context, data_dict, suggestions.ACCEPTED, titles)


def ontario_vote_suggestion_refuse(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Refuse a suggestion, or take one off the list; its votes stop being shown.

    Args:
        context: CKAN's, with the administrator.
        data_dict: ``id`` and ``reason``, which administrators alone read.

    Returns:
        ``{"id", "state"}``.

    Raises:
        ObjectNotFound: when there is none, or it was refused already.
        ValidationError: without a reason.
    """
    tk.check_access("ontario_vote_suggestion_refuse", context, data_dict)
    reason = _text(data_dict, "reason", domain.LONGEST_TEXT)
    if not reason:
        raise tk.ValidationError({"reason": [tk._("Give a reason.")]})
    return _decided(context, data_dict, suggestions.REFUSED, {"reason": reason})


# --- parts -----------------------------------------------------------------------------------


def _sent(data_dict: DataDict) -> dict[str, str]:
    title = _text(data_dict, "title", domain.LONGEST_TITLE)
    if not title:
        raise tk.ValidationError({"title": [tk._("Say which data you miss.")]})
    organization = _text(data_dict, "organization", domain.LONGEST_TITLE)
    group: Any = model.Group.get(organization) if organization else None
    if organization and (group is None or not group.is_organization or group.state != "active"):
        raise tk.ValidationError({"organization": [tk._("There is no such ministry or agency.")]})
    return {
        "title": title,
        "description": _text(data_dict, "description", domain.LONGEST_TEXT),
        "organization": str(group.name) if group is not None else "",
        "language": language_of(str(data_dict.get("language") or tk.h.lang())),
    }


def _text(data_dict: DataDict, name: str, most: int) -> str:
    return _short(name, data_dict.get(name) or "", most)


def _short(name: str, value: Any, most: int = domain.LONGEST_TITLE) -> str:
    text = str(value).replace("\x00", "").strip()
    if len(text) > most:
        said = tk._("At most {number} characters.").format(number=most)
        raise tk.ValidationError({name: [said]})
    return text


def _decided(
    context: Context, data_dict: DataDict, state: str, values: Mapping[str, str]
) -> dict[str, Any]:
    suggestion_id = str(tk.get_or_bust(data_dict, "id"))
    who = {"decided_by": voters.user_id_of(context), "decided_at": clock.now()}
    if not suggestions.decide(suggestion_id, state, {**values, **who}):
        raise tk.ObjectNotFound(tk._("There is no such suggestion."))
    _commit(context)
    return {"id": suggestion_id, "state": state}


def _shown(row: Mapping[str, Any], mine: set[str]) -> dict[str, Any]:
    shown = {
        "id": row["id"],
        "title": {code: row[f"title_{code}"] for code in LANGUAGES},
        "day": row["day"].isoformat(),
        **counting.Counts(int(row["n_user"]), int(row["n_anon"])).as_dict(),
        "mine": domain.subject_of(row["id"]) in mine,
    }
    if row["state"] == suggestions.ACCEPTED:
        return shown
    sent = {key: row[key] for key in ("language", "title", "description", "organization")}
    return {**shown, "sent": sent, "reason": row["reason"]}


def _commit(context: Context) -> None:
    if not context.get("defer_commit"):
        model.Session.commit()
