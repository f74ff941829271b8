"""Whether meeting a document again must come to nothing new, by what the last runs remember."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckanext.ontario.harvest import ingest, model, single
from ckanext.ontario.harvest.planning import resolve
from ckanext.ontario.harvest.source import Source

_NAMES_KEPT = 2_000
"""More publishers than this are not remembered, and the document is read anew each time."""


def memory(organizations: Mapping[str, str | None]) -> dict[str, Any]:
    """Return what a run remembers for the next one.

    Args:
        organizations: publishers as written, and which organizations they were resolved to.
    """
    few = len(organizations) <= _NAMES_KEPT
    return {"organizations": organizations if few else {}, "repeatable": few}


def repeatable(source: Source, run_id: str, settings: str) -> dict[str, Any] | None:
    """Return the last run of the whole source if its document again must come to nothing new.

    Args:
        source: the source.
        run_id: the run that asks.
        settings: all but the document that decides what the run comes to.
    """
    last = _last(source.id, run_id)
    if last is None or last["status"] != "finished" or not last["details"].get("repeatable"):
        return None
    details = last["details"]
    if details.get("settings") != settings or model.count_records(source.id, forced=True):
        return None
    names = details.get("organizations") or {}
    return last if resolve(list(names), source) == names else None


def _last(source_id: str, run_id: str) -> dict[str, Any] | None:
    """Return the last run that decides: a whole one, or one of a record in another version.

    A run that failed while planning wrote nothing; any other one since may have.
    """
    runs = ingest.call("run_list", {"source_id": source_id})
    since = (
        run
        for run in runs
        if run["id"] != run_id and (run["status"], run["phase"]) != ("failed", "plan")
    )
    return next((run for run in since if not single.wanted(run) or single.has_moved(run)), None)
