"""Texts in two languages: which one is missing, which one fell behind, what a save makes of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple, cast

from ckanext.ontario.shared.bilingual import LANGUAGES

Texts = Mapping[str, str]
"""Language → text; a language without one is there, as ``""``."""

BETWEEN = ", "
"""Stands between keywords in one text, as in the form of a record."""

HASH_LENGTH = 16
_TICK = timedelta(microseconds=1)


class State(str, Enum):
    """How the two languages of a text stand to each other."""

    MISSING = "missing"
    """One of them has no text."""
    OLDER = "older"
    """Both are there, and one changed after the other."""
    CURRENT = "current"
    """They say the same, as far as anybody knows."""


class Place(NamedTuple):
    """Where a text stands in a record."""

    resource_id: str
    """Of the file; ``""`` for the record itself."""
    field: str

    @property
    def name(self) -> str:
        """What errors are called by."""
        return f"{self.resource_id}/{self.field}" if self.resource_id else self.field


class Key(NamedTuple):
    """A text of a record."""

    package_id: str
    place: Place


@dataclass(frozen=True)
class Row:
    """What is remembered of a text.

    Attributes:
        hashes: language → :func:`digest` of its text.
        times: language → since when it is as it is. Both are the same instant while the two texts
            are taken to say the same; the later one was changed alone.
    """

    hashes: Texts
    times: Mapping[str, datetime]


def other(language: str) -> str:
    """Return the other language."""
    return next(code for code in LANGUAGES if code != language)


def plain(value: object) -> str:
    """Return one language's value as a text: keywords are a list in words."""
    if isinstance(value, list):
        return BETWEEN.join(str(word) for word in cast("list[object]", value))
    return normal(value) if isinstance(value, str) else ""


def normal(text: str) -> str:
    """Return a text as it is kept: one kind of line end, nothing around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()


def digest(text: str) -> str:
    """Return a short hash of a text, ``""`` of an empty one."""
    if not text:
        return ""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:HASH_LENGTH]


def digests(texts: Texts) -> dict[str, str]:
    """Return the hash of each language's text."""
    return {code: digest(texts[code]) for code in LANGUAGES}


def behind(row: Row) -> str:
    """Return the language that is to be written or looked at again, ``""`` if none is."""
    for code in LANGUAGES:
        if not row.hashes[code]:
            return code
    first, second = LANGUAGES
    if row.times[first] == row.times[second]:
        return ""
    return first if row.times[first] < row.times[second] else second


def state(row: Row) -> State:
    """Return how the two languages stand to each other."""
    if not all(row.hashes.values()):
        return State.MISSING
    return State.OLDER if behind(row) else State.CURRENT


def moved(before: Row | None, hashes: Texts, now: datetime, *, agreed: bool = False) -> Row | None:
    """Return what a save makes of a row.

    A language that is written where it was missing or behind has caught up; one that changes alone
    leaves the other behind.

    Args:
        before: what was remembered; ``None`` of a text nobody has seen yet.
        hashes: of the texts as they are now.
        now: the instant of the save.
        agreed: whether somebody has seen both and says that they say the same.

    Returns:
        The row; ``before`` itself when nothing changed; ``None`` when there is no text any more.
    """
    if not any(hashes.values()):
        return None
    level = Row(dict(hashes), dict.fromkeys(LANGUAGES, now))
    if before is None:
        return level
    changed = [code for code in LANGUAGES if hashes[code] != before.hashes[code]]
    late = behind(before)
    if not changed:
        return level if agreed and late else before
    if agreed or len(changed) == len(LANGUAGES) or changed == [late]:
        return level
    (alone,) = changed
    left = before.times[other(alone)]
    return Row(dict(hashes), {alone: max(now, left + _TICK), other(alone): left})


def texts_of(
    record: Mapping[str, Any], fields: Collection[str], file_fields: Collection[str]
) -> dict[Place, dict[str, str]]:
    """Return the texts of a record that say something in a language.

    Args:
        record: a record, bilingual values as objects or as JSON.
        fields: names of its bilingual fields.
        file_fields: names of those of its files.
    """
    files = cast("list[Mapping[str, Any]]", record.get("resources") or [])
    levels = [("", record, fields), *((str(one.get("id")), one, file_fields) for one in files)]
    return {
        Place(identifier, name): texts
        for identifier, level, names in levels
        for name, texts in _texts(level, names)
    }


def _texts(level: Mapping[str, Any], names: Collection[str]) -> Iterator[tuple[str, Any]]:
    for name in names:
        value = as_object(level.get(name))
        texts = {code: plain(value.get(code)) for code in LANGUAGES}
        if any(texts.values()):
            yield name, texts


def as_object(value: object) -> Mapping[str, Any]:
    """Return a bilingual value that may be kept as JSON; nothing when it is none."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
