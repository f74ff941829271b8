"""What administrators and the scheduler do with votes."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.model.types import make_uuid
from ckan.types import Context, DataDict

from ckanext.ontario.votes import ballots, counting, domain, upkeep
from ckanext.ontario.votes.logic.action import day, found, heading, number

__all__ = [
    "ontario_vote_index",
    "ontario_vote_purge",
    "ontario_vote_reconcile",
    "ontario_vote_review_keep",
    "ontario_vote_velocity",
    "ontario_vote_void",
]

MOST = 200
DAYS, DAYS_BEFORE = 7, 28
INDEX_PAGE = 1000


def ontario_vote_void(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Declare ballots void, with a note that everybody can read beside the counts.

    They stop counting, in the sums by day too, and their voters can't cast them again. It can't be
    taken back.

    Args:
        context: CKAN's, with the administrator.
        data_dict: ``id`` (a dataset), ``batch`` (of the velocity report) or both; ``since`` and
            ``until`` (days, YYYY-MM-DD), ``kind`` (``u``: only of accounts, ``a``: only of
            browsers); ``note``: ``{"en", "fr"}``.

    Returns:
        ``{"id", "records": [{"id", "count_user", "count_anonymous"}]}``; datasets of which nothing
        was void are left out. ``id`` is null when nothing was.

    Raises:
        ObjectNotFound: when there is no such dataset.
        ValidationError: when it is not said which ballots, or the note lacks a language.
    """
    tk.check_access("ontario_vote_void", context, data_dict)
    note, chosen = _note(data_dict), _chosen(data_dict)
    void_id, told = make_uuid(), list[dict[str, Any]]()
    for package_id in _records(data_dict):
        user, anonymous = ballots.void(package_id, void_id, chosen)
        if not user + anonymous:
            continue
        told.append({"id": package_id, "count_user": user, "count_anonymous": anonymous})
        ballots.write_void(
            {
                "id": void_id, "package_id": package_id, "n_user": user, "n_anon": anonymous,
                "note_en": note["en"].strip(), "note_fr": note["fr"].strip(),
                "user_id": _administrator(context),
            }
        )  # fmt: skip
    _commit(context)
    return {"id": void_id if told else None, "records": told}


