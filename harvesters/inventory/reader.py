"""The reader of inventories: a CSV, TSV or XLSX document → records and issues.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from ckanext.ontario.harvest.reader import DocumentError, Issue, Record, Severity

from . import delimited, profile, workbook
from .document import DocumentKind, kind_of
from .headers import Layout, is_header
from .identity import Seen, remembered
from .mapping import Mapper
from .profile import Profile
from .table import Row, Table, fatal

DEFAULT_PROFILE = "ontario"
MAX_BYTES = 1024**3
"""Largest document that is read, unless the options say less."""
KEYS = ("profile", "sheet", "max_bytes", "filename")
"""Options there are. ``filename`` is what the document was called; its bytes decide what it is."""


@dataclass(frozen=True)
class _Options:
    """What a source may say of its document."""

    profile: Profile
    sheet: str | None
    max_bytes: int

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> _Options:
        name = str(options.get("profile") or DEFAULT_PROFILE)
        try:
            known = profile.load(name)
        except KeyError as err:
            said = ", ".join(profile.names())
            raise fatal("profile_unknown", name=name, profiles=said) from err
        sheet, max_bytes = options.get("sheet"), options.get("max_bytes", MAX_BYTES)
        if sheet is not None and not isinstance(sheet, str):
            raise fatal("option_invalid", key="sheet", value=str(sheet))
        if not isinstance(max_bytes, int) or not 0 < max_bytes <= MAX_BYTES:
            raise fatal("option_invalid", key="max_bytes", value=str(max_bytes))
        return cls(known, sheet or None, max_bytes)


class InventoryReader:
    """Reads inventories: one row for each dataset.

    Options: ``profile`` (a file of ``profiles/`` without its ending; ``ontario``), ``sheet`` (the
    name of a workbook's sheet; the first with a known header), ``max_bytes`` (1 GiB).
    """

    kind = "inventory"

    profiles: ClassVar[Mapping[str, Mapping[str, str]]] = profile.titles(first=DEFAULT_PROFILE)
    """What each profile is called in both languages; the default one first."""

    def __init__(self) -> None:
        self.mapping_version = profile.mapping_version()

    def check_options(self, options: Mapping[str, Any]) -> list[Issue]:
        """Return what is wrong with a source's options, for its form."""
        issues = [
            Issue(Severity.FATAL, "option_unknown", params={"key": key, "keys": ", ".join(KEYS)})
            for key in options
            if key not in KEYS
        ]
        try:
            _Options.of(options)
        except DocumentError as err:
            issues.append(err.issue)
        return issues

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Issue]:
        """Yield records in document order, and issues that belong to no record.

        A row that is refused but says which record it is comes as a record with an error, so that
        the record is not taken for gone. Memory does not grow with the document; a workbook's
        shared texts are the exception, and they are capped.

        Raises:
            DocumentError: when nothing of the document can be used. Raised while iterating.
        """
        chosen = _Options.of(options)
        with _opened(path, chosen) as table, remembered() as seen:
            yield from table.issues
            yield from _table_issues(table.layout)
            yield from _records(table, chosen.profile, seen)


def _opened(path: Path, options: _Options) -> contextlib.AbstractContextManager[Table]:
    if kind_of(path, options.max_bytes) is DocumentKind.WORKBOOK:
        return workbook.opened(path, options.profile, options.sheet)
    return delimited.opened(path, options.profile)


def _table_issues(layout: Layout) -> Iterator[Issue]:
    """Yield what is to be said of the header as a whole."""
    for code, headers in (
        ("columns_unknown", layout.unknown),
        ("columns_not_kept", layout.not_kept),
    ):
        if headers:
            params = {"columns": ", ".join(headers)}
            yield Issue(Severity.WARNING, code, row=layout.rows, params=params)
    for header, first in layout.repeated:
        params = {"column": header, "first": first}
        yield Issue(Severity.WARNING, "column_repeated", layout.rows, header, params=params)


def _records(table: Table, profile: Profile, seen: Seen) -> Iterator[Record | Issue]:
    mapper = Mapper(profile, table.layout, mac_dates=table.mac_dates)
    found, unnamed = 0, False
    for row in _filled(table.rows):
        if row.broken:
            found += 1
            yield from row.issues
        elif is_header(row.cells, table.layout, profile):
            yield Issue(Severity.WARNING, "header_repeated", row=row.number)
        else:
            found += 1
            if not unnamed and _has_unnamed(row, table.layout):
                unnamed = True
                yield Issue(Severity.WARNING, "cells_without_header", row=row.number)
            yield from _checked(mapper.map(row), seen)
    if not found:
        raise fatal("inventory_without_rows")
    count, first = mapper.unplaced
    if count:
        yield Issue(Severity.WARNING, "formats_without_file", row=first, params={"count": count})


def _filled(rows: Iterator[Row]) -> Iterator[Row]:
    """Yield the rows that hold text or a problem."""
    for row in rows:
        if row.broken or any(cell and not cell.isspace() for cell in row.cells):
            yield row


def _has_unnamed(row: Row, layout: Layout) -> bool:
    return any(cell.strip() for cell in row.cells[layout.width :])


def _checked(mapped: Record | tuple[Issue, ...], seen: Seen) -> Iterator[Record | Issue]:
    """Yield a record unless an earlier row has its identifier."""
    if not isinstance(mapped, Record):
        yield from mapped
        return
    first = seen.first(mapped.guid, mapped.row or 0)
    if first is None:
        yield replace(mapped, issues=tuple(replace(i, guid=mapped.guid) for i in mapped.issues))
        return
    yield Issue(
        Severity.ERROR,
        "identifier_repeated",
        mapped.row,
        guid=mapped.guid,
        params={"first": first, "identifier": _shown(mapped)},
    )


def _shown(record: Record) -> str:
    """Return what a person would call the record: its identifier, or the title it stands for."""
    titles = record.dataset.get("title_translated") or {}
    made = record.guid.startswith("title:")
    return str(titles.get("en") or titles.get("fr") or record.guid) if made else record.guid
