"""Reading a document and planning what a harvest will do; nothing in the catalogue is written."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model as core

from ckanext.ontario.harvest import domain, ingest, locks, model, ownership
from ckanext.ontario.harvest.domain import Closed, Kind
from ckanext.ontario.harvest.reader import DocumentError, Issue, Reader, Record, Severity
from ckanext.ontario.harvest.source import Source
from ckanext.ontario.harvest.spool import Spool
from ckanext.ontario.shared import collecting

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int | None], None]
"""Called with a stage, how much of it is done, and how much there is (``None``: unknown)."""

_EVERY = 50


def quiet(_stage: str, _done: int, _total: int | None) -> None:
    """Show no progress."""


class Publishers:
    """Which organization a record belongs to."""

    def __init__(self, source: Source) -> None:
        self.resolved: dict[str, str | None] = {}
        """Publisher as written → organization id; ``None`` when nobody is known by that name."""
        self._source = source

    def owner(self, record: Record) -> str | Issue:
        """Return the id of a record's organization, or the error that keeps it out."""
        written = (record.organization or "").strip()
        if not written or self._source.config.publishers == "source":
            return self._source.organization_id
        if written not in self.resolved:
            self.resolved.update(resolve([written], self._source))
        found = self.resolved[written]
        params = {"organization": written}
        if found is None:
            return Issue(Severity.ERROR, "unknown_organization", params=params)
        if found != self._source.organization_id and self._source.config.publishers != "any":
            return Issue(Severity.ERROR, "other_organization", params=params)
        return found


def resolve(names: list[str], source: Source) -> dict[str, str | None]:
    """Return organization ids by the names as written; the source's own mapping goes first."""
    mapped = {name: source.config.organizations.get(name, name) for name in names}
    action = tk.get_action("ontario_organization_resolve")
    found = action(ingest.context(), {"names": sorted(set(mapped.values()))})
    return {name: (found.get(alias) or {}).get("id") for name, alias in mapped.items()}


@dataclass
class Plan:
    """What a document comes to, held against what is known."""

    counts: Counter[str] = field(default_factory=Counter[str])
    organizations: dict[str, str | None] = field(default_factory=dict[str, "str | None"])
    closed: tuple[Closed, ...] = ()
    known: int = 0
    complete: bool = True
    """Whether the document is known to be whole."""
    fatal: bool = False


class _Refused(Exception):
    """The engine does not take a record; carries why."""

    def __init__(self, issues: list[Issue]) -> None:
        super().__init__(", ".join(issue.code for issue in issues))
        self.issues = issues


