"""Texts as a table to take away and bring back (CSV): its columns, its cells, what a row asks for.

Each row carries a mark of both texts as they were, so that what is brought back is compared with
what was taken away, and nobody's work in between is lost. Pure: imports neither CKAN nor
SQLAlchemy.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ckanext.ontario.shared.bilingual import LANGUAGES
from ckanext.ontario.shared.cells import FORMULA_STARTS, safe
from ckanext.ontario.translation.domain import (
    HASH_LENGTH,
    Place,
    State,
    Texts,
    digest,
    normal,
    other,
)

HEADERS: Mapping[str, Texts] = {
    "name": {"en": "Record", "fr": "Fiche"},
    "resource_id": {"en": "File", "fr": "Fichier"},
    "field": {"en": "Field", "fr": "Champ"},
    "state": {"en": "State", "fr": "État"},
    "en": {"en": "English", "fr": "Anglais"},
    "fr": {"en": "French", "fr": "Français"},
    "mark": {"en": "Mark (leave it)", "fr": "Repère (à laisser)"},
}
"""Column → what it is called in each language."""

STATES: Mapping[State, Texts] = {
    State.MISSING: {"en": "missing", "fr": "manquant"},
    State.OLDER: {"en": "older", "fr": "plus ancien"},
    State.CURRENT: {"en": "up to date", "fr": "à jour"},
}

NEEDED = ("name", "field", *LANGUAGES, "mark")
"""Columns without which a table is not understood."""

MOST_BYTES = 10_000_000
MOST_ROWS = 20_000
_MARK = re.compile(f"([0-9a-f]{{{HASH_LENGTH}}}|0)-([0-9a-f]{{{HASH_LENGTH}}}|0)")
_NOTHING = "0"


class Unreadable(ValueError):
    """A table that is none of ours.

    ``code`` is ``empty``, ``large``, ``encoding``, ``headers`` or ``broken``; ``names`` are those
    of columns that are not there, by column.
    """

    def __init__(self, code: str, names: Sequence[str] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.names = names


@dataclass(frozen=True)
class Line:
    """One row as it was brought back."""

    number: int
    """As a spreadsheet program counts rows: the headers are row 1."""
    name: str
    place: Place
    cells: Texts
    mark: str


@dataclass(frozen=True)
class Wanted:
    """What a row asks for: a text in a language, or nothing, or what can't be done.

    ``problem`` is ``mark``, ``both`` or ``emptied``; compared with what is there now also
    ``source`` (the other language changed) or ``text`` (somebody else wrote this one).
    """

    language: str = ""
    text: str = ""
    problem: str = ""


def headers(language: str) -> list[str]:
    """Return the first row."""
    return [safe(names[language]) for names in HEADERS.values()]


def row(name: str, place: Place, state: State, texts: Texts, language: str) -> list[str]:
    """Return the cells of a text, safe for spreadsheets.

    Args:
        name: of the record.
        place: where the text stands in it.
        state: how its languages stand to each other.
        texts: both of them.
        language: of the words of the table.
    """
    cells = [name, place.resource_id, place.field, STATES[state][language]]
    return [safe(cell) for cell in [*cells, *(texts[code] for code in LANGUAGES), mark(texts)]]


def line(cells: Iterable[str]) -> str:
    """Return cells as one line of CSV (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out).writerow(list(cells))
    return out.getvalue()


def mark(texts: Texts) -> str:
    """Return the mark of two texts."""
    return "-".join(digest(texts[code]) or _NOTHING for code in LANGUAGES)


def hashes_in(written: str) -> dict[str, str]:
    """Return the hashes of a mark by language; none of what is no mark."""
    found = _MARK.fullmatch(written)
    hashes = ("" if one == _NOTHING else one for one in found.groups()) if found else ()
    return dict(zip(LANGUAGES, hashes, strict=False))


def read(content: bytes) -> list[Line]:
    """Read a table; the separator may be a comma, a semicolon or a tab, columns in any order.

    Raises:
        Unreadable: when it is not one.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable("large")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise Unreadable("encoding") from err
    if not text.strip():
        raise Unreadable("empty")
    try:
        return _lines(text.replace("\x00", ""))
    except csv.Error as err:
        raise Unreadable("broken") from err


def _lines(text: str) -> list[Line]:
    first = text.lstrip().split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    columns: dict[str, int] | None = None
    found: list[Line] = []
    for number, cells in enumerate(rows, start=1):
        if not any(cell.strip() for cell in cells):
            continue
        if columns is None:
            columns = _columns(cells)
            continue
        if len(found) == MOST_ROWS:
            raise Unreadable("large")
        found.append(_line(number, cells, columns))
    return found


def _columns(cells: Sequence[str]) -> dict[str, int]:
    known = {
        _bare(text): name for name, texts in HEADERS.items() for text in (name, *texts.values())
    }
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        name = known.get(_bare(cell))
        if name:
            found.setdefault(name, place)
    missing = [name for name in NEEDED if name not in found]
    if missing:
        raise Unreadable("headers", missing)
    return found


def _bare(text: str) -> str:
    return " ".join(text.casefold().split())


def _line(number: int, cells: Sequence[str], columns: Mapping[str, int]) -> Line:
    def cell(name: str) -> str:
        place = columns.get(name, len(cells))
        return _unsafe(cells[place]) if place < len(cells) else ""

    place = Place(cell("resource_id").strip(), cell("field").strip())
    texts = {code: normal(cell(code)) for code in LANGUAGES}
    return Line(number, cell("name").strip(), place, texts, cell("mark").strip())


def _unsafe(cell: str) -> str:
    """Return what :func:`~ckanext.ontario.shared.cells.safe` was given."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA_STARTS) else cell


def wanted(brought: Line) -> Wanted:
    """Return what a row asks for by itself, whatever the texts are by now."""
    taken = hashes_in(brought.mark)
    if not taken:
        return Wanted(problem="mark")
    changed = [code for code in LANGUAGES if not _is_same(brought.cells[code], taken[code])]
    if not changed:
        return Wanted()
    if len(changed) == len(LANGUAGES):
        return Wanted(problem="both")
    (language,) = changed
    text = brought.cells[language]
    return Wanted(language, text, "" if text else "emptied")


def compared(brought: Line, asked: Wanted, current: Texts) -> Wanted:
    """Return what is left of what a row asks for, with the texts as they are now."""
    language, taken = asked.language, hashes_in(brought.mark)
    if asked.text == current[language]:
        return Wanted()
    problem = ""
    if digest(current[language]) != taken[language]:
        problem = "text"
    if digest(current[other(language)]) != taken[other(language)]:
        problem = "source"
    return Wanted(language, asked.text, problem)


def _is_same(cell: str, taken: str) -> bool:
    """Say whether a cell is as it was taken away.

    A text that itself begins with an apostrophe and a sign lost the apostrophe in :func:`_unsafe`.
    """
    return taken in {digest(cell), digest(f"'{cell}") if cell else ""}
