"""Finding the header of a table, and what each of its columns means.

Titles and notes may stand above it; it may take two rows (merged cells) or be repeated in the other
language below. Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ckanext.ontario.harvesters.mapping.folding import folded, one_line

from .fields import FIELDS, TITLE
from .profile import Heading, Profile

SEARCHED_ROWS = 40
"""How far down a header is looked for."""
ENOUGH = 2
"""Known columns, the title among them, that make a row a header."""

_MARKS: dict[tuple[str, ...], str] = {
    **dict.fromkeys([("en", "francais"), ("in", "french")], "fr"),
    **dict.fromkeys([("en", "anglais"), ("in", "english")], "en"),
    **{(word,): "en" for word in ("en", "eng", "english", "anglais", "anglaise")},
    **{(word,): "fr" for word in ("fr", "fra", "fre", "french", "francais", "francaise")},
}
_ASIDE = re.compile(r"[(\[].*?[)\]]")
_SIDES = re.compile(r"\s*(?:/|\||\n)\s*")


@dataclass(frozen=True)
class Column:
    """A column that fills a field."""

    index: int
    header: str
    """As written."""
    field: str
    language: str | None = None
    """Of a bilingual field."""


@dataclass(frozen=True)
class Layout:
    """A table's header: where it ends, and what is under it."""

    rows: int
    """Rows up to and with the header."""
    width: int
    """Cells of the header, up to the last one with text."""
    length: int
    """Cells of the header, the empty ones at its end included."""
    columns: tuple[Column, ...]
    unknown: tuple[str, ...]
    not_kept: tuple[str, ...]
    repeated: tuple[tuple[str, str], ...]
    """Columns left out because another fills their field: ``(header, the other's header)``."""

    @property
    def titled(self) -> bool:
        """Say whether this can be an inventory's header."""
        return len(self.columns) >= ENOUGH and any(c.field == TITLE for c in self.columns)


def recognize(header: str, profile: Profile) -> Heading | None:
    """Return what ``header`` means: its field and, where the words tell, its language."""
    if found := _said(folded(header), profile):
        return found
    bare = _said(folded(_ASIDE.sub(" ", header)), profile)
    if bare:  # "Title (French, at most 200 characters)"
        words = [word for aside in _ASIDE.findall(header) for word in folded(aside).split()]
        language = next((_MARKS[(word,)] for word in words if (word,) in _MARKS), bare.language)
        return Heading(bare.field, language)
    sides = [_said(folded(side), profile) for side in _SIDES.split(header)]
    fields = {side.field if side else None for side in sides}
    return sides[0] if len(fields) == 1 else None  # "Access Level / Niveau d'accès"


def find(rows: Sequence[Sequence[str]], profile: Profile) -> Layout | None:
    """Return the layout of the best header among the first ``rows``, if there is one."""
    best: Layout | None = None
    for number, cells in enumerate(rows[:SEARCHED_ROWS]):
        below = rows[number + 1] if number + 1 < len(rows) else ()
        candidates = [_layout(cells, number + 1, profile)]
        if below:
            candidates.append(_layout(list(_joined(cells, below)), number + 2, profile))
        for layout in candidates:
            if layout.titled and (best is None or len(layout.columns) > len(best.columns)):
                best = layout
    return best


def is_header(cells: Sequence[str], layout: Layout, profile: Profile) -> bool:
    """Say whether a row below the header repeats it, in the same or the other language."""
    titles = [c for c in layout.columns if c.field == TITLE and c.index < len(cells)]
    if not any(folded(cells[c.index]) in profile.headings for c in titles if cells[c.index]):
        return False
    known = [
        meaning is not None and meaning.field == column.field
        for column in layout.columns
        if column.index < len(cells) and cells[column.index].strip()
        for meaning in [recognize(cells[column.index], profile)]
    ]
    return sum(known) >= ENOUGH and sum(known) * 2 > len(known)


# --- one row ----------------------------------------------------------------------------------


def _said(words: str, profile: Profile) -> Heading | None:
    """Return the meaning of folded ``words``, a mark of language at either end understood."""
    if found := profile.headings.get(words):
        return found
    for rest, language in _unmarked(words):
        if found := profile.headings.get(rest):
            return Heading(found.field, language)
    return None


def _unmarked(words: str) -> Iterator[tuple[str, str]]:
    tokens = tuple(words.split())
    for mark, language in _MARKS.items():
        size = len(mark)
        if tokens[-size:] == mark:
            yield " ".join(tokens[:-size]), language
        if tokens[:size] == mark:
            yield " ".join(tokens[size:]), language


def _joined(upper: Sequence[str], lower: Sequence[str]) -> Iterator[str]:
    """Yield a two-row header as one: a merged cell above counts for every cell below it."""
    group = ""
    for index in range(max(len(upper), len(lower))):
        above = upper[index].strip() if index < len(upper) else ""
        under = lower[index].strip() if index < len(lower) else ""
        group = above or (group if under else "")
        yield f"{group} {under}".strip()


def _layout(cells: Sequence[str], rows: int, profile: Profile) -> Layout:
    headers = [one_line(cell) for cell in cells]
    width = max((i + 1 for i, header in enumerate(headers) if header), default=0)
    said = {i: recognize(cells[i], profile) for i, header in enumerate(headers) if header}
    main = _main_language([meaning for meaning in said.values() if meaning])
    columns: dict[tuple[str, str | None], Column] = {}
    unknown, not_kept, repeated = [], [], []
    # A column that names its language has its place before one that leaves it open.
    for index, meaning in sorted(said.items(), key=lambda item: _leaves_open(item[1])):
        header = headers[index]
        if meaning is None:
            (not_kept if _is_not_kept(header, profile) else unknown).append(header)
            continue
        language = (meaning.language or main) if FIELDS[meaning.field].bilingual else None
        if _leaves_open(meaning) and (meaning.field, language) in columns:
            language = "fr" if language == "en" else "en"
        column = Column(index, header, meaning.field, language)
        first = columns.setdefault((meaning.field, language), column)
        if first is not column:
            repeated.append((header, first.header))
    ordered = sorted(columns.values(), key=lambda column: column.index)
    left_out = (tuple(unknown), tuple(not_kept), tuple(repeated))
    return Layout(rows, width, len(cells), tuple(ordered), *left_out)


def _leaves_open(meaning: Heading | None) -> bool:
    return meaning is not None and meaning.language is None and FIELDS[meaning.field].bilingual


def _main_language(meanings: Sequence[Heading]) -> str:
    """Return the language most headers are in (those that can be told)."""
    said = [meaning.language for meaning in meanings]
    return "fr" if said.count("fr") > said.count("en") else "en"


def _is_not_kept(header: str, profile: Profile) -> bool:
    words = folded(header)
    return words in profile.not_kept or any(
        rest in profile.not_kept for rest, _ in _unmarked(words)
    )
