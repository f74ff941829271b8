"""What the queue of translations shows, and the report of a table that was sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.ontario.shared.bilingual import pick
from ckanext.ontario.translation import fields
from ckanext.ontario.translation.domain import other
from ckanext.ontario.translation.logic.importing import Outcome

ROWS = 20
MOST_REFUSED = 500
"""Refused rows that a report lists."""

_DIGITS = 6

Form = Mapping[str, str]


@dataclass(frozen=True)
class Item:
    """A text of the queue."""

    name: str
    title: str
    title_language: str
    label: str
    file: str
    state: str
    """In words."""
    texts: Mapping[str, str]


@dataclass(frozen=True)
class QueuePage:
    """The queue, its filters and where its neighbouring pages begin."""

    items: tuple[Item, ...]
    count: int
    counts: Mapping[str, int]
    organization: str
    state: str
    ministries: tuple[tuple[str, str], ...]
    """``(name, title)`` of those the reader may choose."""
    states: tuple[tuple[str, str], ...]
    previous: int | None
    next: int | None
    errors: Mapping[str, str]


@dataclass(frozen=True)
class ReportPage:
    """What became of a table that was sent."""

    counts: Mapping[str, int]
    """By outcome."""
    refused: tuple[Outcome, ...]
    """The first ones."""


def context() -> Context:
    """Return a context of the reader."""
    return Context(user=tk.current_user.name, auth_user_obj=tk.current_user)


def queue(asked: Form, errors: Mapping[str, str]) -> QueuePage:
    """Return a page of the queue.

    Args:
        asked: ``organization``, ``state`` and ``offset`` of the address.
        errors: what is wrong with a table that was sent.
    """
    offset = _offset(asked.get("offset", ""))
    organization, state = asked.get("organization", ""), asked.get("state", "")
    given = {"organization": organization, "state": state, "limit": ROWS, "offset": offset}
    found = tk.get_action("ontario_translation_list")(context(), given)
    following = offset + ROWS
    own = tk.h.ontario_schema_owners("update_dataset")
    return QueuePage(
        items=tuple(_item(one) for one in found["results"]),
        count=found["count"],
        counts=found["counts"],
        organization=organization,
        state=state,
        ministries=tuple((one["name"], one["title"]) for one in own),
        states=(("", tk._("Missing or older")), *states().items()),
        previous=max(offset - ROWS, 0) if offset else None,
        next=following if following < found["count"] else None,
        errors=errors,
    )


def states() -> dict[str, str]:
    """Return the states in words."""
    return {
        "missing": tk._("A language is missing"),
        "older": tk._("A language is older"),
        "current": tk._("Up to date"),
    }


def _offset(written: str) -> int:
    plain = written.isascii() and written.isdecimal() and len(written) <= _DIGITS
    return int(written) if plain else 0


def _item(text: Mapping[str, Any]) -> Item:
    language = fields.reader()
    heading, spoken = title(text["title"], text["name"])
    return Item(
        name=text["name"],
        title=heading,
        title_language=spoken,
        label=pick(text["label"], language) or text["field"],
        file=(pick(text["file"], language) or text["resource_id"]) if text["resource_id"] else "",
        state=words(text),
        texts=text["texts"],
    )


def title(titles: Mapping[str, str], name: str) -> tuple[str, str]:
    """Return a title for the reader, and its language."""
    language = fields.reader()
    spoken = next((code for code in (language, other(language)) if titles.get(code)), "")
    return (titles[spoken], spoken) if spoken else (name, language)


def words(text: Mapping[str, Any]) -> str:
    """Return how the languages of a text stand to each other, in words."""
    said = {
        ("missing", "en"): tk._("English is missing"),
        ("missing", "fr"): tk._("French is missing"),
        ("older", "en"): tk._("English is older"),
        ("older", "fr"): tk._("French is older"),
    }
    return said.get((text["state"], text["language"]), tk._("Up to date"))


def report(outcomes: Sequence[Outcome]) -> ReportPage:
    """Return what became of a table that was sent."""
    counts = Counter(one.status for one in outcomes)
    refused = [one for one in outcomes if one.message]
    return ReportPage(counts, tuple(refused[:MOST_REFUSED]))
