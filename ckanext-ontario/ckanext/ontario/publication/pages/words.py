"""Words of the pages of publication: states, steps, instants, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
from babel import dates

from ckanext.ontario.publication.instants import TORONTO
from ckanext.ontario.shared.bilingual import Said, language_of, said


@dataclass(frozen=True)
class When:
    """An instant: ``iso`` for programs, ``shown`` (by the clock of Toronto) for the reader."""

    iso: str
    shown: str


def language() -> str:
    """Return the reader's language."""
    return language_of(str(tk.h.lang()))


def text(value: Mapping[str, Any] | None, otherwise: str = "") -> Said:
    """Return a bilingual value for the reader."""
    return said(value, language(), otherwise)


def when(written: str | None) -> When | None:
    """Return an instant (ISO 8601 with its offset) for the reader; ``None`` for none."""
    if not written:
        return None
    local = datetime.fromisoformat(written).astimezone(TORONTO)
    locale = f"{language()}_CA"
    day = dates.format_date(local, "long", locale=locale)
    if language() == "fr":
        day = f"1er {day[2:]}" if day.startswith("1 ") else day
    return When(written, f"{day}, {dates.format_time(local, 'short', TORONTO, locale=locale)}")


def person(one: Mapping[str, str] | None) -> str:
    """Return somebody's name."""
    return one["display_name"] if one else tk._("Somebody whose account is gone")


def organization(one: Mapping[str, Any] | None) -> Said:
    """Return what an organization is called; empty for none."""
    return text(one.get("title_translated"), str(one["title"])) if one else Said("")


def state(value: str) -> str:
    """Return the state of a working copy in words."""
    return {
        "draft": tk._("Draft"),
        "in_review": tk._("In review"),
        "approved": tk._("Approved"),
        "returned": tk._("Returned"),
    }[value]


def public(value: str) -> str:
    """Return what the public portal shows in words."""
    return {
        "none": tk._("Not on the public portal"),
        "scheduled": tk._("Release scheduled"),
        "live": tk._("On the public portal"),
        "withdrawn": tk._("Withdrawn from the public portal"),
        "removed": tk._("Removed for ever"),
    }[value]


def button(step: str) -> str:
    """Return the words on the button that leads to a step."""
    return {
        "submit": tk._("Submit for approval"),
        "approve": tk._("Review and approve"),
        "return": tk._("Return with a reason"),
        "schedule": tk._("Change the scheduled release"),
        "restore": tk._("Put back on the public portal"),
        "withdraw": tk._("Withdraw from the public portal"),
        "remove": tk._("Remove for ever"),
    }[step]


def done(step: str) -> str:
    """Return the sentence after a step was taken."""
    return {
        "submit": tk._("Submitted. It waits for the Director or a delegate."),
        "approve": tk._("Approved. It goes to the public portal now."),
        "approve-later": tk._("Approved. It goes to the public portal at the time you chose."),
        "return": tk._("Returned. Whoever submitted it was told why."),
        "schedule": tk._("The time of the release was changed."),
        "cancel": tk._("The release was cancelled. The record is in review again."),
        "withdraw": tk._("Withdrawn. It leaves the public portal within a minute."),
        "restore": tk._("Restored. It goes back to the public portal now."),
        "remove": tk._("Removed for ever. A notice takes its place on the public portal."),
    }[step]


def happened(step: str) -> str:
    """Return a row of the history in words."""
    return {
        "submit": tk._("Submitted"),
        "approve": tk._("Approved"),
        "return": tk._("Returned"),
        "edit": tk._("Edited: a draft again"),
        "schedule": tk._("Another time chosen"),
        "release": tk._("Handed to the public portal"),
        "cancel": tk._("Release cancelled"),
        "withdraw": tk._("Withdrawn"),
        "restore": tk._("Restored"),
        "remove": tk._("Removed for ever"),
        "refresh": tk._("Refreshed under a standing approval"),
        "delete": tk._("Deleted; what waited has ended"),
    }.get(step, step)


@dataclass(frozen=True)
class Point:
    """One point of the approver's checklist."""

    name: str
    label: str
    meaning: str


def checklist() -> list[Point]:
    """Return what an approver confirms, with what each point means (Open Data Directive)."""
    return [
        Point("legal", tk._("Legal review"),
              tk._("No law, contract, copyright or privilege stands against publishing this.")),
        Point("privacy", tk._("Privacy"),
              tk._("Nobody can be identified from it, alone or together with other data.")),
        Point("security", tk._("Security"),
              tk._("It puts no person, place or system at risk.")),
        Point("accessibility", tk._("Accessibility"),
              tk._("Texts and files can be read by everyone, with assistive technology too.")),
        Point("issues_plan", tk._("Plan for questions and issues"),
              tk._("The contact named knows of it and can answer, and errors will be corrected.")),
    ]  # fmt: skip
