"""XLSX: the rows of a workbook's sheet, read one at a time.

A workbook is an archive of XML from a stranger: before it is opened its parts are counted, measured
and searched for entities. Formulas count by the result saved with them; links to other workbooks,
macros and embedded files are never followed. Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Generator, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.utils.exceptions import InvalidFileException

from ckanext.ontario.harvest.reader import Issue, Severity

from .headers import SEARCHED_ROWS, Layout, find
from .profile import Profile
from .table import Row, Table, fatal

MAX_PARTS = 2_000
MAX_TOTAL = 512 * 1024 * 1024
"""Bytes of all parts together, decompressed."""
MAX_RATIO = 200
"""Decompressed bytes for one byte of a large part; a sheet's XML shrinks ten- to fiftyfold."""
_LARGE = 4 * 1024 * 1024
LAST_ROW = 1_048_576
"""The last row a worksheet can have; a file that names a later one lies."""

_ENTITIES = re.compile(
    rb"<!(?:DOCTYPE|ENTITY)|<\0!\0(?:D\0O\0C|E\0N\0T)|\0<\0!\0(?:D\0O\0C|E\0N\0T)"
)
_ARCHIVES = (".zip", ".xlsx", ".xlsm", ".xlsb", ".docx", ".pptx", ".ods", ".gz", ".7z", ".jar")
_MALFORMED = (
    *(AttributeError, IndexError, KeyError, NotImplementedError, OSError, RuntimeError),
    *(InvalidFileException, SyntaxError, TypeError, ValueError, zipfile.BadZipFile, zlib.error),
)
"""What openpyxl, lxml and zipfile raise for workbooks that are not what they seem."""


@contextlib.contextmanager
def opened(path: Path, profile: Profile, sheet: str | None = None) -> Generator[Table, None, None]:
    """Open a sheet of the workbook at ``path`` as a table.

    Args:
        path: The workbook.
        profile: Says which headers are known.
        sheet: The sheet's name; without it, the first visible one with a known header is read.

    Raises:
        DocumentError: when the workbook is unsafe or damaged, or no sheet has a known header.
    """
    _inspect(path)
    with path.open("rb") as stream:  # given a path, openpyxl would go by the file's name
        try:
            book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        except _MALFORMED as err:
            raise fatal("workbook_damaged") from err
        with contextlib.closing(book):
            chosen, layout, others = _choose(book, profile, sheet)
            yield Table(
                layout,
                _rows(chosen, layout),
                tuple(_sheet_issues(chosen.title, others)),
                mac_dates=book.epoch == CALENDAR_MAC_1904,
            )


# --- guards -----------------------------------------------------------------------------------


def _inspect(path: Path) -> None:
    """Refuse an archive that is too much, nested, no workbook, or brings XML entities."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _measure(parts)
            if "xl/workbook.xml" not in {part.filename.lower() for part in parts}:
                raise fatal("format_unsupported", format="ZIP")
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _search_entities(archive, part)
    except _MALFORMED as err:
        raise fatal("workbook_damaged") from err


def _measure(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MAX_PARTS:
        raise fatal("workbook_too_many_parts", size=len(parts), cap=MAX_PARTS)
    total = sum(part.file_size for part in parts)
    squeezed = any(
        part.file_size > _LARGE and part.file_size > MAX_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    if total > MAX_TOTAL or squeezed:
        raise fatal("workbook_too_large", size=total, cap=MAX_TOTAL)
    for part in parts:
        if part.filename.lower().endswith(_ARCHIVES):
            raise fatal("workbook_nested_archive", name=part.filename)


def _search_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(1 << 18):
            if _ENTITIES.search(tail + chunk):
                raise fatal("workbook_has_entities", name=part.filename)
            tail = chunk[-16:]


# --- sheets -----------------------------------------------------------------------------------


def _choose(book: Any, profile: Profile, name: str | None) -> tuple[Any, Layout, list[str]]:
    """Return the sheet to read, its layout, and the other sheets that look like inventories."""
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if name is not None:
        sheets = [sheet for sheet in book.worksheets if sheet.title == name]
        if not sheets:
            raise fatal("sheet_unknown", name=name, sheets=", ".join(book.sheetnames))
    found: list[tuple[Any, Layout]] = []
    for sheet in sheets:
        sheet.reset_dimensions()  # some programs write a dimension that is too small
        if layout := find(list(islice(_texts(sheet), SEARCHED_ROWS + 1)), profile):
            found.append((sheet, layout))
    if not found:
        first = next((row for sheet in sheets for row in _texts(sheet) if any(row)), ())
        raise fatal("header_unknown", found=", ".join(filter(None, first))[:200])
    (chosen, layout), *others = found
    return chosen, layout, [sheet.title for sheet, _ in others]


def _sheet_issues(used: str, others: list[str]) -> Iterator[Issue]:
    if others:
        params = {"used": used, "others": ", ".join(others)}
        yield Issue(Severity.WARNING, "sheets_not_read", params=params)


# --- rows -------------------------------------------------------------------------------------


def _rows(sheet: Any, layout: Layout) -> Iterator[Row]:
    for number, cells in enumerate(_texts(sheet), start=1):
        if number <= layout.rows:
            continue
        missing = layout.width - len(cells)  # blank cells at the end of a row are not stored
        yield Row(number, cells + ("",) * missing if missing > 0 else cells)


def _texts(sheet: Any) -> Iterator[tuple[str, ...]]:
    try:
        for cells in sheet.iter_rows(max_row=LAST_ROW, values_only=True):
            yield tuple(_text(cell) for cell in cells)
    except _MALFORMED as err:
        raise fatal("workbook_damaged") from err


def _text(value: object) -> str:
    """Return a cell's value as a person would type it; dates in ISO form."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
