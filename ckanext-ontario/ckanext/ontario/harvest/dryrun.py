"""The whole plan of a harvest, with nothing written: what would happen, and what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from ckan import model as core

from ckanext.ontario.harvest import config, ingest, scratch, spool
from ckanext.ontario.harvest.acquiring import Document, acquire
from ckanext.ontario.harvest.planning import Plan, Planner, Progress, quiet, refuse_elsewhere
from ckanext.ontario.harvest.preparing import prepare
from ckanext.ontario.harvest.reader import DocumentError, Issue, Reader, Severity
from ckanext.ontario.harvest.source import Source
from ckanext.ontario.harvest.stopwatch import Stopwatch

Row = dict[str, Any]


def dry_run(
    source: Source, reader: Reader, document: Document | None = None, progress: Progress = quiet
) -> tuple[Row, list[Row]]:
    """Plan a harvest and throw the plan away.

    Args:
        source: the source; one that is not stored knows no records.
        reader: its reader.
        document: the document, where it is at hand already.
        progress: told how far it is.

    Returns:
        What a run would look like, as ingest returns one, and its issues.
    """
    issues, watch, plan = ingest.Issues(None), Stopwatch(), Plan(fatal=True)
    refused = Counter[str]()
    try:
        with scratch.folder() as folder:
            with watch.stage("download"):
                here = document or acquire(source, reader, folder, None, progress)
            with spool.opened(folder) as records:
                planner = Planner(source, reader, records, issues, progress)
                plan = planner.plan
                plan.complete = here.complete
                with watch.stage("read"):
                    planner.read(here.path or Path(), here.filename)
                if not plan.fatal:
                    with watch.stage("plan"):
                        refused = _validate(planner, source, issues)
    except DocumentError as err:
        issues.add(err.issue)
        plan.fatal = True
    finally:
        core.Session.rollback()
    run = {
        "id": None,
        "source_id": source.id or None,
        "job_id": None,
        "status": "failed" if plan.fatal else "planned",
        "phase": "plan",
        "counters": dict(plan.counts + refused),
        "details": {"severities": dict(issues.severities)},
        "document_hash": document.sha256 if document else None,
        "same_as": None,
        "timings": watch.seconds,
        "started": None,
        "finished": None,
    }
    return run, issues.kept


def _validate(planner: Planner, source: Source, issues: ingest.Issues) -> Counter[str]:
    """Ask CKAN's schema and the publish rules about every record that would be written."""
    refused = Counter[str]()
    decisions, context = planner.decisions(), ingest.context()
    while records := list(islice(decisions, config.batch_size())):
        kept = refuse_elsewhere(records, source, issues)
        refused["invalid"] += len(records) - len(kept)
        for each in prepare(kept, source):
            issues.add_all(each.issues(context), row=each.record["row"], guid=each.key)
            data = {
                "dataset": {**each.dataset, **({"id": each.package_id} if each.package_id else {})}
            }
            unwritten = each.deleted or each.refusal is not None
            errors: Sequence[Row] = [] if unwritten else ingest.call("validate", data)
            for error in errors:
                params = {"message": error["message"], "field": error["field"]}
                issue = Issue(Severity.ERROR, "invalid_value", column=error["field"], params=params)
                issues.add(issue, row=each.record["row"], guid=each.key)
            if errors or each.refusal is not None:
                refused["refused"] += 1
                refused[each.record["kind"]] -= 1
        core.Session.rollback()
    return refused
