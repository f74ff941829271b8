"""The page of a record with its texts side by side, and what its form asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.ontario.shared.bilingual import LANGUAGES, pick
from ckanext.ontario.translation import fields
from ckanext.ontario.translation.domain import Place, digest, normal, other
from ckanext.ontario.translation.logic import reading
from ckanext.ontario.translation.pages import Form, title, words

_MARK = f":{LANGUAGES[0]}:hash"
"""End of the name of an input that each text of the form has."""


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


def asked_of(form: Form, package_id: str) -> dict[str, Any]:
    """Return what the form of a record asks of ``ontario_translation_update``.

    Args:
        form: as it was sent, with the hashes of the texts as the page showed them.
        package_id: the record.
    """
    texts: list[dict[str, Any]] = []
    confirmed: list[dict[str, Any]] = []
    for place in _places(form):
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
    return {"id": package_id, "texts": texts, "confirmed": left}


def _places(form: Form) -> Iterator[Place]:
    for name in form:
        if name.endswith(_MARK):
            resource_id, _slash, field = name.removesuffix(_MARK).rpartition("/")
            yield Place(resource_id, field)


def record(shown: Mapping[str, Any], form: Form, errors: Mapping[str, str]) -> RecordPage:
    """Return a record's texts side by side, with what was typed when the form comes back.

    Args:
        shown: the record's texts as they are now.
        form: as it was sent; empty for a new page.
        errors: by the names of texts.
    """
    heading, spoken = title(shown["title"], shown["name"])
    there = {Place(one["resource_id"], one["field"]) for one in shown["texts"]}
    # What was typed for a text that is gone by now is kept as well.
    gone = [one for one in _places(form) if one not in there and one.name in errors]
    texts = [*shown["texts"], *(reading.text(one, reading.NO_TEXT, None) for one in gone)]
    rows = [
        _row(number, text, shown["files"], form, errors)
        for number, text in enumerate(texts, start=1)
    ]
    known = {one.name for one in rows}
    rest = {name: fields.labelled(name, said) for name, said in errors.items() if name not in known}
    return RecordPage(shown["name"], heading, spoken, tuple(rows), rest)


def _row(
    number: int,
    text: Mapping[str, Any],
    files: Mapping[str, Mapping[str, str]],
    form: Form,
    errors: Mapping[str, str],
) -> TextRow:
    language = fields.reader()
    place = Place(text["resource_id"], text["field"])
    field = fields.bilingual(fields.level_of(place)).get(place.field, {})
    file = files.get(place.resource_id, {})
    return TextRow(
        number=number,
        name=place.name,
        label=fields.named(place),
        file=(pick(file, language) or place.resource_id) if place.resource_id else "",
        state=text["state"],
        words=words(text),
        long=fields.LONG in field or any("\n" in one for one in text["texts"].values()),
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
