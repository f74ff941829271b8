"""The whole plan of a harvest, with nothing written: what would happen, and what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from ckan import model as core

from ckanext.ontario.harvest import changes, config, ingest, scratch, spool
from ckanext.ontario.harvest.acquiring import Document, acquire
from ckanext.ontario.harvest.planning import Plan, Planner, Progress, quiet, refuse_elsewhere
from ckanext.ontario.harvest.preparing import Prepared, prepare
from ckanext.ontario.harvest.reader import DocumentError, Issue, Reader, Severity
from ckanext.ontario.harvest.source import Source
from ckanext.ontario.harvest.stopwatch import Stopwatch

Row = dict[str, Any]


KEPT = 1_000
"""How many changes a dry run shows; it counts all of them."""


@dataclass
class DryRun:
    """What a harvest would do."""

    run: Row = field(default_factory=Row)
    """What a run would look like, as ingest returns one."""
    issues: list[Row] = field(default_factory=list[Row])
    changes: list[Row] = field(default_factory=list[Row])
    """What would change of the first records that would be written."""
    changed: int = 0
    """How many records would be written."""
    gone: list[str] = field(default_factory=list[str])
    """Identifiers of the first records that are gone from the document."""


def dry_run(
    source: Source, reader: Reader, document: Document | None = None, progress: Progress = quiet
) -> DryRun:
    """Plan a harvest and throw the plan away.

    Args:
        source: the source; one that is not stored knows no records.
        reader: its reader.
        document: the document, where it is at hand already.
        progress: told how far it is.
    """
    issues, watch, plan, answer = ingest.Issues(None), Stopwatch(), Plan(fatal=True), DryRun()
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
                        refused = _validate(planner, source, issues, answer)
                    answer.gone = list(islice(records.gone(), KEPT))
    except DocumentError as err:
        issues.add(err.issue)
        plan.fatal = True
    finally:
        core.Session.rollback()
    answer.issues = issues.kept
    answer.run = {
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
    return answer


def _validate(
    planner: Planner, source: Source, issues: ingest.Issues, answer: DryRun
) -> Counter[str]:
    """Ask CKAN's schema and the publish rules about every record that would be written."""
    refused = Counter[str]()
    decisions = planner.decisions()
    context = ingest.context(auth_user_obj=core.User.get(ingest.site_user()))
    while records := list(islice(decisions, config.batch_size())):
        kept = refuse_elsewhere(records, source, issues)
        refused["invalid"] += len(records) - len(kept)
        prepared = prepare(kept, source)
        wrong = _wrong(prepared)
        for each in prepared:
            issues.add_all(each.issues(context), row=each.record["row"], guid=each.key)
            errors = wrong.get(each.key, ())
            for error in errors:
                params = {"message": error["message"], "field": error["field"]}
                issue = Issue(Severity.ERROR, "invalid_value", column=error["field"], params=params)
                issues.add(issue, row=each.record["row"], guid=each.key)
            if errors or each.refusal is not None:
                refused["refused"] += 1
                refused[each.record["kind"]] -= 1
            elif not each.deleted:
                answer.changed += 1
                if len(answer.changes) < KEPT:
                    answer.changes.append(changes.of(each))
        core.Session.rollback()
    return refused


def _wrong(prepared: Sequence[Prepared]) -> dict[str, Sequence[Row]]:
    """Return what CKAN's schema says against records, by their keys."""
    written = [each for each in prepared if not each.deleted and each.refusal is None]
    datasets = [
        {**each.dataset, **({"id": each.package_id} if each.package_id else {})} for each in written
    ]
    found: list[list[Row]] = ingest.call("validate", {"datasets": datasets})
    return {each.key: errors for each, errors in zip(written, found, strict=True)}
