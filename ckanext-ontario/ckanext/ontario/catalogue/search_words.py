"""Other words to search by when a text finds nothing: spelled otherwise, or fewer.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable

MAX_WORDS = 6
"""Longer texts get no other spelling: each word costs a comparison with the whole index."""

MAX_SHORTER = 4
"""How many shorter texts are tried."""

LIKENESS = 0.7
"""How alike a typed and a known word must be, from 0 to 1."""

_SYNTAX = re.compile(r'[":*?~^()\[\]{}\\]|(?:^|\s)(?:AND|OR|NOT)(?:\s|$)|(?:^|\s)[-+!]')
_WORD = re.compile(r"[^\W\d_]{4,}")
_SPLIT = re.compile(r"[\W_]+")


def is_plain(text: str) -> bool:
    """Say whether a text is words only, without any search syntax."""
    return bool(text) and not _SYNTAX.search(text)


def similar(text: str) -> str | None:
    """Return a search for words spelled like those of ``text``; ``None`` when none can be."""
    words = [word for word in _SPLIT.split(text) if word]
    if not is_plain(text) or len(words) > MAX_WORDS or not any(map(_WORD.fullmatch, words)):
        return None
    return " ".join(_fuzzy(word) for word in words)


def respelled(text: str, known: Iterable[str]) -> str | None:
    """Return ``text`` with each word as the known texts spell it; ``None`` when nothing changes.

    Args:
        text: what was typed.
        known: titles and tags of records that were found by :func:`similar`.
    """
    by_folded = {fold(word): word.lower() for one in known for word in _WORD.findall(one)}
    words = text.split()
    better = [_closest(word, by_folded) for word in words]
    changed = any(fold(a) != fold(b) for a, b in zip(words, better, strict=True))
    return " ".join(better) if changed else None


def shorter(text: str) -> list[str]:
    """Return the texts with one word less, the last words left out first."""
    words = text.split()
    if not is_plain(text) or not 1 < len(words) <= MAX_WORDS:
        return []
    return [" ".join(words[:at] + words[at + 1 :]) for at in range(len(words) - 1, -1, -1)][
        :MAX_SHORTER
    ]


def fold(text: str) -> str:
    """Return ``text`` without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _fuzzy(word: str) -> str:
    if not _WORD.fullmatch(word):
        return word
    # As far as Solr's own spelling goes: one sign in short words, two in longer ones.
    return f"{word}~{1 if len(word) < 6 else 2}"


def _closest(word: str, by_folded: dict[str, str]) -> str:
    folded = fold(word)
    if folded in by_folded or not _WORD.fullmatch(word):
        return word
    found = difflib.get_close_matches(folded, by_folded, n=1, cutoff=LIKENESS)
    return by_folded[found[0]] if found else word
