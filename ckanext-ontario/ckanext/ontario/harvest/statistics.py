"""A job's statistics as ckanext-harvest shapes them, from the tables of the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ckan.types import Context
from flask_babel import get_locale

from ckanext.ontario.harvest import ingest, report
from ckanext.ontario.shared.bilingual import language_of

COUNTS = ("added", "updated", "not modified", "deleted", "errored")
"""What ckanext-harvest counts of a job."""

_SHOWN = 20
_REPORTED = 500

Row = dict[str, Any]


def job_with_run(job: Row, context: Context) -> Row:
    """Return a job with the counts of its run, if it has one."""
    run = ingest.run_of(job_id=job["id"])
    return _with_run(job, run, context) if run else job


def jobs_with_runs(jobs: Sequence[Row], context: Context) -> list[Row]:
    """Return jobs with the counts of their runs, found by one query."""
    ids = [job["id"] for job in jobs]
    runs = ingest.call("run_list", {"job_ids": ids, "limit": len(ids) or 1}) if ids else []
    by_job = {run["job_id"]: run for run in runs}
    return [
        _with_run(job, by_job[job["id"]], context) if job["id"] in by_job else job for job in jobs
    ]


def _with_run(job: Row, run: Row, context: Context) -> Row:
    more: Row = {"run": run["id"]}
    if context.get("return_stats", True):
        counted = report.counts(run)
        more["stats"] = {
            "added": counted["new"],
            "updated": counted["changed"],
            "not modified": counted["unchanged"],
            "deleted": counted["inactive"],
            "errored": counted["invalid"] + (run["status"] == "failed"),
        }
    if context.get("return_error_summary", True):
        more["object_error_summary"] = _summary(run, ["error"])
        more["gather_error_summary"] = _summary(run, ["fatal"])
    return {**job, **more}


def _summary(run: Row, severity: list[str]) -> list[Row]:
    language = language_of(str(get_locale() or ""))
    found = report.issues(run, severity=severity, limit=_REPORTED)
    counted = Counter(issue["message"][language] for issue in found)
    return [{"message": text, "error_count": n} for text, n in counted.most_common(_SHOWN)]


def job_report(run: Row) -> Row:
    """Return a run's errors in the shape of ``harvest_job_report``, and the run itself."""
    language = language_of(str(get_locale() or ""))
    objects: dict[str, Row] = {}
    for issue in report.issues(run, severity=["error"], limit=_REPORTED):
        key = issue["guid"] or f"row {issue['row']}"
        entry = objects.setdefault(key, {"guid": key, "errors": []})
        error = {"message": issue["message"][language], "line": issue["row"], "type": "Import"}
        entry["errors"].append(error)
    fatal = report.issues(run, severity=["fatal"], limit=_REPORTED)
    return {
        "gather_errors": [{"message": issue["message"][language]} for issue in fatal],
        "object_errors": objects,
        "run": report.summary(run),
    }
