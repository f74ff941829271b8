"""The first half of a run: document, plan, batches. It ends in one commit or leaves no trace."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from ckan import model as core
from ckan.model.types import make_uuid

from ckanext.harvest.model import HarvestObject
from ckanext.ontario.harvest import (
    approvals,
    config,
    domain,
    ingest,
    model,
    repeating,
    scratch,
    single,
    spool,
)
from ckanext.ontario.harvest.acquiring import Document, acquire
from ckanext.ontario.harvest.applying import packed
from ckanext.ontario.harvest.planning import (
    Plan,
    Planner,
    Progress,
    quiet,
    refuse_elsewhere,
)
from ckanext.ontario.harvest.reader import DocumentError, Issue, Reader, Severity
from ckanext.ontario.harvest.source import ConfigRefused, Source, load
from ckanext.ontario.harvest.stopwatch import Stopwatch

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class Gathered:
    """What the first half of a run came to."""

    run_id: str
    carriers: list[str]
    """Ids of the batches that are to be written; none when the run can be finished at once."""


def gather(
    source_id: str, run: dict[str, Any], reader: Reader, progress: Progress = quiet
) -> Gathered:
    """Plan a run of a source and leave its batches ready to be written.

    Must be called under the source's exclusive lock. A run whose plan was committed before is
    taken up where it was.
    """
    if run["status"] != "running":
        return Gathered(run["id"], [])
    if run["phase"] != "plan":
        return Gathered(run["id"], _carriers(run))
    supersede(source_id, run["id"])
    issues = ingest.Issues(run["id"])
    try:
        source = load(source_id, reader)
        if source.organization_id:
            with scratch.folder() as folder:
                return _Gathering(source, run, reader, issues, progress).run(folder)
        issues.add(Issue(Severity.FATAL, "no_organization"))
    except DocumentError as err:
        core.Session.rollback()  # half a plan is no plan
        issues = ingest.Issues(run["id"])
        issues.add(err.issue)
    except ConfigRefused as err:
        issues.add_all(err.issues)
    return fail(run["id"], issues)


def fail(run_id: str, issues: ingest.Issues) -> Gathered:
    """End a run that can't go on; nothing but its issues is kept."""
    issues.flush()
    details = {"codes": dict(issues.codes), "severities": dict(issues.severities)}
    run = ingest.run_of(id=run_id) or {}
    values = {"status": "failed", "details": {**run.get("details", {}), **details}}
    ingest.patch_run(run_id, values, status="running")
    core.Session.commit()
    return Gathered(run_id, [])


def supersede(source_id: str, run_id: str | None) -> None:
    """End earlier runs of a source that did not live to finish.

    What they wrote is remembered, so the new plan takes up what they left.
    """
    for other in ingest.call("run_list", {"source_id": source_id, "status": "running"}):
        if other["id"] != run_id:
            ingest.patch_run(other["id"], {"status": "aborted"}, status="running")
            model.set_batches({"run_id": other["id"], "state": "waiting"}, "discarded")
    core.Session.commit()


def _carriers(run: dict[str, Any]) -> list[str]:
    """Return the ids of a run's waiting batches, each with its queued object."""
    waiting = [batch["id"] for batch in model.batches(run["id"], kind="write", state="waiting")]
    there = {
        row[0] for row in core.Session.query(HarvestObject.id).filter(HarvestObject.id.in_(waiting))
    }
    for batch_id in waiting:
        if batch_id not in there:
            _add_carrier(batch_id, run["job_id"], run["source_id"])
    core.Session.commit()
    return waiting


def _add_carrier(batch_id: str, job_id: str, source_id: str) -> None:
    core.Session.execute(
        HarvestObject.__table__.insert().values(
            id=batch_id,
            guid=f"batch:{batch_id}",
            harvest_job_id=job_id,
            harvest_source_id=source_id,
            state="WAITING",
        )
    )


