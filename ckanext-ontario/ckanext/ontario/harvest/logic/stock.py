"""ckanext-harvest's own actions, answered from the engine's tables for the engine's sources.

The keys are the same; other kinds of source go on as before. What ckanext-harvest leaves open to
everyone (sources with their configuration, raw objects) is closed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import model as core
from ckan.types import Action, Context, DataDict

from ckanext.harvest.logic import HarvestSourceInactiveError
from ckanext.harvest.model import HarvestObject, HarvestSource
from ckanext.ontario.harvest import (
    clearing,
    ingest,
    model,
    recovery,
    schedules,
    sources,
    statistics,
)
from ckanext.ontario.harvest.harvester import harvesters

__all__ = [
    "get_mail_extra_vars",
    "harvest_job_abort",
    "harvest_job_list",
    "harvest_job_report",
    "harvest_job_show",
    "harvest_jobs_run",
    "harvest_object_list",
    "harvest_object_show",
    "harvest_objects_import",
    "harvest_source_clear",
    "harvest_source_job_history_clear",
    "harvest_source_list",
    "harvest_source_reindex",
    "harvest_source_show_status",
    "prepare_error_mail",
    "prepare_summary_mail",
    "send_error_email",
    "send_mail",
    "send_summary_email",
]


def _is_ours(source_id: str | None) -> bool:
    source: Any = HarvestSource.get(source_id) if source_id else None
    return source is not None and source.type in harvesters()


# --- statistics ------------------------------------------------------------------------------


@tk.chained_action
@tk.side_effect_free
def harvest_job_show(next_action: Action, context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return a harvest job with the counts of its run."""
    return statistics.job_with_run(next_action(context, data_dict), context)


