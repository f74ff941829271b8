"""How the reading of a file went, in words for its editors."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.model.task_status import task_status_table

from ckanext.ontario.data import loading, messages, states, uploading

_STATES = {
    "submitting": "waiting",
    "pending": "waiting",
    "running": "running",
    "running_but_viewable": "running",
    "complete": "complete",
    "error": "error",
}


_SIGNS = (
    ("empty", ("no entries found",)),
    ("link", ("only http, https",)),
    ("away", ("http", "connection")),
    ("rows", ("row ", "extra data", "missing data")),
)
"""What xloader's own errors are told by, in the order they are asked."""


@dataclass(frozen=True)
class Status:
    """How the last reading of a file went."""

    status: str
    """``none``, ``waiting``, ``running``, ``complete`` or ``error``."""
    last_updated: str
    """An instant in UTC, ISO 8601, or ``""``."""
    message: str
    remarks: tuple[str, ...] = ()
    """Columns that could not be given the type their dictionary wants."""

    def as_dict(self) -> dict[str, Any]:
        """Return it as an action does."""
        return {**asdict(self), "remarks": list(self.remarks)}

    @property
    def instant(self) -> datetime | None:
        """Return when it last changed."""
        return datetime.fromisoformat(self.last_updated) if self.last_updated else None


def of(resource_id: str) -> Status:
    """Return how the last reading of a resource's file went."""
    table: Any = task_status_table
    row: Any = model.Session.execute(
        sa.select(table.c.state, table.c.error, table.c.last_updated).where(
            table.c.entity_id == resource_id, table.c.task_type == "xloader"
        )
    ).first()
    if row is None:
        return _before_the_first(resource_id)
    state = _STATES.get(row.state, "waiting")
    message = _error(row.error) if state == "error" else _words(state)
    remarks = _remarks(resource_id) if state == "complete" else ()
    return Status(state, row.last_updated.isoformat(), message, remarks)


def _before_the_first(resource_id: str) -> Status:
    resource = model.Resource.get(resource_id)
    loadable = resource is not None and uploading.may_become_a_table(
        {"url_type": resource.url_type, "format": resource.format}
    )
    state = "waiting" if loadable else "none"
    return Status(state, "", _words(state))


def _words(state: str) -> str:
    return {
        "none": tk._("This resource does not become a table: only uploaded CSV, TSV and XLSX do."),
        "waiting": tk._("The file waits to be read into a table."),
        "running": tk._("The file is being read into a table."),
        "complete": tk._("The file was read into a table."),
    }[state]


def _remarks(resource_id: str) -> tuple[str, ...]:
    kept = states.read(resource_id, states.LOAD) or {}
    sentence = tk._(
        "Column “{column}” should be {wanted}, but row {row} has “{value}”; it was read as text."
    )
    words = {
        "numeric": tk._("number"),
        "date": tk._("date"),
        "timestamp": tk._("date and time"),
        "text": tk._("text"),
    }
    return tuple(
        sentence.format(**{**remark, "wanted": words.get(remark["wanted"], remark["wanted"])})
        for remark in kept.get("remarks", ())
    )


def _error(error: str | None) -> str:
    """Return the loader's error in plain words, without paths or SQL."""
    text = _unwrapped(error or "")
    start = text.find(loading.OURS)
    if start >= 0:
        try:
            found, _end = json.JSONDecoder().raw_decode(text[start + len(loading.OURS) :])
            return messages.columns(found.pop("code"), found)
        except (ValueError, KeyError):
            return messages.columns("unread", {"detail": ""})
    lowered = text.lower()
    told = (code for code, marks in _SIGNS if any(mark in lowered for mark in marks))
    return messages.columns(next(told, "unread"), {"detail": _first_line(text)})


def _unwrapped(error: str) -> str:
    try:
        read = json.loads(error)
    except ValueError:
        return error
    return read if isinstance(read, str) else str(read.get("message", "") if read else "")


def _first_line(text: str) -> str:
    line = text.strip().split("\n", 1)[0].removeprefix("Error during the load into PostgreSQL: ")
    return line[:200]
