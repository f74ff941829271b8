"""Which fields a Lucene query asks about, and which ones a sort or a field list names.

The scanner follows Solr's own lexer where it matters: quotes, escapes, ranges and terms. What it
does not know for sure (a regular expression, a local parameter, an unbalanced quote) it refuses,
so that nothing can hide a field name from it that Solr would read.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_TERM_START = r"[^\s+\-!():^\[\]\"{}~*?\\/]"
_BOUND = r"(?:\"[^\"\[\]{}\\]*\"|[^\s!\"\[\]{}\\][^\s\"\[\]{}\\]*)"
_TOKEN = re.compile(
    rf"""
      (?P<space>\s+)
    | (?P<phrase>"(?:[^"\\]|\\.)*")
    | (?P<range>[\[{{][ ]*{_BOUND}[ ]+TO[ ]+{_BOUND}[ ]*[\]}}])
    | (?P<term>(?:{_TERM_START}|\\.)(?:{_TERM_START}|\\.|[-+])*)
    | (?P<colon>:)
    | (?P<star>\*)
    | (?P<sign>[-+!()^~?])
    """,
    re.DOTALL | re.VERBOSE,
)
_SORT = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_.-]*)\s+(?:asc|desc)\s*", re.IGNORECASE)

Token = tuple[str, str]


class MalformedQuery(ValueError):
    """The text is no query this portal answers; the message is the part that was not read."""


def fields_of(query: str) -> set[str]:
    """Return the names a Lucene query uses as fields (``title`` of ``title:roads``).

    A text without a colon names none. ``*:*`` names none either.

    Raises:
        MalformedQuery: when the text can't be read with certainty.
    """
    if "{!" in query:  # local parameters choose another parser or another default field
        raise MalformedQuery("{!")
    if ":" not in query:
        return set()
    tokens = [token for token in _tokens(query) if token[0] != "space"]
    return {
        name
        for at, (kind, _text) in enumerate(tokens)
        if kind == "colon"
        for name in _field_before(tokens, at)
    }


def mentions(query: str, names: Iterable[str]) -> str | None:
    """Return the first of ``names`` that stands before a colon anywhere, in a phrase too.

    The extended parser reads a text again, word by word, when it fails as a query, and then a
    phrase or a range is not one any more. So names that must never be asked about are looked for
    without regard to syntax.
    """
    found = (name for name in names if re.search(rf"{re.escape(name)}\s*:", query))
    return next(found, None)


def sort_fields(sort: str) -> list[str]:
    """Return the fields of a ``name asc, other desc`` sort, in order.

    Raises:
        MalformedQuery: when a part is not a name and a direction (a function, for one).
    """
    matches = [(part, _SORT.fullmatch(part)) for part in sort.split(",")]
    unread = [part for part, match in matches if match is None]
    if unread:
        raise MalformedQuery(unread[0].strip())
    return [match.group(1) for _part, match in matches if match]


def listed_fields(values: list[str]) -> list[str]:
    """Return the names of a field list, written one by one or joined by commas or spaces.

    Raises:
        MalformedQuery: when an entry is not a plain name (``*``, a function, an alias).
    """
    names = [name for value in values for name in re.split(r"[\s,]+", value) if name]
    unread = [name for name in names if not _NAME.fullmatch(name)]
    if unread:
        raise MalformedQuery(unread[0])
    return names


def _tokens(query: str) -> Iterator[Token]:
    at = 0
    while at < len(query):
        match = _TOKEN.match(query, at)
        if match is None:
            raise MalformedQuery(query[at : at + 20])
        yield str(match.lastgroup), match.group()
        at = match.end()


def _field_before(tokens: list[Token], at: int) -> Iterator[str]:
    kind, text = tokens[at - 1] if at else ("", ":")
    if kind == "star" and tokens[at + 1 : at + 2] == [("star", "*")]:
        return
    if kind != "term" or not _NAME.fullmatch(text):
        raise MalformedQuery(f"{text}:")
    yield text
