"""One dataset of an ArcGIS Hub's feed, mended → one record of ours.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from ckanext.ontario.harvest.reader import Issue, Record, Severity
from ckanext.ontario.harvesters.dcat_us import mapping
from ckanext.ontario.harvesters.mapping import languages, texts

_PLACEHOLDER = re.compile(r"\s*\{\{[^{}]*\}\}\s*")
_WORD = re.compile(r"[a-zà-ÿ]+", re.IGNORECASE)
_FRENCH = frozenset(
    ("le", "la", "les", "des", "et", "du", "une", "un", "dans", "pour", "sur", "est", "aux", "par")
)
_ENGLISH = frozenset(
    ("the", "of", "and", "to", "in", "is", "for", "with", "that", "this", "are", "by", "from", "an")
)
_SURE = 3
"""So many small words of a language, and twice those of the other, make a text that language's."""


def mapped(value: Any, number: int, pointer: str, language: str) -> Record | Issue:
    """Return a dataset's record; only an issue when nothing says which record it is."""
    if not isinstance(value, Mapping):
        return mapping.mapped(value, number, pointer, language)
    item = cast("dict[str, Any]", mended(value))
    said = languages.codes(item.get("language"))
    guessed = language if said else (spoken(item) or language)
    made = mapping.mapped(item, number, pointer, guessed)
    if isinstance(made, Record) and guessed != language:
        where = f"{pointer}/title"
        issue = Issue(Severity.WARNING, "hub_language_guessed", number, where)
        return replace(made, issues=(*made.issues, issue))
    return made


def mended(value: Any) -> Any:
    """Return a value without the placeholders that a Hub leaves where an item says nothing."""
    if isinstance(value, Mapping):
        return {key: mended(each) for key, each in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list):
        kept = [mended(each) for each in cast("list[Any]", value)]
        return [each for each in kept if each is not None]
    return None if isinstance(value, str) and _PLACEHOLDER.fullmatch(value) else value


def spoken(item: Mapping[str, Any]) -> str | None:
    """Return the language that a dataset's texts are plainly in."""
    said = " ".join(languages.text_of(item.get(key)) for key in ("title", "description"))
    found = [word.casefold() for word in _WORD.findall(texts.plain(said))]
    french, english = (sum(word in small for word in found) for small in (_FRENCH, _ENGLISH))
    if french >= _SURE and french > 2 * english:
        return "fr"
    return "en" if english >= _SURE and english > 2 * french else None


def has_french(record: Record) -> bool:
    """Say whether a record has a French title."""
    return bool((record.dataset.get("title_translated") or {}).get("fr"))
