"""The ranking, and counts as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ckanext.ontario.votes import ballots, counting, domain, records
from ckanext.ontario.votes.logic.action import day, found, heading, number

__all__ = ["ontario_vote_export", "ontario_vote_ranking"]

MOST = 100
MONTH = timedelta(days=30)
LEVELS = (*domain.VOTABLE, domain.OPEN)

COLUMNS = (
    "id", "name", "organization", "access_level", "count", "count_user", "count_anonymous",
)  # fmt: skip


@tk.side_effect_free
def ontario_vote_ranking(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Rank datasets by their votes, most first; those with as many have the same rank.

    Counts are those of this moment, whatever the index knows yet.

    Args:
        context: CKAN's, with the user.
        data_dict: ``organization`` and ``topic`` (id or name); ``access_level``:
            ``under_review``, ``restricted`` or ``open`` (without it, the first two); ``since``
            (YYYY-MM-DD): only votes cast on that day in Ontario or later; ``limit`` (20, at most
            100) and ``offset``.

    Returns:
        ``{"count", "results": [{"rank", "votes", "change", "id", "name", "title", "organization",
        "topics", "access_level", "exemption", "planned_release_date", "response", "count",
        "count_user", "count_anonymous"}]}``. ``votes`` is what the rank follows (of the period,
        with ``since``), ``change`` how many of all votes the last 30 days brought,
        ``organization`` is ``{"id", "name", "title"}``, ``topics`` are names, ``response`` is the
        latest answer of the ministry as in ``vote_responses`` of ``package_show``, or ``None``.
        Datasets without a vote have no rank.

    Raises:
        ValidationError: when a parameter is not understood.
    """
    tk.check_access("ontario_vote_ranking", context, data_dict)
    wanted = _wanted(data_dict)
    limit, offset = number(data_dict, "limit", 20, MOST), number(data_dict, "offset", 0)
    total, rows = counting.ranking(wanted, limit, offset)
    ids = [str(row["id"]) for row in rows]
    known = found(context, ids)
    month = counting.since(ids, ballots.today() - MONTH)
    return {
        "count": total,
        "results": [
            {
                "rank": int(row["rank"]),
                "votes": int(row["votes"]),
                "change": month.get(row["id"], 0),
                **_described(known[row["id"]]),
            }
            for row in rows
            if row["id"] in known
        ],
    }


@tk.side_effect_free
def ontario_vote_export(context: Context, data_dict: DataDict) -> Any:
    """Return the counts of every dataset that has votes: numbers only, nothing of who voted.

    Args:
        context: CKAN's, with the user.
        data_dict: ``format``: ``json`` (default) or ``csv``; ``organization``, ``topic``,
            ``access_level`` and ``since`` as for ``ontario_vote_ranking`` (without
            ``access_level``, all of them).

    Returns:
        A list of ``{"id", "name", "organization", "access_level", "count", "count_user",
        "count_anonymous"}``, most votes first; for ``csv`` one text with a line for each, columns
        of the same names.

    Raises:
        ValidationError: when a parameter is not understood.
    """
    tk.check_access("ontario_vote_export", context, data_dict)
    wanted = _wanted(data_dict, LEVELS)
    _, rows = counting.ranking(wanted, 1_000_000, 0)
    owners = counting.owners([str(row["id"]) for row in rows])
    table = [_line(row, owners.get(row["id"], "")) for row in rows]
    return _csv(table) if _choice(data_dict, "format", ("json", "csv")) == "csv" else table


def _line(row: Mapping[str, Any], owner: str) -> dict[str, Any]:
    votes = counting.Counts(int(row["n_user"]), int(row["n_anon"])).as_dict()
    named = {key: row[key] for key in ("id", "name", "access_level")}
    return {key: {**named, "organization": owner, **votes}[key] for key in COLUMNS}


def _csv(table: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([COLUMNS, *(list(line.values()) for line in table)])
    return text.getvalue()


def _described(record: Mapping[str, Any]) -> dict[str, Any]:
    owner: Mapping[str, Any] = record.get("organization") or {}
    answers = record.get(records.RESPONSES) or [None]
    kept = ("access_level", "exemption", "planned_release_date")
    votes = counting.Counts(record["vote_count_user"], record["vote_count_anonymous"])
    return {
        **heading(dict(record)),
        "organization": {key: owner.get(key) for key in ("id", "name", "title")},
        "topics": list(record.get("topics") or ()),
        **{key: record.get(key) for key in kept},
        "response": answers[0],
        **votes.as_dict(),  # as they are now: a search adds them to the records that it found
    }


def _wanted(data_dict: DataDict, levels: tuple[str, ...] = domain.VOTABLE) -> counting.Wanted:
    level = _choice(data_dict, "access_level", LEVELS)
    return counting.Wanted(
        levels=(level,) if level else levels,
        organization=str(data_dict.get("organization") or ""),
        topic=str(data_dict.get("topic") or ""),
        since=day(data_dict, "since"),
    )


def _choice(data_dict: DataDict, name: str, choices: tuple[str, ...]) -> str:
    value = str(data_dict.get(name) or "")
    if value and value not in choices:
        said = tk._("Choose one of: {choices}.").format(choices=", ".join(choices))
        raise tk.ValidationError({name: [said]})
    return value
