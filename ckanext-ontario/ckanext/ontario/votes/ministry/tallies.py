"""Actions with pulled counts: pulling them, the ministries' ranking, reminders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, DataDict

from ckanext.ontario.shared import approving, signals
from ckanext.ontario.votes import ballots, config
from ckanext.ontario.votes.counting import NONE
from ckanext.ontario.votes.logic.action import found, heading, number
from ckanext.ontario.votes.ministry import demand, pulling, responses

__all__ = ["ontario_vote_remind", "ontario_vote_tally_list", "ontario_vote_tally_pull"]

MOST = 100


def ontario_vote_tally_pull(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Pull the counts of votes from the public portal. Runs every quarter of an hour.

    What goes wrong is told, leaves the counts as they were, and is tried again by the next run.

    Returns:
        ``{"pulled": int, "problem": str|null}``: how many records have votes, or what was in the
        way.
    """
    tk.check_access("ontario_vote_tally_pull", context, data_dict)
    return pulling.pull()


@tk.side_effect_free
def ontario_vote_tally_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return what the public asks for most, as it was pulled last, with what was answered.

    Args:
        context: CKAN's, with the user.
        data_dict: ``organization`` (id or name of a ministry); ``unanswered``, true for those
            without an approved answer; ``limit`` (20, at most 100) and ``offset``.

    Returns:
        ``{"pulled": ISO time|null, "problem": str|null, "count", "results": [{"rank", "votes",
        "id", "name", "title", "organization", "access_level", "count", "count_user",
        "count_anonymous", "response": {"sequence", "kind", "text", "at"}|null}]}``; ``problem`` is
        what was in the way of the last pull, ``response`` the last approved answer. Datasets that
        the caller may not read are counted, not listed.

    Raises:
        ValidationError: when a parameter is not understood.
    """
    tk.check_access("ontario_vote_tally_list", context, data_dict)
    total, rows = demand.ranking(
        str(data_dict.get("organization") or ""),
        number(data_dict, "limit", 20, MOST),
        number(data_dict, "offset", 0),
        unanswered=_flag(data_dict, "unanswered"),
    )
    ids = [str(row["package_id"]) for row in rows]
    known, counts, answers = found(context, ids), demand.counts(ids), responses.shown(ids)
    results: list[dict[str, Any]] = []
    for row, one in zip(rows, ids, strict=True):
        if one in known:
            votes, rank = counts.get(one, (NONE, None))
            answer = next(iter(answers.get(one, ())), None)
            described = {"rank": rank, "votes": int(row["votes"]), **_described(known[one])}
            results.append({**described, **votes.as_dict(), "response": answer})
    state = pulling.state()
    pulled = responses.stamp(state.pulled) if state.pulled else None
    return {"pulled": pulled, "problem": state.problem, "count": total, "results": results}


def _described(record: Mapping[str, Any]) -> dict[str, Any]:
    owner: Mapping[str, Any] = record.get("organization") or {}
    return {
        **heading(dict(record)),
        "organization": {key: owner.get(key) for key in ("id", "name", "title")},
        "access_level": record.get("access_level"),
    }


def _flag(data_dict: DataDict, name: str) -> bool:
    try:
        return bool(tk.asbool(data_dict.get(name) or False))
    except ValueError:
        said = tk._("Must be true or false.")
        raise tk.ValidationError({name: [said]}) from None


def ontario_vote_remind(context: Context, data_dict: DataDict) -> dict[str, int]:
    """Remind Directors of the most wanted datasets that nobody answered. Once a month for each.

    Which are the most wanted is set by ``ckanext.ontario.votes.remind_top``.

    Returns:
        ``{"told"}``, for how many people a mail was written.
    """
    tk.check_access("ontario_vote_remind", context, data_dict)
    open_ = demand.top_unanswered(config.remind_top())
    counts = Counter(owner for _record, owner in open_)
    readers: Counter[str] = Counter()
    for owner, count in counts.items():
        for user_id in approving.approvers(owner):
            readers[user_id] += count
    month = ballots.today().strftime("%Y-%m")
    for user_id, count in sorted(readers.items()):
        signals.people_told.send(
            "votes", kind="votes_unanswered", user_ids=[user_id], package_id=None, key=month,
            data={"count": count},
        )  # fmt: skip
    if not context.get("defer_commit"):
        model.Session.commit()
    return {"told": len(readers)}
