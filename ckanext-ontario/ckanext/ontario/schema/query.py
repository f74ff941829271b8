"""What people type, as a search of both languages in which the reader's own weighs more.

Plain words are taken as words: signs are escaped, and words that only connect ("de la", "of the")
are not demanded. A text that uses the search syntax (quotation marks, ``field:value``, ``AND``,
``-word``, ``word*``) is left to Solr, whose extended parser never fails on it.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from ckanext.ontario.shared.bilingual import LANGUAGES

WEIGHTS = {
    "title": 8.0,
    "keywords_text": 5.0,
    "organization_text": 3.0,
    "notes": 2.0,
    "resource_text": 1.5,
    "other_text": 1.0,
}
"""How much a word counts, by where it stands (``title`` means ``title_en`` and ``title_fr``)."""

OTHER_LANGUAGE = 0.5
"""What a word in the other language's text counts, compared with the reader's own."""

EXACT_NAME = "name^8"
UNSTEMMED = "words^0.05"
"""Answers wildcards; too light to change the order of anything else."""

ALL_OF_FEW = "3<-1 6<75%"
"""Up to three words are all demanded, of four to six one may miss, of more three in four."""

AS_WRITTEN = "0"
"""With the search syntax, ``AND`` (also unwritten), ``OR`` and ``NOT`` say what is demanded."""

TIE = "0.1"

LOCAL_PARAMETERS = "{!"

EVERYTHING = frozenset({"", "*", "*:*", '""', "''"})
"""Texts that narrow nothing."""

_CONNECTING = """
    a about an and are at by for from how in is of on or the there to was were what when where
    which who with
    à au aux avec ce ces cette combien comment d dans de des du en et l la le les où ou par pour
    qu quand quel quelle quelles quels qui sont sur un une
"""
CONNECTING = frozenset(_CONNECTING.split())
"""Not demanded when other words are. They stay in the index, where phrases need them."""

MAX_WORDS = 32
"""Solr counts a word once for each searched field, and stops at 1,024."""

_APOSTROPHES = dict.fromkeys(map(ord, "‘’ʼ′`´"), "'")
_QUOTES = dict.fromkeys(map(ord, "“”„«»"), '"')
_SPECIAL = re.compile(r'([\\+\-&|!(){}\[\]^"~*?:/])')
_SLASH = re.compile(r"(?<!\\)/")
_PHRASE = re.compile(r'("(?:[^"\\]|\\.)*")')
_ELIDED = re.compile(r"(?:[cdjlmnst]|qu)'", re.IGNORECASE)
_EDGES = "?!.,;:()[]{}\"'…-–—&|+/"
_STRUCTURE = re.compile(
    r"""
      \\["*?:()+-]                               # something is escaped: its writer knows how
    | "[^"]*[^\s"][^"]*"                         # "a phrase"
    | (?:^|[\s(+\-!])[A-Za-z_*][\w.*\-]*:(?!//)\S  # field:value, *:*
    | (?:^|\s)(?:AND|OR|NOT|&&|\|\|)(?:\s|$)
    | (?:^|[\s(])[+\-!](?=[\w"(])                # -word, +word
    | [\w']\*                                    # word*
    | \*\w                                       # *word
    | \w\?\w                                     # w?rd
    | \w[~^]\d?(?:\.\d+)?(?:\s|$)                # word~, word^2
    """,
    re.VERBOSE,
)


class TooManyWords(ValueError):
    """More than :data:`MAX_WORDS` words."""


class LocalParameters(ValueError):
    """The text holds Solr's local parameters, which could name another parser or field."""


@dataclass(frozen=True)
class Search:
    """A text for Solr's extended parser, and how many of its words must be found."""

    text: str
    demanded: str

    def parameters(self, language: str) -> dict[str, str]:
        """Return the parameters of a search by a reader of ``language``."""
        return {
            "q": self.text,
            "defType": "edismax",
            "qf": fields(language),
            "mm": self.demanded,
            "tie": TIE,
        }


def fields(language: str) -> str:
    """Return the searched fields and their weights for a reader of ``language``."""
    weighted = [
        f"{field}_{code}^{weight if code == language else weight * OTHER_LANGUAGE:g}"
        for field, weight in WEIGHTS.items()
        for code in LANGUAGES
    ]
    return " ".join([EXACT_NAME, *weighted, UNSTEMMED])


def read(typed: str) -> Search | None:
    """Return the search for what was typed, or ``None`` when nothing narrows it.

    Raises:
        LocalParameters: when the text holds ``{!``.
        TooManyWords: when it has more than :data:`MAX_WORDS`.
    """
    text = unicodedata.normalize("NFC", typed).translate(_QUOTES).strip()
    if LOCAL_PARAMETERS in text:
        raise LocalParameters(text)
    if text in EVERYTHING:
        return None
    if _STRUCTURE.search(text) and text.count('"') % 2 == 0:
        return Search(_without_patterns(text), AS_WRITTEN)
    return Search(words(text), ALL_OF_FEW)


def words(text: str) -> str:
    """Return the words of ``text``, each escaped, without those that only connect.

    A text of signs alone stays, escaped: it finds nothing, where an empty one would find all.
    """
    shouted = text.isupper()
    typed = [word for word in text.translate(_APOSTROPHES).split() if word.strip(_EDGES)]
    kept = [word for word in typed if not _connects(word, shouted=shouted)] or typed
    if len(kept) > MAX_WORDS:
        raise TooManyWords(len(kept))
    return " ".join(escape(word.strip(_EDGES)) for word in kept) or escape(text)


def escape(text: str) -> str:
    """Return ``text`` with every sign of the search syntax escaped."""
    return _SPECIAL.sub(r"\\\1", text)


def _connects(word: str, *, shouted: bool) -> bool:
    bare = word.strip(_EDGES)
    # "IT", "ON" and "D" in capitals are names, unless the whole text is in capitals.
    is_name = bare.isupper() and not shouted and bare not in {"A", "À"}
    return not is_name and (bare.casefold() in CONNECTING or bool(_ELIDED.fullmatch(word)))


def _without_patterns(text: str) -> str:
    # A slash outside a phrase would open a regular expression, which no reader means by it.
    parts = _PHRASE.split(text)
    return "".join(part if at % 2 else _SLASH.sub(r"\/", part) for at, part in enumerate(parts))
