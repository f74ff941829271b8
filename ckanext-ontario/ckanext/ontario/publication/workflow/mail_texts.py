"""The words of the workflow's mails: what happened, and where to read about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
from babel.dates import format_date

from ckanext.ontario.shared.bilingual import DEFAULT_LANGUAGE

RECORD_PATH = "/dataset/{id}"
QUEUE_PATH = "/publication"
"""Where the queue of the workflow's work is."""

PLACES = {
    "access_requested": "/access-requests/waiting",
    "votes_unanswered": "/votes?unanswered=true",
}
"""Where to go on from mails that are not about one record or the queue."""


def subject(kind: str) -> str:
    """Return a mail's subject, in the language that is set."""
    return {
        "approved": tk._("A record you submitted was approved"),
        "returned": tk._("A record you submitted was returned"),
        "cancelled": tk._("A scheduled release was cancelled"),
        "late": tk._("A scheduled release went out late"),
        "withdrawn": tk._("A record was withdrawn from the public portal"),
        "restored": tk._("A withdrawn record is public again"),
        "removed": tk._("A record was removed from the public portal for ever"),
        "digest": tk._("Records wait for your approval"),
        "access_requested": tk._("Somebody asks for data of your ministry"),
        "access_granted": tk._("Your request for data was granted"),
        "access_refused": tk._("Your request for data was refused"),
        "access_ended": tk._("Your access to data was ended"),
        "votes_unanswered": tk._("The public waits for your ministry’s answers"),
    }[kind]


def body(kind: str, data: Mapping[str, Any], language: str) -> str:
    """Return a mail's text, in the language that is set; it ends with the link."""
    sentence = {
        "approved": tk._("It goes out now, or at the time that was chosen."),
        "returned": tk._("The reason is with the record. It is yours to correct and submit again."),
        "cancelled": tk._("The record has changed since its approval, or may not go out. "
                          "The reason is with the record."),
        "late": tk._("The portal was not running at the time that was chosen. "
                     "The release went out as soon as it ran again."),
        "withdrawn": tk._("It can be restored as it was. The reason is with the record."),
        "restored": tk._("It is as it was before it was withdrawn."),
        "removed": tk._("A notice stays in its place. The reason is with the record."),
        "digest": _waiting(data),
        "access_requested": tk._("Who it is and what for is with the request. "
                                 "It waits for a Director’s decision."),
        "access_granted": _granted(data, language),
        "access_refused": tk._("The files of the record are not shared with you."),
        "access_ended": tk._("The files of the record are no longer shared with you."),
        "votes_unanswered": _unanswered(data),
    }[kind]  # fmt: skip
    place = PLACES.get(kind) or _place(data.get("package_id"))
    return "\n\n".join([sentence, *_reason(data), f"{_link(place, language)}\n"])


def _granted(data: Mapping[str, Any], language: str) -> str:
    day = data.get("until")
    if not day:
        return ""
    shown = format_date(date.fromisoformat(str(day)), "long", locale=f"{language}_CA")
    return tk._("You may use the files of the record until {day}.").format(day=shown)


def _reason(data: Mapping[str, Any]) -> list[str]:
    """Return what was written to the reader, if anything was."""
    reason = data.get("reason")
    return [tk._("The ministry wrote to you:") + f"\n{reason}"] if reason else []


def _place(package_id: str | None) -> str:
    return RECORD_PATH.format(id=package_id) if package_id else QUEUE_PATH


def _waiting(data: Mapping[str, Any]) -> str:
    number = int(data.get("count") or 0)
    said = tk.ungettext(
        "{number} record waits for your approval.",
        "{number} records wait for your approval.",
        number,
    )
    return said.format(number=number)


def _unanswered(data: Mapping[str, Any]) -> str:
    number = int(data.get("count") or 0)
    said = tk.ungettext(
        "{number} of the datasets that the public asks for most has no answer of your ministry.",
        "{number} of the datasets that the public asks for most have no answer of your ministry.",
        number,
    )
    return said.format(number=number)


def _link(place: str, language: str) -> str:
    """Return where to read about it, in the reader's language."""
    site = str(tk.config["ckan.site_url"]).rstrip("/")
    prefix = "" if language == DEFAULT_LANGUAGE else f"/{language}"
    root = str(tk.config.get("ckan.root_path") or "")
    if "{{LANG}}" in root:
        return f"{site}{root.replace('/{{LANG}}', prefix)}{place}"
    return f"{site}{root.rstrip('/')}{prefix}{place}"