@tk.side_effect_free
def ontario_vote_velocity(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Tell how fast votes came lately, and which ballots wait for a look.

    Args:
        context: CKAN's, with the administrator.
        data_dict: ``days`` (7): what "lately" means; it is compared with the 28 days before.
            ``limit`` (50, at most 200).

    Returns:
        ``{"days", "records": [{"id", "name", "title", "recent", "anonymous", "before", "factor",
        "conspicuous"}], "batches": [{"batch", "reason", "day", "ballots", "records"}]}``. Records
        with the greatest ``factor`` first; conspicuous ones before others. A batch holds ballots
        that came past a limit from one network on one day; ``""`` those that came past the limit
        of a voter while Redis was away.
    """
    tk.check_access("ontario_vote_velocity", context, data_dict)
    days = max(number(data_dict, "days", DAYS, 365), 1)
    limit = number(data_dict, "limit", 50, MOST)
    paces = counting.paces(ballots.today(), days, DAYS_BEFORE)
    ordered = sorted(paces, key=lambda one: _conspicuousness(paces[one]), reverse=True)[:limit]
    known = found(context, ordered)
    return {
        "days": days,
        "records": [
            {**heading(known[one]), **_pace(paces[one])} for one in ordered if one in known
        ],
        "batches": counting.batches(limit),
    }


def ontario_vote_review_keep(context: Context, data_dict: DataDict) -> dict[str, int]:
    """Say that the ballots of a batch were looked at and are good; they counted all along.

    Args:
        context: CKAN's, with the administrator.
        data_dict: ``batch``, of ``ontario_vote_velocity``.

    Returns:
        ``{"kept": int}``.

    Raises:
        ValidationError: without a batch.
    """
    tk.check_access("ontario_vote_review_keep", context, data_dict)
    kept = ballots.keep_batch(str(tk.get_or_bust(data_dict, "batch")))
    _commit(context)
    return {"kept": kept}


def ontario_vote_index(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Tell the index the counts that changed, whole records in bulk. Runs every half minute.

    A record is not touched: ``metadata_modified`` stays. What is marked for the index and not
    taken by it goes with ingest's next try.

    Returns:
        ``{"indexed": int, "failed": {package id: reason}}``.
    """
    tk.check_access("ontario_vote_index", context, data_dict)
    told: dict[str, Any] = {"indexed": 0, "failed": {}}
    while records := upkeep.take_dirty():
        _merge(told, _index(context, records))
        if len(records) < upkeep.INDEXED_AT_ONCE:
            break
    model.Session.commit()
    return told


def ontario_vote_reconcile(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Compare ballots, tallies and the index, and repair what differs. Runs every night.

    Args:
        context: CKAN's, with the administrator or the site user.
        data_dict: ``dry_run``: only tell.

    Returns:
        ``{"tallies": [package id], "index": [package id], "folded": int}``: tallies that were not
        what their ballots come to, records that the index had with another count, and votes of
        browsers that belonged to an account already.
    """
    tk.check_access("ontario_vote_reconcile", context, data_dict)
    dry = bool(tk.asbool(data_dict.get("dry_run", False)))
    folded = 0 if dry else ballots.fold()
    tallies = upkeep.differing()
    if not dry:
        for package_id in tallies:
            upkeep.recount(package_id)
            model.Session.commit()
    totals, indexed = upkeep.totals(), _in_index(context)
    both = sorted(totals.keys() | indexed.keys())
    differ = [one for one in both if totals.get(one, 0) != indexed.get(one, 0)]
    if not dry:
        model.Session.commit()
        if differ:
            _index(context, differ)
    return {"tallies": tallies, "index": differ, "folded": folded}


def ontario_vote_purge(context: Context, data_dict: DataDict) -> dict[str, int]:
    """Delete ballots that are no longer needed; counts and sums by day stay. Runs every night.

    Args:
        context: CKAN's; may hold ``progress``, told how many records are done.
        data_dict: nothing.

    Returns:
        ``{"ballots": int, "records": int}``: ballots that went, and records that have been away
        for so long that all their votes went.
    """
    tk.check_access("ontario_vote_purge", context, data_dict)
    progress = cast("upkeep.Progress | None", context.get("progress"))
    return dict(upkeep.purge(ballots.today(), progress))


# --- parts -----------------------------------------------------------------------------------


def _records(data_dict: DataDict) -> list[str]:
    if data_dict.get("id"):
        package = model.Package.get(str(data_dict["id"]))
        if package is None:
            raise tk.ObjectNotFound(tk._("Dataset not found"))
        return [package.id]
    if data_dict.get("batch"):
        return ballots.records_of_batch(str(data_dict["batch"]))
    raise tk.ValidationError({"id": [tk._("Name a dataset or a batch.")]})


def _chosen(data_dict: DataDict) -> dict[str, Any]:
    kind = str(data_dict.get("kind") or "")
    if kind not in {"", domain.USER, domain.ANONYMOUS}:
        raise tk.ValidationError(
            {"kind": [tk._("Choose one of: {choices}.").format(choices="u, a")]}
        )
    since, until = day(data_dict, "since") or date.min, day(data_dict, "until") or date.max
    batch = str(data_dict.get("batch") or "")
    return {"kind": kind, "batch": batch, "since": since, "until": until}


def _note(data_dict: DataDict) -> dict[str, str]:
    note = data_dict.get("note")
    if domain.note_problem(note):
        said = tk._("Give a public note in English and in French.")
        raise tk.ValidationError({"note": [said]})
    return cast("dict[str, str]", note)


def _administrator(context: Context) -> str:
    user: Any = model.User.get(str(context.get("user") or ""))
    return str(user.id) if user is not None else ""


def _conspicuousness(pace: domain.Pace) -> tuple[bool, float, int]:
    return pace.conspicuous, pace.factor, pace.recent


def _pace(pace: domain.Pace) -> dict[str, Any]:
    numbers = {"recent": pace.recent, "anonymous": pace.anonymous, "before": pace.before}
    return {**numbers, "factor": pace.factor, "conspicuous": pace.conspicuous}


def _index(context: Context, package_ids: list[str]) -> dict[str, Any]:
    inside = cast("Context", {"user": context.get("user"), "ignore_auth": True})
    return tk.get_action("ontario_ingest_index")(inside, {"ids": package_ids})


def _merge(told: dict[str, Any], more: dict[str, Any]) -> None:
    told["indexed"] += more["indexed"]
    told["failed"] |= more["failed"]


def _in_index(context: Context) -> dict[str, int]:
    """Return the counts that the index has, of records with any; page by page."""
    counts: dict[str, int] = {}
    after = ""
    while True:
        filters = ["vote_count:[1 TO *]", *([f'id:{{"{after}" TO *]'] if after else [])]
        asked = {"fq_list": filters, "fl": "id,vote_count", "rows": INDEX_PAGE, "sort": "id asc"}
        inside = cast("Context", {"user": context.get("user"), "ignore_auth": True})
        page = tk.get_action("package_search")(inside, asked)["results"]
        counts |= {one["id"]: int(one["vote_count"]) for one in page}
        if len(page) < INDEX_PAGE:
            return counts
        after = page[-1]["id"]


def _commit(context: Context) -> None:
    if not context.get("defer_commit"):
        model.Session.commit()
