"""A record as a row of the inventory, and cells that no spreadsheet program runs.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, cast

import yaml

from ckanext.ontario.shared.bilingual import LANGUAGES
from ckanext.ontario.shared.cells import safe

Record = Mapping[str, Any]
Texts = Mapping[str, str]

BETWEEN = "; "
"""Stands between the items of a list in one cell; no keyword, topic or format holds it."""

FILES = {"data_files": (None, "", "data"), "documents": ("technical_document", "data_dictionary")}
"""Column → the kinds of resources it lists."""


@dataclass(frozen=True)
class Column:
    """One column of the table.

    Attributes:
        source: field of the record, or a name of :data:`COMPUTED`.
        header: what the column is called in each language.
        language: which language's text it holds; empty when the value has none.
    """

    source: str
    header: Texts
    language: str = ""


@dataclass(frozen=True)
class Words:
    """What a row needs besides the record.

    Attributes:
        language: the language of headers and of choices.
        choices: field → value → label, in that language.
        publishers: name of an organization → its title in each language.
        page: returns the address of a record's page, for its name and a language.
    """

    language: str
    choices: Mapping[str, Texts] = field(default_factory=dict[str, Texts])
    publishers: Mapping[str, Texts] = field(default_factory=dict[str, Texts])
    page: Callable[[str, str], str] = lambda name, language: f"/{language}/dataset/{name}"


def columns() -> list[Column]:
    """Return the columns of ``schemas/inventory.yaml``, bilingual ones once for each language."""
    content = _table()
    return [
        Column(row["from"], _headers(row, content["languages"], language), language)
        for row in content["columns"]
        for language in (LANGUAGES if row.get("bilingual") else ("",))
    ]


def _table() -> dict[str, Any]:
    path = resources.files("ckanext.ontario.schemas").joinpath("inventory.yaml")
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def _headers(row: dict[str, Any], names: Mapping[str, Texts], language: str) -> Texts:
    if not language:
        return dict(row["header"])
    return {code: f"{row['header'][code]} ({names[code][language]})" for code in LANGUAGES}


def row(record: Record, table: Sequence[Column], words: Words) -> list[str]:
    """Return the cells of one record, in the order of ``table``, safe for spreadsheets."""
    return [safe(_cell(record, column, words)) for column in table]


def _cell(record: Record, column: Column, words: Words) -> str:
    computed = COMPUTED.get(column.source)
    if computed:
        return computed(record, column, words)
    value = record.get(column.source)
    if column.language:
        value = value.get(column.language) if isinstance(value, Mapping) else None
    labels = words.choices.get(column.source, {})
    if isinstance(value, list):
        return BETWEEN.join(labels.get(str(one), str(one)) for one in value)
    return "" if value is None else labels.get(str(value), str(value))


def _publisher(record: Record, column: Column, words: Words) -> str:
    organization = record.get("organization") or {}
    titles = words.publishers.get(str(organization.get("name")), {})
    return titles.get(column.language) or str(organization.get("title") or "")


def _page(record: Record, column: Column, words: Words) -> str:
    return words.page(str(record["name"]), column.language)


def _formats(record: Record, _column: Column, _words: Words) -> str:
    return BETWEEN.join(dict.fromkeys(str(one.get("format") or "OTHER") for one in _data(record)))


def _addresses(record: Record, column: Column, _words: Words) -> str:
    return "\n".join(str(one.get("url") or "") for one in _files(record, column.source))


def _data(record: Record) -> list[Record]:
    return _files(record, "data_files")


def _files(record: Record, source: str) -> list[Record]:
    return [one for one in record.get("resources") or () if one.get("type") in FILES[source]]


COMPUTED: Mapping[str, Callable[[Record, Column, Words], str]] = {
    "publisher": _publisher,
    "page": _page,
    "formats": _formats,
    "data_files": _addresses,
    "documents": _addresses,
}
"""Columns that are more than one field of the record."""


class _Echo:
    """What ``csv.writer`` writes to: hands each line back."""

    def write(self, text: str) -> str:
        """Return ``text``."""
        return text


_WRITER: Any = csv.writer(cast("Any", _Echo()))


def line(cells: Iterable[str]) -> str:
    """Return cells as one line of CSV (RFC 4180)."""
    return str(_WRITER.writerow(cells))


def header(table: Sequence[Column], language: str) -> str:
    """Return the first line: a byte order mark, by which spreadsheets know UTF-8, and headers."""
    return "\ufeff" + line(column.header[language] for column in table)


def lines(records: Iterable[Record], words: Words) -> Iterator[str]:
    """Yield the table as lines of CSV, the header first, one record at a time."""
    table = columns()
    yield header(table, words.language)
    for record in records:
        yield line(row(record, table, words))
