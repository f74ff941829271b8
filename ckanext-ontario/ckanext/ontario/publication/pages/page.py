"""What the pages of one record show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.publication.pages import forms, preview, roles, words
from ckanext.ontario.publication.pages import status as statuses
from ckanext.ontario.publication.pages.preview import Preview
from ckanext.ontario.publication.pages.status import Status
from ckanext.ontario.publication.pages.words import When
from ckanext.ontario.shared.bilingual import Said

ROWS = 100
"""Rows of the history that the page shows."""

OWN = frozenset({"approve", "return"})
"""Steps about what somebody else did."""


@dataclass(frozen=True)
class Event:
    """A row of the history."""

    at: When | None
    what: str
    who: str
    sequence: int | None
    reason: str


@dataclass(frozen=True)
class RecordPage:
    """A record's page of publication."""

    title: Said
    status: Status
    preview: Preview | None
    problems: tuple[str, ...]
    """Why there is no preview."""
    history: tuple[Event, ...]
    record: Mapping[str, Any] | None
    """As ``package_show`` answers it, for the checklist; only for those who may edit."""
    standing: tuple[roles.Standing, ...]
    """Standing approvals of this very record."""
    gives_standing: bool


@dataclass(frozen=True)
class StepPage:
    """The page of one step."""

    step: str
    heading: str
    title: Said
    status: Status
    preview: Preview | None
    open: bool
    """Whether the reader may take the step now."""
    errors: forms.Errors
    checklist: Sequence[words.Point]
    record: Mapping[str, Any] | None


def status(package_id: str) -> Status:
    """Return where a record stands, for its reader."""
    return statuses.shown(tk.get_action("ontario_release_show")({}, {"id": package_id}))


def record(package_id: str) -> RecordPage:
    """Return a record's page.

    Raises:
        NotAuthorized: when the reader has no part in its workflow.
        ObjectNotFound: when there is none that the reader may know of.
    """
    stand = status(package_id)
    ended = stand.public == "removed"
    found, problems = (None, ()) if ended else _preview(package_id)
    directed = roles.ministries_directed()
    given = {"id": package_id, "limit": ROWS}
    history = tk.get_action("ontario_release_history")({}, given)
    return RecordPage(
        title=found.title if found else _title(package_id, stand),
        status=stand,
        preview=found,
        problems=problems,
        history=tuple(_event(one) for one in history),
        record=_editable(package_id) if found and found.needed else None,
        standing=roles.standing(directed, stand.id),
        gives_standing=bool(found) and found.owner in {name for name, _title in directed.values()},
    )


def _preview(package_id: str) -> tuple[Preview | None, tuple[str, ...]]:
    try:
        answer = tk.get_action("ontario_release_preview")({}, {"id": package_id})
    except tk.ValidationError as err:
        return None, tuple(text for texts in forms.said(err).values() for text in texts)
    return preview.shown(answer), ()


def _editable(package_id: str) -> dict[str, Any] | None:
    try:
        tk.check_access("package_update", {}, {"id": package_id})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return None
    return _shown(package_id)


def _event(row: Mapping[str, Any]) -> Event:
    return Event(
        words.when(row["at"]),
        words.happened(row["step"]),
        words.person(row["user"]),
        row["sequence"],
        row["reason"] or "",
    )


def step(package_id: str, name: str, errors: forms.Errors) -> StepPage:
    """Return the page of a step.

    Raises:
        NotAuthorized: when the reader may not take it, whatever the record's state.
        ObjectNotFound: when there is no record that the reader may know of.
    """
    tk.check_access(f"ontario_release_{name}", {}, {"id": package_id})
    stand = status(package_id)
    open_now = name in {one.step for one in stand.buttons}
    if not open_now and name in OWN and stand.state == "in_review":
        said = tk._("You submitted or last changed this record. Somebody else has to decide.")
        raise tk.NotAuthorized(said)
    found, problems = _preview(package_id) if open_now and name in forms.LOOKED_AT else (None, ())
    if problems:
        errors = {**errors, "resources": list(problems)}
    return StepPage(
        step=name,
        heading=words.button(name),
        title=found.title if found else _title(package_id, stand),
        status=stand,
        preview=found,
        open=open_now and not problems,
        errors=errors,
        checklist=words.checklist() if name == "approve" else (),
        record=_editable(package_id) if name == "submit" and found and found.needed else None,
    )


def _title(package_id: str, stand: Status) -> Said:
    """Return the title; a deputy minister need not be able to read the record itself."""
    found = _shown(package_id) or {}
    return words.text(found.get("title_translated"), stand.name)


def _shown(package_id: str) -> dict[str, Any] | None:
    try:
        return tk.get_action("package_show")({}, {"id": package_id})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return None


@dataclass(frozen=True)
class StandingPage:
    """Where a standing approval for a record is given."""

    title: Said
    status: Status
    errors: forms.Errors


def standing(package_id: str, errors: forms.Errors) -> StandingPage:
    """Return the form of a standing approval.

    Raises:
        NotAuthorized: when the reader is not the Director of the record's ministry.
        ObjectNotFound: when there is no record that the reader may know of.
    """
    stand = status(package_id)
    record = _shown(package_id) or {}
    if record.get("owner_org") not in roles.ministries_directed():
        said = tk._("Only the Director of the ministry gives and ends standing approvals.")
        raise tk.NotAuthorized(said)
    return StandingPage(words.text(record.get("title_translated"), stand.name), stand, errors)
