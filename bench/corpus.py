"""The records of the harvest benchmark: one inventory, and the same as catalogues to harvest.

Pure: knows no database. Every document has the same records, made of the valid rows of a sample
inventory, with our fields in both languages.
"""

from __future__ import annotations

import csv
import json
import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from ckanext.ontario import harvesters
from ckanext.ontario.harvest.reader import Record
from ckanext.ontario.harvesters.inventory.reader import InventoryReader

ORGANIZATION = "mecp"
MODEL = "environment-conservation-parks.csv"
TITLES = tuple(f"Public Title ({language})" for language in ("English", "French"))
LONG_AGO, AHEAD = "2020-01-01T00:00:00.000000", "2100-01-01T00:00:00.000000"

Dataset = dict[str, Any]


def inventory(path: Path, records: int, widest: int | None = None) -> Path:
    """Write an inventory of ``records`` rows, made of the valid rows of a sample.

    Args:
        path: where.
        records: how many.
        widest: how many characters a description keeps, where a million rows must stay under a
            cap.
    """
    source = Path(harvesters.__file__).parent / "inventory" / "samples" / MODEL
    with source.open(encoding="utf-8", newline="") as handle:
        read = islice(csv.DictReader(handle), 50)
        rows = [
            {name: text[:widest] if "Description" in name else text for name, text in row.items()}
            for row in read
        ]
    return _write(path, list(rows[0]), (_numbered(rows, number) for number in range(records)))


def _numbered(rows: Sequence[dict[str, str]], number: int) -> dict[str, str]:
    row = rows[number % len(rows)]
    titles = {title: f"{row[title]} ({number})" for title in TITLES}
    return {**row, **titles, "Inventory ID": f"BENCH-{number}"}


def changed(path: Path) -> Path:
    """Return an inventory like this one, with other titles in a tenth of its rows."""
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        rows = (
            {**row, **{title: f"{row[title]} *" for title in TITLES}} if number % 10 == 0 else row
            for number, row in enumerate(reader)
        )
        other = path.with_name(f"{path.stem}-changed.csv")
        return _write(other, list(reader.fieldnames or []), rows)


def _write(path: Path, columns: Sequence[str], rows: Iterator[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def datasets(inventory: Path) -> list[Dataset]:
    """Return an inventory's records as our reader maps them, named."""
    found = InventoryReader().read(inventory, {"profile": "ontario"})
    mapped = [one.dataset for one in found if isinstance(one, Record)]
    return [
        {**one, "name": f"bench-{number}", "type": "dataset"} for number, one in enumerate(mapped)
    ]


def catalogue(records: Sequence[Dataset]) -> dict[str, Any]:
    """Return a JSON catalogue whose records have our fields already."""
    return {"dataset": [{"identifier": one["name"], "dataset": one} for one in records]}


def plain_catalogue(records: Sequence[Dataset]) -> dict[str, Any]:
    """Return a catalogue in plain DCAT JSON: what CKAN's own schema has a place for."""
    return {"dataset": [_plain(one) for one in records]}


def _plain(record: Dataset) -> dict[str, Any]:
    return {
        "identifier": record["name"],
        "title": record["title_translated"]["en"],
        "description": record["notes_translated"]["en"],
        "keyword": [re.sub(r"[^\w .-]", "", word) for word in record["keywords"]["en"]],
        "issued": record.get("opened_date"),
        "modified": record.get("current_as_of"),
        "publisher": {"name": ORGANIZATION, "email": record.get("maintainer_email")},
        "language": ["en", "fr"],
        "accessLevel": "public",
        "distribution": [
            {
                "title": one["name_translated"]["en"],
                "accessURL": one["url"],
                "format": one.get("format"),
            }
            for one in record.get("resources", [])
        ],
    }


def portal(records: Sequence[Dataset]) -> list[Dataset]:
    """Return what another CKAN's ``package_search`` gives, in the order of the ids.

    A record whose title was changed says that it was modified after any harvest, the others before.
    """
    return sorted(map(_package, records), key=lambda one: one["id"])


def _package(record: Dataset) -> Dataset:
    title = record["title_translated"]["en"]
    return {
        **record,
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, record["name"])),
        "title": title,
        "notes": record["notes_translated"]["en"],
        "organization": {"name": ORGANIZATION, "title": ORGANIZATION},
        "metadata_modified": AHEAD if title.endswith("*") else LONG_AGO,
        "state": "active",
    }


DOCUMENTS: dict[str, Callable[[Sequence[Dataset]], Any]] = {
    "dcat_json": catalogue,
    "stock_schema": plain_catalogue,
    "ours_data_json": plain_catalogue,
    "ckan": portal,
    "ours_ckan": portal,
}
"""Who does not read the inventory itself → what of its records."""


def document(inventory: Path, reader: str) -> Path:
    """Return the document of an inventory's records for one who harvests them."""
    if reader not in DOCUMENTS:
        return inventory
    made = inventory.with_suffix(".json")
    made.write_text(json.dumps(DOCUMENTS[reader](datasets(inventory))), encoding="utf-8")
    return made
