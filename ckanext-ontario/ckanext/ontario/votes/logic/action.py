"""Voting, and what everyone may know of votes."""

from __future__ import annotations

from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, DataDict

from ckanext.ontario.votes import ballots, counting, domain, limits, voters
from ckanext.ontario.votes.counting import NONE
from ckanext.ontario.votes.domain import State, Subject
from ckanext.ontario.votes.logic import auth
from ckanext.ontario.votes.voters import Voter

__all__ = [
    "ontario_vote_list",
    "ontario_vote_merge",
    "ontario_vote_mergeable_show",
    "ontario_vote_set",
    "ontario_vote_show",
]

MOST = 100
"""Votes to a page of one's own."""


class NotVotable(tk.ValidationError):
    """A record that nobody can vote for; over HTTP 409, with its page when it is open already."""

    def __init__(self, subject: Subject) -> None:
        state = subject.state(mine=False)
        errors: dict[str, Any] = {
            "id": [
                tk._("This dataset is open already; its votes stay in its history.")
                if state is State.OPENED
                else tk._("Only datasets under review or restricted can be voted for.")
            ]
        }
        if state is State.OPENED:
            errors["catalogue_url"] = [_page_of(subject)]
        super().__init__(errors)


def ontario_vote_set(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Vote for a dataset of the inventory, or take the vote back. Idempotent.

    Votes are advice: they ask a ministry to look at a dataset first. Everybody has one for each
    dataset, with an account or without; a browser without one is known by a cookie that its first
    vote sets. Sent by a browser, the request must come from a page of this site
    (``Sec-Fetch-Site`` or ``Origin``), cookies or not; a program sends an API token, or no cookie
    at all, or ``Origin``. Nothing is written to the record, and nothing indexed: the counts of
    searches follow within a minute.

    Args:
        context: CKAN's, with the user; ``ontario_votes_browser`` in place of a request's.
        data_dict: ``id`` (id or name of the dataset) and ``value`` (whether there is to be a vote;
            true without it).

    Returns:
        What ``ontario_vote_show`` returns, after the vote.

    Raises:
        ObjectNotFound: when there is no dataset that the caller may see.
        NotAuthorized: when another site may have sent the request, or the cookie is not ours.
        ValidationError: when the dataset can't be voted for; with ``catalogue_url``, its page,
            when that is because it is open. Over HTTP 409.
    """
    tk.check_access("ontario_vote_set", context, data_dict)
    wanted = flag(data_dict.get("value", True))
    subject = _subject(context, data_dict)
    voters.require_own_request(context)
    if subject.state(mine=False) is not State.VOTE:
        raise NotVotable(subject)
    return _shown(subject, keep(context, subject.id, wanted=wanted))


def keep(context: Context, subject: str, *, wanted: bool) -> Voter:
    """Cast a vote or take it back, within limits, and return whose it is.

    Args:
        context: CKAN's, with the user.
        subject: what the ballot is kept under: id of a record, or of a suggestion.
        wanted: whether there is to be a vote.
    """
    voter = voters.of(context, voting=True)
    if not wanted and not voter.key:
        return voter
    spent = limits.spend(voter.key, voters.browser_of(context).address)
    if spent.reason:
        limits.hold()
    if wanted:
        voter = voters.named(context, voter)
        if ballots.cast(subject, voter.key, voter.kind) and spent.reason:
            ballots.put_aside(subject, voter.key, spent.batch, spent.reason)
    else:
        ballots.remove(subject, voter.key)
    if not context.get("defer_commit"):
        model.Session.commit()
    voters.remember(context, voter)
    return voter


@tk.side_effect_free
def ontario_vote_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return the votes of a dataset, and whether the caller's is among them.

    Args:
        context: CKAN's, with the user.
        data_dict: ``id`` (id or name).

    Returns:
        ``{"id", "count", "count_user", "count_anonymous", "mine", "state", "voids"}``. ``state`` is
        ``vote`` (can be voted for), ``voted`` (the caller has), ``opened`` (open data: no votes
        any more, the counts stay) or ``none``. ``voids`` tells of votes that were declared void:
        ``[{"at", "count_user", "count_anonymous", "note": {"en", "fr"}}]``.

    Raises:
        ObjectNotFound: when there is no record that the caller may see.
    """
    tk.check_access("ontario_vote_show", context, data_dict)
    return _shown(_subject(context, data_dict), voters.of(context))


@tk.side_effect_free
def ontario_vote_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return the caller's votes, the latest first: of the account, or else of the browser.

    Args:
        context: CKAN's, with the user.
        data_dict: ``limit`` (50, at most 100) and ``offset``.

    Returns:
        ``{"count", "results": [{"id", "name", "title", "day", "count", "count_user",
        "count_anonymous", "state"}]}``; ``title`` is ``{"en", "fr"}``. Records that the caller may
        not see any more are counted, not listed, and so are suggestions.
    """
    tk.check_access("ontario_vote_list", context, data_dict)
    limit = number(data_dict, "limit", 50, MOST)
    voter = voters.of(context)
    if not voter.key:
        return {"count": 0, "results": []}
    total, days = counting.ballots_of(voter.key, limit, number(data_dict, "offset", 0))
    known = found(context, list(days))
    counts = counting.counts(list(days))
    return {
        "count": total,
        "results": [
            {
                **heading(known[one]),
                "day": day.isoformat(),
                **counts.get(one, NONE).as_dict(),
                "state": domain.state_of(
                    "dataset", str(known[one].get("access_level")), mine=True
                ).value,
            }
            for one, day in days.items()
            if one in known
        ],
    }


@tk.side_effect_free
def ontario_vote_mergeable_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return how many votes of this browser could move to the account that is logged in.

    Returns:
        ``{"count": int}``; 0 without a log-in, without such votes, or when the browser belongs to
        an account already. The page asks when it is not 0.
    """
    tk.check_access("ontario_vote_mergeable_show", context, data_dict)
    key = voters.browser_key(context) if voters.user_id_of(context) else ""
    if not key or ballots.account_of(key):
        return {"count": 0}
    return {"count": counting.ballots_of(key, 1, 0)[0]}


def ontario_vote_merge(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Move this browser's votes to the account that is logged in, in one transaction. Idempotent.

    Where both have voted one vote stays. From then on the browser votes as this account, logged in
    or not, so that logging out gives nobody a second vote.

    Returns:
        ``{"moved": int}``: how many votes the account did not have. 0 when the browser belongs to
        another account, or never voted.

    Raises:
        NotAuthorized: without a log-in, or when another site may have sent the request.
    """
    tk.check_access("ontario_vote_merge", context, data_dict)
    voters.require_own_request(context)
    key = voters.browser_key(context)
    account = voters.account_key(voters.user_id_of(context))
    moved = ballots.move(key, account) if key and ballots.bind(key, account) else 0
    if not context.get("defer_commit"):
        model.Session.commit()
    return {"moved": moved}


# --- shared with the other actions -----------------------------------------------------------


def number(data_dict: DataDict, name: str, otherwise: int, most: int = 1_000_000) -> int:
    """Return a whole number of the request, at most ``most``.

    Raises:
        ValidationError: when it is none, or negative.
    """
    value = data_dict.get(name)
    try:
        given = otherwise if value in (None, "") else int(str(value)[:9])
    except ValueError:
        raise tk.ValidationError({name: [tk._("This must be a whole number.")]}) from None
    if given < 0:
        raise tk.ValidationError({name: [tk._("This must not be negative.")]})
    return min(given, most)


def day(data_dict: DataDict, name: str) -> date | None:
    """Return a day of the request, or ``None``.

    Raises:
        ValidationError: when it is not YYYY-MM-DD.
    """
    try:
        return domain.day_of(data_dict.get(name))
    except ValueError:
        said = tk._("Write the day as YYYY-MM-DD.")
        raise tk.ValidationError({name: [said]}) from None


def found(context: Context, package_ids: list[str]) -> dict[str, dict[str, Any]]:
    """Return those of these records that the caller may see, by id; one search."""
    if not package_ids:
        return {}
    ids = " OR ".join(f'"{one}"' for one in package_ids)
    asked = {"fq_list": [f"id:({ids})"], "rows": len(package_ids), "facet": False}
    answer = tk.get_action("package_search")(tk.fresh_context(context), asked)
    return {one["id"]: one for one in answer["results"]}


def heading(record: dict[str, Any]) -> dict[str, Any]:
    """Return what names a record: id, name and title in both languages."""
    title = record.get("title_translated") or {"en": record.get("title") or record["name"]}
    return {"id": record["id"], "name": record["name"], "title": title}


def _subject(context: Context, data_dict: DataDict) -> Subject:
    asked, package = str(data_dict.get("id") or ""), auth.package_in(context)
    if package is None or asked not in {package.id, package.name}:
        package = model.Package.get(asked)
    if package is None:
        raise tk.ObjectNotFound(tk._("Dataset not found"))
    shown = not package.private and package.state == model.State.ACTIVE
    level = counting.access_level_of(package.id) if shown else ""
    return Subject(package.id, package.name, package.type, level)


def _shown(subject: Subject, voter: Voter) -> dict[str, Any]:
    standing = counting.standing(subject.id, voter.key)
    return {
        "id": subject.id,
        **standing.counts.as_dict(),
        "mine": standing.mine,
        "state": subject.state(mine=standing.mine).value,
        "voids": standing.voids,
    }


def flag(value: Any) -> bool:
    """Return whether something of a request is wanted.

    Raises:
        ValidationError: when it is neither true nor false.
    """
    try:
        return bool(tk.asbool(value))
    except ValueError:
        said = tk._("Must be true or false.")
        raise tk.ValidationError({"value": [said]}) from None


def _page_of(subject: Subject) -> str:
    return str(tk.url_for("dataset.read", id=subject.name, _external=True))
