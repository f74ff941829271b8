"""The second half of a run's life after its last batch: index, what is gone, totals, job, mail.

Every step may be repeated: whoever comes after a crash goes on from the phase that was committed.
"""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime, timezone
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model as core
from ckan.lib.search import SearchIndexError
from ckan.types import Context

from ckanext.harvest.model import HarvestJob
from ckanext.ontario.harvest import approvals, changes, ingest, mail, model, single
from ckanext.ontario.harvest.applying import apply_batch
from ckanext.ontario.harvest.domain import Closed
from ckanext.ontario.harvest.locks import source_lock
from ckanext.ontario.harvest.reader import Issue, Reader, Severity
from ckanext.ontario.harvest.stopwatch import Stopwatch
from ckanext.ontario.shared import clock

log = logging.getLogger(__name__)

_SEVERITY = "severity."


def finish(run_id: str, reader: Reader) -> bool:
    """Bring a run to its end, if no batch is left; say whether it has ended."""
    run = ingest.run_of(id=run_id)
    if run is None:
        return True
    if run["status"] == "running":
        with source_lock(run["source_id"]):
            core.Session.rollback()  # look again: another process may have ended it meanwhile
            run = ingest.run_of(id=run_id) or run
            if _has_work_left(run):
                return False
            if run["status"] == "running":
                run = _index(run)
    if run["status"] == "running":
        _gone(run, reader)
        with source_lock(run["source_id"]):
            _finish(run)
    if end_job(run["job_id"]):
        _tell(ingest.run_of(id=run_id) or run)
    return True


def _has_work_left(run: dict[str, Any]) -> bool:
    if run["status"] != "running":
        return False
    return run["phase"] == "plan" or bool(model.batches(run["id"], kind="write", state="waiting"))


def _index(run: dict[str, Any]) -> dict[str, Any]:
    watch = Stopwatch()
    with watch.stage("index"):
        wrote = any(_outcome(run).get(key) for key in ("created", "updated"))
        answer = ingest.call("index", {"commit": "always" if wrote else "auto"})
    details = {**run["details"], "unindexed": len(answer["failed"])}
    values = {
        "phase": "gone",
        "timings": {**run["timings"], **watch.seconds},
        "details": {**details, **_withheld(run)},
    }
    patched = ingest.patch_run(run["id"], values, status="running") or run
    core.Session.commit()
    return patched


def _withheld(run: dict[str, Any]) -> dict[str, Any]:
    """Leave what is gone to a person after all, if any record was refused while it was written."""
    gone = {"run_id": run["id"], "kind": "gone", "state": "waiting"}
    if not _outcome(run)["refused"] or not model.set_batches(gone, "withheld"):
        return {}
    count = run["counters"]["gone"]
    approvals.ask(run["id"], run["source_id"], count, [Closed.ERRORS.value])
    issues = ingest.Issues(run["id"])
    known = model.count_records(run["source_id"])
    params = {"gone": count, "known": known}
    issues.add(Issue(Severity.WARNING, "gone_withheld", params=params))
    issues.flush()
    return {"withheld": count, "closed": [Closed.ERRORS.value]}


def _gone(run: dict[str, Any], reader: Reader) -> None:
    for batch in model.batches(run["id"], kind="gone", state="waiting"):
        apply_batch(batch["id"], run["source_id"], reader)


def _outcome(run: dict[str, Any]) -> Counter[str]:
    total: Counter[str] = Counter()
    for kind in ("write", "gone"):
        for batch in model.batches(run["id"], kind=kind):
            total.update(batch["outcome"])
    return total


def _finish(run: dict[str, Any]) -> None:
    outcome = _outcome(run)
    if outcome["inactive"]:
        ingest.call("index", {"commit": "always"})
    severities = Counter(run["details"].get("severities") or {})
    for key in [key for key in outcome if key.startswith(_SEVERITY)]:
        severities[key.removeprefix(_SEVERITY)] += outcome.pop(key)
    timings = {**run["timings"], "write": outcome.pop("milliseconds", 0) / 1000}
    details = {
        **run["details"],
        "severities": dict(severities),
        "repeatable": _is_repeatable(run, outcome),
    }
    if guid := single.wanted(run):
        rows, _total = changes.list_changes(run["id"], limit=1)
        differs = any(row["changes"] for row in rows)
        details["record"] = {"guid": guid, "result": single.result(outcome, differs=differs)}
    _note_unindexed(run, details)
    values = {
        "phase": "finish",
        "status": "finished",
        "finished": clock.now(),
        "counters": {**run["counters"], **outcome},
        "timings": timings,
        "details": details,
    }
    ingest.patch_run(run["id"], values, status="running")
    core.Session.commit()


def _tell(run: dict[str, Any]) -> None:
    """Let the source's own entry in the search show the run, and mail those who look after it."""
    if any(run["counters"].get(key) for key in ("created", "updated", "inactive")):
        action = tk.get_action("harvest_source_reindex")
        try:
            action(Context(ignore_auth=True, user=ingest.site_user()), {"id": run["source_id"]})
        except SearchIndexError:
            log.warning("The entry of source %s was not renewed", run["source_id"], exc_info=True)
    mail.notify(run)


def _is_repeatable(run: dict[str, Any], outcome: Counter[str]) -> bool:
    """Say whether the same document again would find nothing to do."""
    details = run["details"]
    return bool(details.get("repeatable")) and not outcome["refused"] and not details["withheld"]


def _note_unindexed(run: dict[str, Any], details: dict[str, Any]) -> None:
    waiting = details.get("unindexed")
    if waiting:
        issues = ingest.Issues(run["id"])
        issues.add(Issue(Severity.WARNING, "index_pending", params={"count": waiting}))
        issues.flush()


def end_job(job_id: str) -> bool:
    """Mark the job of ckanext-harvest as finished, without waiting for its next tick.

    Returns:
        Whether it was not finished before.
    """
    job: Any = HarvestJob.get(job_id)
    if job is None or job.status == "Finished":
        return False
    now = datetime.now(timezone.utc).replace(tzinfo=None)  # ckanext-harvest keeps naive UTC
    job.gather_finished = job.gather_finished or now
    job.status, job.finished = "Finished", now
    core.Session.commit()
    return True


def internal_error() -> Issue:
    """Return the issue of a run that stopped because of a fault of ours; the log says which."""
    return Issue(Severity.FATAL, "internal_error")


def approve_gone(run_id: str, source_id: str, user_id: str, reader: Reader) -> int:
    """Set what was withheld inactive, because a person said so; return how many records."""
    if not approvals.approve(run_id, user_id):
        core.Session.rollback()
        return 0
    model.set_batches({"run_id": run_id, "kind": "gone", "state": "withheld"}, "waiting")
    core.Session.commit()
    waiting = model.batches(run_id, kind="gone", state="waiting")
    for batch in waiting:
        apply_batch(batch["id"], source_id, reader)
    ingest.call("index", {"commit": "always"})
    return sum(batch["outcome"].get("inactive", 0) for batch in model.batches(run_id, kind="gone"))
