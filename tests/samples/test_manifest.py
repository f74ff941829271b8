"""The manifest, and the files as bytes: encodings, sheets, dates that never change."""

from __future__ import annotations

import csv
import datetime as dt
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from ckanext.ontario.harvesters.inventory import profile
from ckanext.ontario.schema import tables

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "harvesters" / "inventory" / "samples"
MANIFEST: list[dict[str, Any]] = yaml.safe_load(
    (FOLDER / "samples.yaml").read_text(encoding="utf-8")
)
NOT_SAMPLES = {"samples.yaml", "README.md", ".gitattributes"}


def text(name: str, encoding: str) -> str:
    return (FOLDER / name).read_bytes().decode(encoding)


def test_every_file_is_in_the_manifest_once() -> None:
    listed = [entry["file"] for entry in MANIFEST]
    assert sorted(listed) == sorted({path.name for path in FOLDER.iterdir()} - NOT_SAMPLES)


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["file"])
def test_an_entry_says_whose_file_it_is_and_how_to_read_it(entry: Mapping[str, Any]) -> None:
    known = {organization["name"] for organization in tables.organizations()}
    assert entry["organization"] in known
    assert entry["profile"] in profile.names()
    assert set(entry["title"]) == {"en", "fr"}
    assert entry["title"]["en"] != entry["title"]["fr"]


def test_the_readme_lists_every_file_and_every_wrong_row() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for entry in MANIFEST:
        assert f"`{entry['file']}`" in readme
        wrong_rows = [w for w in entry["expected"] if w["severity"] != "warning"]
        for wrong in wrong_rows:
            assert f"| `{entry['file']}` | {wrong['row']} |" in readme


# --- the files as bytes ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["environment-conservation-parks.csv", "government-wide.csv", "ontario-energy-board.tsv"],
)
def test_utf_8_without_a_mark(name: str) -> None:
    assert not (FOLDER / name).read_bytes().startswith(b"\xef\xbb\xbf")
    assert "é" in text(name, "utf-8")


def test_utf_8_with_a_mark() -> None:
    assert (FOLDER / "education.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert "é" in text("education.csv", "utf-8-sig")


def test_windows_1252_and_nothing_else() -> None:
    content = (FOLDER / "richesses-naturelles.csv").read_bytes()
    for encoding in ("utf-8", "ascii"):
        with pytest.raises(UnicodeDecodeError):
            content.decode(encoding)
    assert {0x80 <= byte <= 0x9F for byte in content} == {True, False}  # not Latin-1 either
    assert {"œ", "’", "–"} <= set(content.decode("cp1252"))


def test_french_headers_semicolons_and_dates_in_words() -> None:
    lines = text("richesses-naturelles.csv", "cp1252").splitlines()
    rows = list(csv.DictReader(lines, delimiter=";"))
    assert {"Titre public (français)", "Niveau d’accès", "Période couverte"} <= set(rows[0])
    assert any(row["Date de création"].startswith("1er ") for row in rows)
    assert any("décembre" in row["Date de création"] for row in rows)


def test_one_column_holds_dates_in_several_forms() -> None:
    lines = text("environment-conservation-parks.csv", "utf-8").splitlines()
    starts = {row["Date Range - Start"] for row in csv.DictReader(lines)}
    assert any("/" in start for start in starts)
    assert any(", " in start for start in starts)
    assert any(start[4:5] == "-" for start in starts)


def test_the_workbook_has_titles_above_the_header_several_sheets_and_real_dates() -> None:
    book = openpyxl.load_workbook(FOLDER / "health.xlsx", read_only=True)
    assert book.sheetnames == ["Notes", "Inventory", "Lists"]
    rows = list(book["Inventory"].iter_rows(values_only=True))
    assert [bool(row[0]) for row in rows[:4]] == [True, True, False, True]
    assert rows[0][1:] == (None,) * (len(rows[0]) - 1)
    header = rows[3]
    created = header.index("Date Created")
    assert all(isinstance(row[created], dt.datetime) for row in rows[4:])
    book.close()


def test_the_workbook_carries_no_trace_of_when_it_was_written() -> None:
    with zipfile.ZipFile(FOLDER / "health.xlsx") as archive:
        assert {info.date_time for info in archive.infolist()} == {(2024, 1, 15, 9, 0, 0)}
