"""What the pages of translation show, and what their forms ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.ontario.shared.bilingual import LANGUAGES, language_of, pick
from ckanext.ontario.translation import fields
from ckanext.ontario.translation.domain import Place, digest, normal, other
from ckanext.ontario.translation.logic import reading
from ckanext.ontario.translation.logic.importing import Outcome

ROWS = 20
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


@dataclass(frozen=True)
class Side:
    """A text in one language, as the form has it."""

    code: str
    input: str
    value: str
    current: str
    hash: str


@dataclass(frozen=True)
class TextRow:
    """A text with both languages side by side."""

    number: int
    name: str
    label: str
    file: str
    state: str
    """``missing``, ``older`` or ``current``."""
    words: str
    """The state in words."""
    long: bool
    sides: tuple[Side, ...]
    confirmed: bool
    error: str


@dataclass(frozen=True)
class RecordPage:
    """A record's texts side by side."""

    name: str
    title: str
    title_language: str
    rows: tuple[TextRow, ...]
    errors: Mapping[str, str]
    """Those that belong to no text that is shown."""


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
    own = reading.organizations(context())
    pairs = [(str(one["name"]), str(one.get("display_name") or one["name"])) for one in own]
    return QueuePage(
        items=tuple(_item(one) for one in found["results"]),
        count=found["count"],
        counts=found["counts"],
        organization=organization,
        state=state,
        ministries=tuple(sorted(pairs, key=lambda pair: pair[1].casefold())),
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
    language = language_of(str(tk.h.lang()))
    title, spoken = _title(text["title"], text["name"])
    return Item(
        name=text["name"],
        title=title,
        title_language=spoken,
        label=pick(text["label"], language) or text["field"],
        file=(pick(text["file"], language) or text["resource_id"]) if text["resource_id"] else "",
        state=_words(text),
        texts=text["texts"],
    )


def _title(titles: Mapping[str, str], name: str) -> tuple[str, str]:
    """Return a title for the reader, and its language."""
    language = language_of(str(tk.h.lang()))
    spoken = next((code for code in (language, other(language)) if titles.get(code)), "")
    return (titles[spoken], spoken) if spoken else (name, language)


def _words(text: Mapping[str, Any]) -> str:
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
    return ReportPage(counts, tuple(one for one in outcomes if one.message))


# --- a record side by side -------------------------------------------------------------------


def asked_of(form: Form, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form of a record asks of ``ontario_translation_update``.

    Args:
        form: as it was sent, with the hashes of the texts as the page showed them.
        shown: the record's texts as they are now.
    """
    texts: list[dict[str, Any]] = []
    confirmed: list[dict[str, Any]] = []
    for text in shown["texts"]:
        place = Place(text["resource_id"], text["field"])
        where = {"resource_id": place.resource_id, "field": place.field}
        hashes = {code: form.get(_hash_input(place, code), "") for code in LANGUAGES}
        for code in LANGUAGES:
            typed = form.get(_input(place, code))
            if typed is not None and digest(normal(typed)) != hashes[code]:
                values = {"language": code, "text": normal(typed), "hash": hashes[code]}
                texts.append({**where, **values, "other_hash": hashes[other(code)]})
        if form.get(_confirm_input(place)):
            confirmed.append({**where, "hashes": hashes})
    written = {(one["resource_id"], one["field"]) for one in texts}
    # What was written is right by that.
    left = [one for one in confirmed if (one["resource_id"], one["field"]) not in written]
    return {"id": shown["id"], "texts": texts, "confirmed": left}


def record(shown: Mapping[str, Any], form: Form, errors: Mapping[str, str]) -> RecordPage:
    """Return a record's texts side by side, with what was typed when the form comes back.

    Args:
        shown: the record's texts as they are now.
        form: as it was sent; empty for a new page.
        errors: by the names of texts.
    """
    title, spoken = _title(shown["title"], shown["name"])
    rows = [
        _row(number, text, shown["files"], form, errors)
        for number, text in enumerate(shown["texts"], start=1)
    ]
    known = {one.name for one in rows}
    rest = {name: said for name, said in errors.items() if name not in known}
    return RecordPage(shown["name"], title, spoken, tuple(rows), rest)


def _row(
    number: int,
    text: Mapping[str, Any],
    files: Mapping[str, Mapping[str, str]],
    form: Form,
    errors: Mapping[str, str],
) -> TextRow:
    language = language_of(str(tk.h.lang()))
    place = Place(text["resource_id"], text["field"])
    field = fields.bilingual(fields.level_of(place)).get(place.field, {})
    file = files.get(place.resource_id, {})
    return TextRow(
        number=number,
        name=place.name,
        label=fields.label_in(place, language),
        file=(pick(file, language) or place.resource_id) if place.resource_id else "",
        state=text["state"],
        words=_words(text),
        long=fields.LONG in field,
        sides=tuple(_side(place, code, text, form) for code in LANGUAGES),
        confirmed=bool(form.get(_confirm_input(place))),
        error=errors.get(place.name, ""),
    )


def _side(place: Place, code: str, text: Mapping[str, Any], form: Form) -> Side:
    current = str(text["texts"][code])
    typed = form.get(_input(place, code))
    kept = typed is not None and digest(normal(typed)) != form.get(_hash_input(place, code), "")
    value = str(typed) if kept else current
    return Side(code, _input(place, code), value, current, str(text["hashes"][code]))


def _input(place: Place, code: str) -> str:
    return f"{place.name}:{code}"


def _hash_input(place: Place, code: str) -> str:
    return f"{place.name}:{code}:hash"


def _confirm_input(place: Place) -> str:
    return f"{place.name}:right"
