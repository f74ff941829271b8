"""CSV and TSV: rows of a text, read one at a time.

The delimiter is the one under which the most headers are known. A quotation mark that is opened and
never closed would swallow the rest of the document; here it costs its own row only. Pure: imports
neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import contextlib
import csv
import secrets
from collections import deque
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TextIO

from ckanext.ontario.harvest.reader import Issue, Severity

from .decoding import Encoding, detect, is_foreign, repaired
from .headers import SEARCHED_ROWS, Layout, find
from .profile import Profile
from .table import Row, Table, fatal

DELIMITERS = ",;\t|"
_SAMPLE = 1 << 16
MAX_ROW = 1_000_000
"""Characters of one row; more is a lost quotation mark, or an attack."""
MAX_REPAIRS = 50
"""Rows that may be unreadable before the quoting of the whole document is called broken."""


@contextlib.contextmanager
def opened(path: Path, profile: Profile) -> Generator[Table, None, None]:
    """Open the text at ``path`` as a table.

    Raises:
        DocumentError: when no header is known, or (while rows are read) the text can't be decoded.
    """
    encoding = detect(path)
    with _stream(path, encoding) as stream:
        sample = _readable(stream, encoding)
        delimiter, layout = _dialect(sample, profile)
    with _stream(path, encoding) as stream:
        lines = _decoded(stream, encoding)
        rows = _Rows(_Lines(lines), delimiter, layout)
        yield Table(layout, iter(rows), tuple(_encoding_issues(encoding)))


def _stream(path: Path, encoding: Encoding) -> TextIO:
    return path.open(encoding=encoding.codec, errors=encoding.errors, newline="")


def _readable(stream: TextIO, encoding: Encoding) -> str:
    try:
        return stream.read(_SAMPLE).replace("\0", "")
    except UnicodeError as err:
        raise fatal("encoding_unreadable", encoding=encoding.codec) from err


def _encoding_issues(encoding: Encoding) -> Iterator[Issue]:
    if encoding.code_page:
        params = {"encoding": encoding.code_page}
        yield Issue(Severity.WARNING, "encoding_guessed", params=params)


def _decoded(stream: TextIO, encoding: Encoding) -> Iterator[str]:
    """Yield physical lines, none longer than a row may be."""
    try:
        while line := stream.readline(MAX_ROW + 1):
            yield line
    except UnicodeError as err:
        raise fatal("encoding_unreadable", encoding=encoding.codec) from err


# --- delimiter and header ---------------------------------------------------------------------


def _dialect(sample: str, profile: Profile) -> tuple[str, Layout]:
    found: list[tuple[int, str, Layout]] = []
    for delimiter in DELIMITERS:
        layout = find(_first_rows(sample, delimiter), profile)
        if layout:
            found.append((len(layout.columns), delimiter, layout))
    if not found:
        first = next((line for line in sample.splitlines() if line.strip()), "")
        raise fatal("header_unknown", found=first[:200])
    _, delimiter, layout = max(found, key=lambda item: item[0])
    return delimiter, layout


def _first_rows(sample: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    with contextlib.suppress(csv.Error):  # the rows before a broken one are enough
        for cells in csv.reader(sample.splitlines(keepends=True), delimiter=delimiter):
            rows.append([repaired(cell) for cell in cells])
            if len(rows) > SEARCHED_ROWS:
                break
    return rows


# --- rows -------------------------------------------------------------------------------------


class _TooLong(Exception):
    """A row goes on beyond any measure."""


class _Lines:
    """Physical lines that can be given back, ended by a mark that no document holds."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.end = f"end-of-document-{secrets.token_hex(8)}"
        self._lines = lines
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self._size = 0
        self._ended = False
        self.nulls = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines, None)
        if line is None:
            if self._ended:
                raise StopIteration
            self._ended = True
            return self.end
        if "\0" in line:
            self.nulls, line = True, line.replace("\0", "")
        self._taken.append(line)
        self._size += len(line)
        if self._size > MAX_ROW:
            raise _TooLong
        return line

    def begin(self) -> None:
        """A new row starts here."""
        self._taken, self._size, self.nulls = [], 0, False

    def give_back(self) -> None:
        """Let the lines after the row's first one be read again, each for itself."""
        rest = self._taken[1:]
        if self._taken and len(self._taken[0]) > MAX_ROW:
            self._skip_rest_of_line()
        self._again.extendleft(reversed(rest))
        self._ended = False

    def _skip_rest_of_line(self) -> None:
        for piece in self._lines:
            if piece.endswith(("\n", "\r")):
                return


class _Rows:
    """The rows below the header."""

    def __init__(self, lines: _Lines, delimiter: str, layout: Layout) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._layout = layout
        self._repairs = 0
        self._longest: int | None = None

    def __iter__(self) -> Iterator[Row]:
        for number, cells in enumerate(self._records(), start=1):
            if number > self._layout.rows:
                yield self._row(number, cells)

    def _records(self) -> Iterator[list[str] | None]:
        """Yield the cells of each row; ``None`` for one that can't be read."""
        reader = csv.reader(self._lines, delimiter=self._delimiter)
        while True:
            self._lines.begin()
            cells = self._next(reader)
            if cells == [self._lines.end]:
                return
            if cells is None or (cells and self._lines.end in cells[-1]):
                self._repair()
                reader = csv.reader(self._lines, delimiter=self._delimiter)
                cells = None
            yield cells

    @staticmethod
    def _next(reader: Iterator[list[str]]) -> list[str] | None:
        try:
            return next(reader)
        except (csv.Error, _TooLong):
            return None

    def _repair(self) -> None:
        self._repairs += 1
        if self._repairs > MAX_REPAIRS:
            raise fatal("quoting_broken", cap=MAX_REPAIRS)
        self._lines.give_back()

    def _row(self, number: int, cells: list[str] | None) -> Row:
        if cells is None:
            return Row(number, (), (Issue(Severity.ERROR, "row_unreadable", row=number),))
        issues: list[Issue] = []
        if self._lines.nulls:
            issues.append(Issue(Severity.WARNING, "null_bytes", row=number))
        if any(is_foreign(cell) for cell in cells):
            cells = [repaired(cell) for cell in cells]
            issues.append(Issue(Severity.WARNING, "encoding_repaired", row=number))
        if any(cells) and not self._fits(cells):
            params = {"expected": self._layout.width, "found": len(cells)}
            issues.append(Issue(Severity.ERROR, "row_ragged", row=number, params=params))
        return Row(number, tuple(cells), tuple(issues))

    def _fits(self, cells: list[str]) -> bool:
        """Say whether a row has the header's cells.

        Some programs end every row but the header with delimiters; the first row tells. Any other
        cell too many means that something before it has slipped, empty as it may be.
        """
        width, length = self._layout.width, self._layout.length
        if self._longest is None and not any(cell.strip() for cell in cells[length:]):
            self._longest = max(len(cells), length)
        return width <= len(cells) <= (self._longest or length)
