"""One record harvested alone: what such a run reads, what it plans, and what it came to.

It plans nothing about other records, and the next harvest of the whole source compares its
document with the last whole one, as if this run had not been.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ckanext.ontario.harvest import domain, model
from ckanext.ontario.harvest.domain import Decision, Kind, Known
from ckanext.ontario.harvest.reader import Issue, Reader, Record, Severity
from ckanext.ontario.harvest.spool import Spool

FORCE = "force"
"""Key of a planned record that is written although it is as it was."""


def details(guid: str) -> dict[str, Any]:
    """Return what a run of one record remembers from its start."""
    return {"record": {"guid": guid, "result": None}}


def wanted(run: Mapping[str, Any]) -> str | None:
    """Return the identifier of the one record that a run is of; ``None`` for a whole source."""
    record = run["details"].get("record")
    return str(record["guid"]) if record else None


def has_moved(run: Mapping[str, Any]) -> bool:
    """Say whether a run of one record had another version of it than the whole harvest before."""
    return bool(run["details"].get("moved"))


class Alone:
    """A reader that leaves everything out but one record and what stops the document."""

    def __init__(self, reader: Reader, guid: str) -> None:
        self.kind = reader.kind
        self.mapping_version = reader.mapping_version
        self._reader = reader
        self._guid = guid

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Issue]:
        """Yield the record and its issues; a fatal issue when other records are there alone."""
        others = found = False
        for item in self._reader.read(path, options):
            fatal = isinstance(item, Issue) and item.severity is Severity.FATAL
            if fatal or item.guid == self._guid:
                found = True
                yield item
            elif isinstance(item, Record) or item.severity is Severity.ERROR:
                others = True
        if others and not found:
            params = {"guid": self._guid}
            yield Issue(Severity.FATAL, "record_not_in_document", params=params)


def decide(guid: str, records: Spool, source_id: str) -> Decision | None:
    """Hold the one record against what is known of it; nothing for one that was refused."""
    rows = model.records_by_guid(source_id, [guid]).values()
    known = [Known(guid.encode(), row["hash"], row["missing_since"] is not None) for row in rows]
    return next(domain.plan(records.reads(), known), None)


def planned(decision: Decision, records: Spool) -> dict[str, Any]:
    """Return the content of the record as a batch carries it: written in any case."""
    kind = Kind.NEW if decision.kind is Kind.NEW else Kind.CHANGED
    return {**records.content(decision.guid), "kind": kind.value, FORCE: True}


def result(outcome: Mapping[str, int], *, differs: bool) -> str:
    """Return what became of the record: created, updated, unchanged, kept or refused.

    ``unchanged`` was written and came to the same, ``kept`` is deleted in the catalogue.
    """
    if outcome.get("updated"):
        return "updated" if differs else "unchanged"
    return next((name for name in ("created", "kept") if outcome.get(name)), "refused")