@tk.chained_action
@tk.side_effect_free
def harvest_job_list(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return harvest jobs with the counts of their runs.

    ckanext-harvest counts each job's objects by a statement of its own; ours are not asked for.
    """
    ours = _is_ours(data_dict.get("source_id"))
    jobs = next_action(_with(context, return_stats=not ours), data_dict)
    if ours:
        jobs = [{**job, "stats": dict.fromkeys(statistics.COUNTS, 0)} for job in jobs]
    return statistics.jobs_with_runs(jobs, _with(context, return_error_summary=False))


def _with(context: Context, **more: Any) -> Context:
    return cast("Context", {**context, **more})


@tk.chained_action
@tk.side_effect_free
def harvest_job_report(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return what a harvest job found wrong; for the engine's jobs with the run as ``run``."""
    tk.check_access("harvest_job_show", context, data_dict)
    answer = next_action(context, data_dict)
    run = ingest.run_of(job_id=str(data_dict["id"]))
    return statistics.job_report(run) if run else answer


@tk.chained_action
@tk.side_effect_free
def harvest_source_show_status(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return the status of a source, with its datasets counted from what the engine knows."""
    answer = next_action(context, data_dict)
    source: Any = HarvestSource.get(data_dict["id"])
    if source is not None and source.type in harvesters():
        answer["total_datasets"] = model.count_records(source.id)
        if answer.get("last_job"):
            answer["last_job"] = statistics.job_with_run(answer["last_job"], context)
    return answer


# --- what changes something ------------------------------------------------------------------


@tk.chained_action
def harvest_source_clear(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Set a source's datasets inactive and forget its runs; nothing is deleted.

    A harvest afterwards makes them active again, under the names they had.
    """
    if not _is_ours(data_dict.get("id")):
        return next_action(context, data_dict)
    tk.check_access("harvest_source_clear", context, data_dict)
    clearing.clear_source(str(data_dict["id"]))
    return {"id": data_dict["id"]}


@tk.chained_action
def harvest_source_job_history_clear(
    next_action: Action, context: Context, data_dict: DataDict
) -> Any:
    """Forget a source's jobs and runs (with ``keep_current``: all but the latest)."""
    if not _is_ours(data_dict.get("id")):
        return next_action(context, data_dict)
    tk.check_access("harvest_source_clear", context, data_dict)
    keep = tk.asbool(data_dict.get("keep_current", False))
    clearing.clear_history(str(data_dict["id"]), keep_current=keep)
    return {"id": data_dict["id"]}


@tk.chained_action
def harvest_objects_import(next_action: Action, context: Context, data_dict: DataDict) -> int:
    """Import records again: one by itself at once, several by their source's next harvest.

    The engine keeps no copies of records that it could import without the document. Takes the
    same keys: ``source_id``, ``guid``, ``package_id``; other kinds of source go on as before.
    Returns how many. One that can't be harvested now waits for the next harvest as well.
    """
    tk.check_access("harvest_objects_import", context, data_dict)
    keys = {
        key: data_dict[key] for key in ("source_id", "guid", "package_id") if data_dict.get(key)
    }
    package = core.Package.get(keys["package_id"]) if keys.get("package_id") else None
    if package is not None:
        keys["package_id"] = package.id
    if keys.keys() & {"guid", "package_id"} and _queued(model.find_records(2, **keys)):
        return 1
    marked = model.forget_hashes(**keys)
    core.Session.commit()
    if marked or _is_ours(keys.get("source_id")):
        return marked
    return int(next_action(context, data_dict))


def _queued(records: Sequence[Mapping[str, Any]]) -> bool:
    """Let the queues harvest the one record there is; say whether there is one and they do."""
    if len(records) != 1:
        return False
    try:
        sources.queue_record(records[0]["source_id"], records[0]["guid"])
    except (sources.AlreadyRunning, HarvestSourceInactiveError):
        return False
    return True


@tk.chained_action
def harvest_job_abort(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Stop a job: what is written stays, batches that wait are dropped."""
    answer = next_action(context, data_dict)
    run = ingest.run_of(job_id=answer["id"])
    if run is not None:
        ingest.patch_run(run["id"], {"status": "aborted"}, status="running")
        model.set_batches({"run_id": run["id"], "state": "waiting"}, "discarded")
        core.Session.commit()
    return answer


@tk.chained_action
def harvest_jobs_run(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Run what is due, by schedules too, and first take up runs whose process died."""
    tk.check_access("harvest_jobs_run", context, data_dict)
    recovery.recover()
    schedules.start_due()
    return next_action(context, data_dict)


@tk.chained_action
def harvest_source_reindex(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Renew a source's entry in the search; those who may edit the source, by POST alone."""
    tk.check_access("harvest_source_reindex", context, data_dict)
    return next_action(context, data_dict)


# --- what everyone could read ----------------------------------------------------------------


@tk.chained_action
@tk.side_effect_free
def harvest_source_list(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return harvest sources: to each caller the ones that they may edit."""
    tk.check_access("harvest_source_list", context, data_dict)
    found = next_action(context, data_dict)
    return [source for source in found if _edits(context, source["id"])]


@tk.chained_action
@tk.side_effect_free
def harvest_object_show(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return a harvest object to those who may edit its source; to others there is none."""
    answer = next_action(context, data_dict)
    if not _edits(context, answer["source"]):
        raise tk.ObjectNotFound("Harvest object not found")  # ckanext-harvest's own words
    return answer


@tk.chained_action
@tk.side_effect_free
def harvest_object_list(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return the ids of harvest objects whose source the caller may edit."""
    found: list[str] = next_action(context, data_dict)
    query = core.Session.query(HarvestObject.id, HarvestObject.harvest_source_id)
    owners = dict(query.filter(HarvestObject.id.in_(found)).all())
    allowed = {source: _edits(context, source) for source in set(owners.values())}
    return [each for each in found if allowed.get(owners.get(each))]


def _edits(context: Context, source_id: str) -> bool:
    fresh = tk.fresh_context(context)
    try:
        tk.check_access("harvest_source_update", fresh, {"id": source_id})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return False
    return True


# --- what never was an action ----------------------------------------------------------------


def _refuse(name: str) -> Any:
    @tk.chained_action
    def refused(next_action: Action, context: Context, data_dict: DataDict) -> Any:
        del next_action
        tk.check_access("sysadmin", context, data_dict)
        raise tk.NotAuthorized(tk._("This is no action: ckanext-harvest registers it by accident."))

    refused.__name__ = name
    refused.__doc__ = "Refuse: a helper of ckanext-harvest that it registers as an action."
    return refused


get_mail_extra_vars = _refuse("get_mail_extra_vars")
prepare_error_mail = _refuse("prepare_error_mail")
prepare_summary_mail = _refuse("prepare_summary_mail")
send_error_email = _refuse("send_error_email")
send_mail = _refuse("send_mail")
send_summary_email = _refuse("send_summary_email")

for _name in __all__:
    # ckanext-harvest registers its actions as auth functions too, and checks other names than the
    # actions' own. CKAN's audit lets a plugin's actions do that, and forgets it of a chain.
    vars(globals()[_name])["auth_audit_exempt"] = True
