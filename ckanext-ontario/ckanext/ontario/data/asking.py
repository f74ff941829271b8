"""What charts and maps ask of a table: statements that are made here, of columns it has.

Whoever asks has read the table's columns by ``datastore_search`` before, so its own rule has said
who may. Names of columns come from there, never from an address; values are parameters. The role
that asks may read tables and nothing else, and each statement is stopped after ``LONGEST``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION

from ckanext.datastore.backend.postgres import get_read_engine
from ckanext.ontario.data.domain.measures import NAMES, NUMBERS, Seen
from ckanext.ontario.data.logic.questions import explained
from ckanext.ontario.data.preview import Column, column_of

LONGEST = 10_000
"""Milliseconds that a statement may take."""

FIRST_ROWS = 2000
"""Rows by which columns are judged."""

FIRST_COLUMNS = 60
"""Columns that are looked at; a table may have a thousand."""

HUGE = 1e30
"""Numbers beyond it, and those that are none (NaN), are left out of charts."""

LETTERS = 200
"""Characters by which texts are told apart."""


@dataclass(frozen=True)
class Table:
    """A table that the reader may see: its name, its columns, and what its first rows hold."""

    id: str
    columns: tuple[Column, ...]
    seen: tuple[Seen, ...]

    def column(self, name: str) -> Column:
        """Return one of its columns."""
        return next(column for column in self.columns if column.id == name)

    def look(self, name: str) -> Seen:
        """Return what one of its columns holds."""
        return next(seen for seen in self.seen if seen.id == name)


def table(resource_id: str, language: str) -> Table | None:
    """Return a resource's table, or ``None`` when it has none that the reader may see.

    Raises:
        ValidationError: when looking at it takes too long.
    """
    question = {"resource_id": resource_id, "limit": 0, "include_total": False}
    try:
        found = tk.get_action("datastore_search")({}, question)
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None
    columns = [column_of(field, language) for field in found["fields"] if field["id"] != "_id"]
    looked = [c for c in columns if c.type in NUMBERS | NAMES or _is_time(c)][:FIRST_COLUMNS]
    return Table(resource_id, tuple(looked), _seen(resource_id, looked)) if looked else None


def rows(statement: Any) -> list[Any]:
    """Return what a statement finds, as the role that only reads tables.

    Raises:
        ValidationError: when it takes too long, or the values do not suit it.
    """
    with explained(), get_read_engine().begin() as connection:
        connection.execute(sa.text(f"SET LOCAL statement_timeout TO {LONGEST:d}"))
        return list(connection.execute(statement))


def source(resource_id: str, names: Sequence[str]) -> Any:
    """Return a table with some of its columns, for a statement; each name is quoted."""
    quoted = [sa.column(sa.sql.quoted_name(name, quote=True)) for name in dict.fromkeys(names)]
    return sa.table(sa.sql.quoted_name(resource_id, quote=True), *quoted)


def number(column: Any) -> Any:
    """Return a column's numbers as floats, without those that can't be drawn."""
    return sa.case((column.between(-HUGE, HUGE), sa.cast(column, DOUBLE_PRECISION)))


def text(column: Any) -> Any:
    """Return a column's texts, of which blanks are none."""
    return sa.func.nullif(sa.func.btrim(sa.func.left(sa.cast(column, sa.Text), LETTERS)), "")


def _is_time(column: Column) -> bool:
    return column.type == "date" or column.type.startswith("timestamp")


def _seen(resource_id: str, columns: Sequence[Column]) -> tuple[Seen, ...]:
    found = source(resource_id, [column.id for column in columns])
    first = (
        sa.select(*(found.c[column.id].label(f"c{n}") for n, column in enumerate(columns)))
        .limit(FIRST_ROWS)
        .subquery()
    )
    measured: list[Any] = []
    for n, column in enumerate(columns):
        measured += [
            one.label(f"c{n}_{name}") for name, one in _measured(first.c[f"c{n}"], column).items()
        ]
    row = rows(sa.select(*measured))[0]
    return tuple(_column_seen(column, row, f"c{n}_") for n, column in enumerate(columns))


def _measured(column: Any, about: Column) -> dict[str, Any]:
    if about.is_number:
        value = number(column)
        return {
            "filled": sa.func.count(value),
            "different": sa.func.count(value.distinct()),
            "lowest": sa.func.min(value),
            "highest": sa.func.max(value),
            "whole": sa.func.bool_and(value == sa.func.trunc(value)),
        }
    value = text(column)
    counted = {"filled": sa.func.count(value), "different": sa.func.count(value.distinct())}
    if about.type not in NAMES:
        return counted
    return {
        **counted,
        "longest": sa.func.max(sa.func.length(sa.cast(column, sa.Text))),
        "ordered": sa.func.bool_and(value.op("~")("^[0-9]")),
    }


def _column_seen(column: Column, row: Any, prefix: str) -> Seen:
    def of(name: str) -> Any:
        return getattr(row, f"{prefix}{name}", None)

    return Seen(
        id=column.id,
        type="timestamp" if column.type.startswith("timestamp") else column.type,
        name=column.label,
        unit=column.unit,
        filled=of("filled"),
        different=of("different"),
        lowest=of("lowest"),
        highest=of("highest"),
        whole=bool(of("whole")),
        longest=of("longest") or 0,
        ordered=bool(of("ordered")),
    )
