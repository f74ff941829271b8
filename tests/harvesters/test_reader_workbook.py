"""XLSX: sheets, headers, dates, and archives that mean harm."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import pytest
from documents import read, repacked, workbook
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.xml.constants import SHEET_MAIN_NS

from ckanext.ontario.harvesters.inventory import workbook as guards

HEADER = ["Inventory ID", "Public Title", "Access Level", "Date Created", "Tags"]
ROW: list[Any] = [1001, "Bridges", "Open", dt.datetime(2017, 12, 22), "roads"]  # noqa: DTZ001 -- spreadsheets know no zones


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return workbook(tmp_path / "good.xlsx", {"Inventory": [HEADER, ROW]})


def test_a_row(good: Path) -> None:
    (record,) = read(good).records
    assert (record.guid, record.row) == ("1001", 2)
    assert record.dataset["date_created"] == "2017-12-22"
    assert record.dataset["keywords"] == {"en": ["roads"]}
    assert read(good).issues == []


def test_title_rows_above_and_notes_beside(tmp_path: Path) -> None:
    rows = [["Inventory of the ministry"], [], HEADER, [*ROW, "", "a remark"], [None] * 5, ROW]
    reading = read(workbook(tmp_path / "x.xlsx", {"Inventory": rows}))
    assert [record.row for record in reading.records] == [4]
    assert reading.issue("identifier_repeated").row == 6
    assert reading.issue("cells_without_header").row == 4


def test_a_header_of_merged_cells(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Title", None, "Access Level"])
    sheet.append(["English", "French", None])
    sheet.append(["Bridges", "Ponts", "Open"])
    sheet.merge_cells("A1:B1")
    sheet.merge_cells("C1:C2")
    book.save(tmp_path / "x.xlsx")
    (record,) = read(tmp_path / "x.xlsx").records
    assert record.dataset["title_translated"] == {"en": "Bridges", "fr": "Ponts"}
    assert record.row == 3


def test_the_first_sheet_with_a_known_header_is_read(tmp_path: Path) -> None:
    sheets = {
        "Notes": [["How to fill this in"]],
        "Lists": [["Access Level", "Update Frequency"], ["Open", "Daily"]],
        "2024": [HEADER, ROW],
        "2023": [HEADER, [7, "Old", "Open", None, None]],
    }
    path = workbook(tmp_path / "x.xlsx", sheets)
    reading = read(path)
    assert [record.guid for record in reading.records] == ["1001"]
    assert reading.issue("sheets_not_read").params == {"used": "2024", "others": "2023"}
    assert [record.guid for record in read(path, sheet="2023").records] == ["7"]
    assert read(path, sheet="2022").issue("sheet_unknown").params["name"] == "2022"
    assert read(path, sheet="Notes").codes == ["header_unknown"]


def test_a_hidden_sheet_is_read_only_by_name(tmp_path: Path) -> None:
    path = workbook(tmp_path / "x.xlsx", {"Shown": [["x"]], "Hidden": [HEADER, ROW]})
    book = load_workbook(path)
    book["Hidden"].sheet_state = "hidden"
    book.save(path)
    assert read(path).codes == ["header_unknown"]
    assert len(read(path, sheet="Hidden").records) == 1


@pytest.mark.parametrize(
    ("cell", "iso"),
    [
        (dt.date(2017, 12, 22), "2017-12-22"),
        (43091, "2017-12-22"),
        (43091.25, "2017-12-22"),
        ("22 décembre 2017", "2017-12-22"),
    ],
)
def test_dates(tmp_path: Path, cell: object, iso: str) -> None:
    rows = [HEADER, [1, "Bridges", "Open", cell, None]]
    path = workbook(tmp_path / "x.xlsx", {"x": rows})
    assert read(path).datasets[0]["date_created"] == iso


def test_day_numbers_of_old_macintosh_workbooks(tmp_path: Path) -> None:
    path = workbook(tmp_path / "x.xlsx", {"x": [HEADER, [1, "Bridges", "Open", 41629, None]]})
    book = load_workbook(path)
    book.epoch = CALENDAR_MAC_1904
    book.save(path)
    assert read(path).datasets[0]["date_created"] == "2017-12-22"


def test_yes_and_no_of_a_check_box(tmp_path: Path) -> None:
    rows = [["Title", "Access", "Contains Geographic Markers"], ["A b", "Open", True]]
    path = workbook(tmp_path / "x.xlsx", {"x": rows})
    assert read(path).datasets[0]["contains_geographic_markers"] == "yes"


def test_a_formula_counts_by_its_saved_result(tmp_path: Path) -> None:
    path = workbook(tmp_path / "x.xlsx", {"x": [["Title", "Access"], ["=1+1", "Open"]]})
    assert read(path).codes == ["title_missing"]  # openpyxl saves no results


def test_a_name_says_nothing(good: Path, tmp_path: Path) -> None:
    renamed = good.rename(tmp_path / "inventory.csv")
    assert len(read(renamed).records) == 1


# --- harm ------------------------------------------------------------------------------------


def bomb(source: Path, target: Path) -> Path:
    sheet = b"<worksheet>" + b" " * (guards.MAX_RATIO * 60_000) + b"</worksheet>"
    return repacked(source, target, {"xl/worksheets/sheet1.xml": sheet})


def test_a_zip_bomb_is_not_unpacked(good: Path, tmp_path: Path) -> None:
    path = bomb(good, tmp_path / "bomb.xlsx")
    assert path.stat().st_size < 100_000
    assert read(path).codes == ["workbook_too_large"]


def test_the_sum_of_all_parts_is_capped(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "MAX_TOTAL", 2_000)
    assert read(good).codes == ["workbook_too_large"]


def test_too_many_parts(good: Path, tmp_path: Path) -> None:
    parts: dict[str, bytes | None] = {f"x/{n}": b"" for n in range(guards.MAX_PARTS)}
    path = repacked(good, tmp_path / "many.xlsx", parts)
    assert read(path).codes == ["workbook_too_many_parts"]


def test_an_archive_inside(good: Path, tmp_path: Path) -> None:
    path = repacked(good, tmp_path / "nested.xlsx", {"xl/embeddings/a.zip": b"PK"})
    assert read(path).issue("workbook_nested_archive").params["name"] == "xl/embeddings/a.zip"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "part", ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels"]
)
def test_xml_entities(good: Path, tmp_path: Path, part: str, encoding: str) -> None:
    # The mark may stand far from the beginning, across two reads.
    padding = " " * ((1 << 18) - 40)
    xml = (
        f'<?xml version="1.0"?><!--{padding}--><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc">]><a/>'
    )
    path = repacked(good, tmp_path / "x.xlsx", {part: xml.encode(encoding)})
    assert read(path).issue("workbook_has_entities").params["name"] == part


@pytest.mark.parametrize(
    "damage",
    [
        {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row r='1'>"},
        {"xl/worksheets/sheet1.xml": f"<row xmlns='{SHEET_MAIN_NS}' r='x'/>".encode()},
        {"xl/workbook.xml": b"<workbook"},
        {"xl/styles.xml": b"no xml"},
        {"[Content_Types].xml": None},
    ],
)
def test_a_damaged_workbook(good: Path, tmp_path: Path, damage: dict[str, bytes | None]) -> None:
    assert read(repacked(good, tmp_path / "x.xlsx", damage)).codes == ["workbook_damaged"]


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_truncated_workbook(good: Path, kept: float) -> None:
    content = good.read_bytes()
    good.write_bytes(content[: int(len(content) * kept)])
    assert read(good).codes == ["workbook_damaged"]


def test_a_row_number_beyond_any_sheet_is_not_counted_up_to(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "LAST_ROW", 50)
    with zipfile.ZipFile(good) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    far = sheet.replace('<row r="2"', '<row r="999999999999"')
    path = repacked(good, tmp_path / "x.xlsx", {"xl/worksheets/sheet1.xml": far.encode()})
    assert read(path).codes == ["inventory_without_rows"]
