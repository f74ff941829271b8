"""A run as people and programs are shown it: counts, outcome, issues in words."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from flask_babel import force_locale

from ckanext.ontario.harvest import approvals, domain, ingest, live, messages
from ckanext.ontario.harvest.harvester import message_files

PAGE = 500

Row = dict[str, Any]


def counts(run: Mapping[str, Any]) -> dict[str, int]:
    """Return a run's counts: planned while it runs, done once it has finished."""
    counters: Mapping[str, int] = run["counters"]
    finished = run["status"] == "finished"
    refused = counters.get("invalid", 0) + counters.get("refused", 0)
    return {
        "rows": counters.get("rows", 0),
        "new": counters.get("created" if finished else "new", 0),
        "changed": counters.get("updated" if finished else "changed", 0),
        "unchanged": counters.get("unchanged", 0),
        "gone": counters.get("gone", 0),
        "missing": counters.get("missing", 0),
        "inactive": counters.get("inactive", 0),
        "invalid": refused,
    }


def summaries(runs: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return several runs as :func:`summary` returns one, their questions found by one query."""
    asked = approvals.find_all([str(run["id"]) for run in runs])
    return [_summary(run, asked.get(str(run["id"]))) for run in runs]


def summary(run: Mapping[str, Any]) -> Row:
    """Return a run as actions, pages and commands show it."""
    return _summary(run, approvals.find(str(run["id"])) if run["id"] else None)


def _summary(run: Mapping[str, Any], approval: Row | None) -> Row:
    details: Mapping[str, Any] = run["details"]
    severities: Mapping[str, int] = details.get("severities") or {}
    waiting = bool(approval and approval["state"] == "waiting")
    counted = counts(run)
    status = str(run["status"])
    outcome = (
        domain.outcome(
            status, refused=counted["invalid"], withheld=counted["gone"] if waiting else 0
        ).value
        if status != "running"
        else "running"
    )
    return {
        "id": run["id"],
        "source_id": run["source_id"],
        "job_id": run["job_id"],
        "status": status,
        "outcome": outcome,
        "phase": run["phase"],
        "counts": counted,
        "severities": severities,
        "document": details.get("filename"),
        "document_hash": run["document_hash"],
        "same_as": run["same_as"],
        "record": record(run),
        "approval": _approval(approval),
        "progress": live.show(run),
        "issues_so_far": issue_total(run) if status == "running" else sum(severities.values()),
        "timings": run["timings"],
        "started": run["started"],
        "finished": run["finished"],
    }


def record(run: Mapping[str, Any]) -> Row | None:
    """Return ``{"guid", "result"}`` of a run of one record, ``None`` of a whole harvest."""
    return run["details"].get("record")


def _approval(row: Row | None) -> Row | None:
    if row is None:
        return None
    return {
        "gone": row["gone"],
        "reasons": row["reasons"],
        "state": row["state"],
        "decided": row["decided"].isoformat() if row["decided"] else None,
        "decided_by": row["decided_by"],
    }


def reported_run(run: Mapping[str, Any]) -> str:
    """Return the id of the run whose issues are this run's: its own, or that of its document."""
    return str(run["same_as"] or run["id"])


def issue_facets(run: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return how many issues a run has of each severity, code and column."""
    counted = ingest.call("issue_count", {"run_id": reported_run(run)})
    return {key: dict(counted[key]) for key in ("severity", "code", "column")}


def issue_total(run: Mapping[str, Any], **filters: Any) -> int:
    """Return how many of a run's issues match."""
    return int(
        ingest.call("issue_count", {"run_id": reported_run(run), **_found(filters)})["total"]
    )


def _found(filters: Mapping[str, Any]) -> Row:
    """Return filters as ingest takes them: a text is also looked for in what codes say."""
    text = filters.get("text")
    if not text:
        return dict(filters)
    return {**filters, "text_codes": messages.codes_saying(str(text), message_files())}


def issues(run: Mapping[str, Any], **filters: Any) -> list[Row]:
    """Return a page of a run's issues with their words in both languages."""
    data = {"run_id": reported_run(run), **_found(filters)}
    return said(ingest.call("issue_list", data))


def said(rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return issues with ``message`` and ``suggestion`` in both languages."""
    files = message_files()
    return [
        {
            "id": row.get("id"),
            "severity": row["severity"],
            "code": row["code"],
            "row": row["row"],
            "column": row["column"],
            "guid": row["guid"],
            **messages.bilingual(row["code"], row["params"], files),
        }
        for row in rows
    ]


def every_issue(run: Mapping[str, Any], **filters: Any) -> Iterator[Row]:
    """Yield all of a run's issues, page by page."""
    after = 0
    while page := issues(run, after=after, limit=PAGE, **filters):
        after = page[-1]["id"]
        yield from page


def csv_lines(rows: Iterable[Row], language: str) -> Iterator[str]:
    """Yield a run's issues as CSV; a cell that a spreadsheet would compute is made harmless."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    with force_locale(language):  # the columns' language is the file's, not the page's
        headers = [
            tk._("Severity"), tk._("Row"), tk._("Column"), tk._("Identifier"),
            tk._("Code"), tk._("Message"), tk._("What to do"),
        ]  # fmt: skip
    writer.writerow(headers)
    for row in rows:
        cells = [
            row["severity"], row["row"], row["column"], row["guid"], row["code"],
            row["message"][language], row["suggestion"][language],
        ]  # fmt: skip
        writer.writerow([harmless(cell) for cell in cells])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue()


def harmless(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula."""
    if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{cell}"
    return "" if cell is None else cell
