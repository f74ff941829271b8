"""What the pages of requests show, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import ckan.plugins.toolkit as tk
from babel.dates import format_date

from ckanext.ontario.shared.bilingual import language_of, pick
from ckanext.ontario.shared.timing import DEFAULT_ZONE
from ckanext.ontario.visibility.access import rules, shown

ROWS = 50
LOCALES = {"en": "en_CA", "fr": "fr_CA"}


@dataclass(frozen=True)
class Listed:
    """One request of a list."""

    id: str
    title: str
    """Of the record; empty when the reader may not see it any more."""
    name: str
    person: str
    reason: str
    state: str
    """In words."""
    is_open: bool
    asked: str
    decided: str
    decided_by: str
    decision_reason: str
    until: str


@dataclass(frozen=True)
class ListPage:
    """A page of requests, and where the next one begins."""

    rows: tuple[Listed, ...]
    count: int
    offset: int
    next: int | None
    previous: int | None


def listed(box: str, offset: int) -> ListPage:
    """Return a page of one of the lists of ``ontario_access_request_list``."""
    asked = {"box": box, "limit": ROWS, "offset": offset}
    found = tk.get_action("ontario_access_request_list")({}, asked)
    rows = tuple(_row(one) for one in found["results"])
    further = offset + ROWS if offset + ROWS < found["count"] else None
    return ListPage(rows, found["count"], offset, further, offset - ROWS if offset else None)


def _row(request: Mapping[str, Any]) -> Listed:
    dataset = request["dataset"] or {}
    return Listed(
        id=request["id"],
        title=pick(dataset.get("title_translated"), _language()) or dataset.get("name", ""),
        name=dataset.get("name", ""),
        person=_name(request["user"]),
        reason=request["reason"],
        state=_states()[request["state"]],
        is_open=request["state"] == rules.State.OPEN.value,
        asked=day(request["requested_at"]),
        decided=day(request["decided_at"]) if request["decided_at"] else "",
        decided_by=_name(request["decided_by"]) if request["decided_by"] else "",
        decision_reason=request["decision_reason"] or "",
        until=day(request["until"]) if request["until"] else "",
    )


def day(written: str) -> str:
    """Return a day, or the day in Ontario of an instant, as the reader's language writes it."""
    if "T" in written:
        instant = datetime.fromisoformat(written).astimezone(ZoneInfo(DEFAULT_ZONE))
        return format_date(instant.date(), "long", locale=LOCALES[_language()])
    return format_date(date.fromisoformat(written), "long", locale=LOCALES[_language()])


def last_day(days: int) -> str:
    """Return the day after so many days, as forms write it."""
    return (shown.today() + timedelta(days=days)).isoformat()


def title(pkg: Mapping[str, Any]) -> str:
    """Return a record's title in the reader's language."""
    return pick(pkg.get("title_translated"), _language()) or str(pkg.get("title") or pkg["name"])


def done(state: str) -> str:
    """Return the sentence after a step."""
    return {
        "granted": tk._("The request was granted."),
        "refused": tk._("The request was refused."),
        "withdrawn": tk._("Your request was withdrawn."),
        "ended": tk._("The access was ended."),
    }[state]


def offset_in(written: str) -> int:
    """Read where a page begins; what is no number is the beginning."""
    return int(written[:6]) if written.isascii() and written.isdigit() else 0


def _states() -> dict[str, str]:
    return {
        "open": tk._("Waiting for the ministry"),
        "granted": tk._("Granted"),
        "refused": tk._("Refused"),
        "withdrawn": tk._("Withdrawn"),
        "ended": tk._("Access ended"),
    }


def _name(person: Mapping[str, str] | None) -> str:
    return person["display_name"] if person else tk._("(account deleted)")


def _language() -> str:
    return language_of(str(tk.h.lang()))