class Planner:
    """Plans one harvest of one source: first :meth:`read`, then :meth:`decisions`."""

    def __init__(
        self,
        source: Source,
        reader: Reader,
        spool: Spool,
        issues: ingest.Issues,
        progress: Progress,
    ) -> None:
        self.plan = Plan()
        self._source = source
        self._reader = reader
        self._spool = spool
        self._issues = issues
        self._progress = progress
        self._publishers = Publishers(source)

    @collecting.seldom()
    def read(self, path: Path, filename: str) -> None:
        """Read the document into the spool; ``plan.fatal`` says when it can't be used."""
        options = {**self._source.config.options, "filename": filename}
        try:
            for number, item in enumerate(self._reader.read(path, options), 1):
                if isinstance(item, Issue):
                    self._take_issue(item)
                else:
                    self._take(item)
                if number % _EVERY == 0:
                    self._progress("read", number, None)
        except DocumentError as err:
            self._take_issue(err.issue)
        if not self.plan.fatal and not self.plan.counts["rows"]:
            self._take_issue(Issue(Severity.FATAL, "no_records"))
        self.plan.organizations = self._publishers.resolved
        self._issues.flush()

    def _take_issue(self, issue: Issue) -> None:
        self._issues.add(issue)
        if issue.severity is Severity.FATAL:
            self.plan.fatal = True
        elif issue.severity is Severity.ERROR:
            self.plan.counts["rows"] += 1
            self.plan.counts["invalid"] += 1
            if issue.guid:  # it is there, so it is not gone
                self._spool.add(issue.guid.encode(), issue.row, None, None)

    def _take(self, record: Record) -> None:
        self.plan.counts["rows"] += 1
        self._issues.add_all(record.issues, row=record.row, guid=record.guid)
        content: dict[str, Any] | None = None
        try:
            content = self._content(record)
        except _Refused as err:
            self._issues.add_all(err.issues, row=record.row, guid=record.guid)
        guid = record.guid.encode(errors="replace")
        fresh = self._spool.add(guid, record.row, content["hash"] if content else None, content)
        if not fresh:
            params = {"guid": record.guid, "first": self._spool.row_of(guid)}
            again = Issue(Severity.ERROR, "duplicate_identifier", params=params)
            self._issues.add(again, row=record.row, guid=record.guid)
        if not fresh or content is None:
            self.plan.counts["invalid"] += 1

    def _content(self, record: Record) -> dict[str, Any] | None:
        """Return what is to be kept of a record; nothing when the reader has refused it.

        Raises:
            _Refused: saying why the engine does.
        """
        dataset = self._kept(record)
        owner = self._publishers.owner(record)
        issues = [owner] if isinstance(owner, Issue) else []
        for code, column, limit in domain.excess(record.guid, dataset):
            issues.append(Issue(Severity.ERROR, code, column=column, params={"limit": limit}))
        if isinstance(owner, Issue) or issues:
            raise _Refused(issues)
        if record.refused:
            return None
        try:
            hash_ = domain.record_hash(dataset, owner, self._reader.mapping_version)
        except ValueError as err:  # not JSON: a number that is none, a broken surrogate
            issue = Issue(Severity.ERROR, "record_unreadable", params={"reason": str(err)})
            raise _Refused([issue]) from err
        return {
            "guid": record.guid,
            "hash": hash_,
            "row": record.row,
            "owner_org": owner,
            "dataset": dataset,
            "identity": dict(record.identity) if self._source.config.takeover else {},
        }

    def _kept(self, record: Record) -> dict[str, Any]:
        """Return a record's dataset; ids of its files are the source's own business else."""
        dataset = dict(record.dataset)
        if "resources" in dataset and not self._source.config.takeover:
            dataset["resources"] = [
                {key: value for key, value in each.items() if key != "id"}
                for each in dataset["resources"]
            ]
        return dataset

    def decisions(self) -> Iterator[dict[str, Any]]:
        """Yield the content of each record that is new or changed; count all of them.

        What is gone is in the spool afterwards, and ``plan.closed`` says why it must wait.
        """
        self._progress("plan", 0, None)
        counts = self.plan.counts
        with core.ensure_engine().connect() as connection:
            known = model.known_records(self._source.id, connection)
            for decision in domain.plan(self._spool.reads(), known):
                counts[decision.kind.value] += 1
                if decision.kind in {Kind.NEW, Kind.CHANGED}:
                    yield {**self._spool.content(decision.guid), "kind": decision.kind.value}
                elif decision.kind is Kind.GONE:
                    self._spool.add_gone(decision.guid)
        self.plan.known = model.count_records(self._source.id)
        self.plan.closed = domain.gate(
            gone=counts["gone"],
            known=self.plan.known,
            complete=self.plan.complete and not self.plan.fatal,
            errors=self._issues.severities["error"],
        )
        if self.plan.closed:
            params = {"gone": counts["gone"], "known": self.plan.known}
            self._issues.add(Issue(Severity.WARNING, "gone_withheld", params=params))
        self._issues.flush()


def refuse_elsewhere(
    records: Sequence[dict[str, Any]],
    source: Source,
    issues: ingest.Issues,
    *,
    hold: bool = False,
) -> list[dict[str, Any]]:
    """Return the records without those new ones that another source has, where that counts.

    Args:
        records: what was planned.
        source: whose records they are.
        issues: told about what is left out.
        hold: keep two sources that both refuse from taking one identifier at the same time; to
            the end of the transaction.
    """
    if source.config.guids != "refuse":
        return list(records)
    new = [record["guid"] for record in records if record["kind"] == Kind.NEW.value]
    if hold:
        locks.hold_identifiers(new)
    taken = model.guids_elsewhere(source.id, new)
    for record in records:
        if record["guid"] in taken:
            issue = Issue(Severity.ERROR, "guid_elsewhere", params={"guid": record["guid"]})
            issues.add(issue, row=record["row"], guid=record["guid"])
    return [record for record in records if record["guid"] not in taken]


def identified(record: Mapping[str, Any], source: Source) -> dict[str, Any]:
    """Return a record's dataset with what the engine adds: owner, provenance, marks."""
    dataset = dict(record["dataset"])
    resources = [
        {**item, ownership.MARK: ownership.MARKED} for item in dataset.get("resources") or []
    ]
    return {
        "type": "dataset",
        **dataset,
        "resources": resources,
        "owner_org": record["owner_org"],
        "private": True,
        "harvest_source_id": source.id,
        "harvest_guid": record["guid"],
    }
