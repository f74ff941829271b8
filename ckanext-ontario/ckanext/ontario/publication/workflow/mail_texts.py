"""The words of the workflow's mails: what happened, and where to read about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.shared.bilingual import DEFAULT_LANGUAGE

RECORD_PATH = "/dataset/{id}"
QUEUE_PATH = "/publication"
"""Where the queue of the workflow's work is."""


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
    }[kind]  # fmt: skip
    return f"{sentence}\n\n{link(data.get('package_id'), language)}\n"


def _waiting(data: Mapping[str, Any]) -> str:
    number = int(data.get("count") or 0)
    said = tk.ungettext(
        "{number} record waits for your approval.",
        "{number} records wait for your approval.",
        number,
    )
    return said.format(number=number)


def link(package_id: str | None, language: str) -> str:
    """Return where to read about it, in the reader's language."""
    site = str(tk.config["ckan.site_url"]).rstrip("/")
    prefix = "" if language == DEFAULT_LANGUAGE else f"/{language}"
    root = str(tk.config.get("ckan.root_path") or "")
    place = RECORD_PATH.format(id=package_id) if package_id else QUEUE_PATH
    if "{{LANG}}" in root:
        return f"{site}{root.replace('/{{LANG}}', prefix)}{place}"
    return f"{site}{root.rstrip('/')}{prefix}{place}"