class _Gathering:
    """One gathering, step by step."""

    def __init__(
        self,
        source: Source,
        run: dict[str, Any],
        reader: Reader,
        issues: ingest.Issues,
        progress: Progress,
    ) -> None:
        self.source = source
        self.run_id: str = run["id"]
        self.job_id: str = run["job_id"]
        self.reader = reader
        self.issues = issues
        self.progress = progress
        self.guid = single.wanted(run)
        """The one record that the run is of, if it is."""
        self.watch = Stopwatch()

    def run(self, folder: Path) -> Gathered:
        """Acquire, read, plan and store the batches."""
        settings = domain.fingerprint(
            {**self.source.settings, "mapping": self.reader.mapping_version}
        )
        previous = None
        if not self.guid:
            previous = repeating.repeatable(self.source, self.run_id, settings)
        self.progress("download", 0, None)
        with self.watch.stage("download"):
            document = acquire(self.source, self.reader, folder, previous, self.progress)
        if previous and (document.path is None or document.sha256 == previous["document_hash"]):
            return self._same_again(previous, document)
        if document.path is None:
            raise RuntimeError("the server says a document is unchanged that nobody asked about")
        with spool.opened(folder) as records:
            reader = single.Alone(self.reader, self.guid) if self.guid else self.reader
            planner = Planner(self.source, reader, records, self.issues, self.progress)
            planner.plan.complete = document.complete
            with self.watch.stage("read"):
                planner.read(document.path, document.filename)
            if planner.plan.fatal:
                return fail(self.run_id, self.issues)
            with self.watch.stage("plan"):
                if self.guid:
                    carriers, more = self._store_one(self.guid, planner.plan, records)
                else:
                    more = repeating.memory(planner.plan.organizations)
                    carriers = self._store(planner, records)
        self._checkpoint(planner.plan, document, {"settings": settings, **more})
        return Gathered(self.run_id, carriers)

    def _same_again(self, previous: dict[str, Any], document: Document) -> Gathered:
        counters = {
            "unchanged": model.count_records(self.source.id),
            "missing": previous["counters"].get("missing", 0)
            + previous["counters"].get("inactive", 0),
            "invalid": previous["counters"].get("invalid", 0),
            "rows": previous["counters"].get("rows", 0),
        }
        values = {
            "phase": "index",
            "counters": counters,
            "details": {**previous["details"], "not_modified": document.path is None},
            "same_as": previous["same_as"] or previous["id"],
            "document_hash": previous["document_hash"],
            "etag": document.etag or previous["etag"],
            "last_modified": document.last_modified or previous["last_modified"],
            "timings": self.watch.seconds,
        }
        ingest.patch_run(self.run_id, values, status="running")
        core.Session.commit()
        return Gathered(self.run_id, [])

    def _store(self, planner: Planner, records: spool.Spool) -> list[str]:
        approvals.supersede(self.source.id)
        carriers: list[str] = []
        number = 0
        for number, batch in enumerate(_chunks(planner.decisions(), config.batch_size()), 1):
            kept = refuse_elsewhere(batch, self.source, self.issues)
            planner.plan.counts["invalid"] += len(batch) - len(kept)
            carriers.append(self._add_carried(number, kept))
            self.progress("plan", number * config.batch_size(), None)
        state = "withheld" if planner.plan.closed else "waiting"
        for guids in _chunks(records.gone(), config.batch_size()):
            number += 1
            self._add_batch(number, "gone", state, guids)
        if planner.plan.closed:
            reasons = [reason.value for reason in planner.plan.closed]
            approvals.ask(self.run_id, self.source.id, planner.plan.counts["gone"], reasons)
        return carriers

    def _store_one(
        self, guid: str, plan: Plan, records: spool.Spool
    ) -> tuple[list[str], dict[str, Any]]:
        """Store the batch of the one record, if it may go in; also return what to remember."""
        more = single.details(guid)
        decision = single.decide(guid, records, self.source.id)
        if decision is None:
            return [], more
        content = single.planned(decision, records)
        more["moved"] = decision.kind is not domain.Kind.UNCHANGED
        kept = refuse_elsewhere([content], self.source, self.issues)
        plan.counts[content["kind"]] += 1
        plan.counts["invalid"] += 1 - len(kept)
        return [self._add_carried(1, kept)] if kept else [], more

    def _add_carried(self, number: int, content: list[Any]) -> str:
        batch_id = self._add_batch(number, "write", "waiting", content)
        _add_carrier(batch_id, self.job_id, self.source.id)
        return batch_id

    def _add_batch(self, number: int, kind: str, state: str, content: list[Any]) -> str:
        return model.add_batch(
            {
                "run_id": self.run_id,
                "source_id": self.source.id,
                "number": number,
                "kind": kind,
                "state": state,
                "size": len(content),
                "payload": packed(content),
            }
        )

    def _checkpoint(self, plan: Plan, document: Document, more: dict[str, Any]) -> None:
        """Commit the plan: from here on a run that is killed goes on instead of starting anew."""
        self.issues.flush()
        details = {
            **more,
            "withheld": plan.counts["gone"] if plan.closed else 0,
            "closed": [reason.value for reason in plan.closed],
            "filename": document.filename,
            "codes": dict(self.issues.codes),
            "severities": dict(self.issues.severities),
        }
        values = {
            "phase": "apply",
            "counters": dict(plan.counts),
            "details": details,
            "document_hash": document.sha256,
            "etag": document.etag,
            "last_modified": document.last_modified,
            "timings": self.watch.seconds,
        }
        # Another run may have superseded this one, or a person stopped it: then nothing is kept.
        if ingest.patch_run(self.run_id, values, status="running", phase="plan") is None:
            core.Session.rollback()
            raise Superseded(self.run_id)
        core.Session.commit()


class Superseded(Exception):
    """The run was ended from outside while it was planning."""


def _chunks(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while chunk := list(islice(items, size)):
        yield chunk


def start(source_id: str, job_id: str) -> dict[str, Any]:
    """Return the run of a job, new or taken up; committed, so that it can be seen."""
    data = {"kind": "harvest", "source_id": source_id, "job_id": job_id or make_uuid()}
    run = ingest.call("run_create", data)
    core.Session.commit()
    return run
