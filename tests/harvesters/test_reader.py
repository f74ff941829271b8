"""What becomes of rows, whatever document they stand in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from documents import MESSAGES, OWN, Reading, read, said, table, text, workbook

from ckanext.ontario.harvest.reader import Issue, Severity
from ckanext.ontario.harvesters.inventory import delimited, document
from ckanext.ontario.harvesters.inventory.reader import InventoryReader


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "inventory.csv"


def of(path: Path, content: str | bytes, **options: Any) -> Reading:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path, **options)


# --- a record --------------------------------------------------------------------------------


def test_a_whole_record(path: Path) -> None:
    columns = {
        "Inventory ID": "A-1",
        "Publisher": "Ministry of  Transportation",
        "Titre": "Ponts",
        "Short Description": "Inspections",
        "Data Custodian Branch": "Bridge Office",
        "Data Custodian Email": "bridges@ontario.ca",
        "Date Range": "January 1, 2016 - December 31, 2020",
        "Contains Geographic Markers": "T",
        "Update Frequency": "annual",
        "Licence Type": "Open Government Licence",
        "Tags": "bridges; safety",
        "Mots clés": "ponts",
        "File Extensions": "csv; pdf",
        "Dataset URL": "https://data.ontario.ca/b.csv",
        "Technical Documents": "https://data.ontario.ca/b.pdf",
        "Exemption": "N/A",
    }
    (record,) = of(path, table(columns, title="Bridges")).records
    assert (record.guid, record.organization) == ("A-1", "Ministry of Transportation")
    assert record.issues == ()
    assert record.dataset == {
        "asset_type": "dataset",
        "title_translated": {"en": "Bridges", "fr": "Ponts"},
        "access_level": "open",
        "short_description_translated": {"en": "Inspections"},
        "maintainer_branch": {"en": "Bridge Office"},
        "maintainer_email": "bridges@ontario.ca",
        "date_range_start": "2016-01-01",
        "date_range_end": "2020-12-31",
        "contains_geographic_markers": "yes",
        "update_frequency": "yearly",
        "license_id": "OGL-ON-1.0",
        "keywords": {"en": ["bridges", "safety"], "fr": ["ponts"]},
        "resources": [
            {
                "url": "https://data.ontario.ca/b.csv",
                "format": "CSV",
                "type": "data",
                "name_translated": {"en": "Data file (CSV)", "fr": "Fichier de données (CSV)"},
            },
            {
                "url": "https://data.ontario.ca/b.pdf",
                "format": "PDF",
                "type": "technical_document",
                "name_translated": {
                    "en": "Technical document (PDF)",
                    "fr": "Document technique (PDF)",
                },
            },
        ],
    }
    assert json.loads(json.dumps(record.dataset)) == record.dataset


def test_restricted_without_exemption_goes_in(path: Path) -> None:
    (record,) = of(path, table({}, access="Restricted")).records
    assert not record.refused
    assert record.dataset["license_id"] == "other-closed"


def test_a_row_without_access_level_goes_in_as_a_draft(path: Path) -> None:
    (record,) = of(path, table({}, access="")).records
    assert not record.refused
    assert "access_level" not in record.dataset


def test_a_french_inventory(path: Path) -> None:
    rows = [
        ["Titre", "Description", "Niveau d’accès", "Mots clés", "Fréquence"],
        ["Ponts", "Inspections", "Restreint", "ponts; sécurité", "Annuelle"],
    ]
    (record,) = of(path, text(rows)).records
    assert record.dataset["title_translated"] == {"fr": "Ponts"}
    assert record.dataset["notes_translated"] == {"fr": "Inspections"}
    assert record.dataset["keywords"] == {"fr": ["ponts", "sécurité"]}
    assert record.dataset["update_frequency"] == "yearly"


@pytest.mark.parametrize(
    ("eligible", "released", "portal", "level"),
    [
        ("Y", "2016-04-01", "", "open"),
        ("Y", "", "https://open.canada.ca/data/en/dataset/1", "open"),
        ("Y", "", "", "under_review"),
        ("N", "", "", "restricted"),
    ],
)
def test_the_federal_inventory(
    path: Path, eligible: str, released: str, portal: str, level: str
) -> None:
    rows = [
        ["ref_number", "title_en", "title_fr", "eligible_for_release", "date_released"],
        ["OD-1", "Rates", "Taux", eligible, released],
    ]
    rows[0].append("portal_link_en")
    rows[1].append(portal)
    (record,) = of(path, text(rows, "\t"), profile="federal").records
    assert (record.guid, record.dataset["access_level"]) == ("OD-1", level)
    assert record.dataset.get("url", "") == portal


# --- identity --------------------------------------------------------------------------------


def test_a_row_without_identifier_is_known_by_publisher_and_title(path: Path) -> None:
    rows = [
        ["Title", "Access", "Publisher"],
        ["Bridges", "Open", "MTO"],
        ["Bridges", "Open", "MNR"],
    ]
    one, other = (record.guid for record in of(path, text(rows)).records)
    again = [["Titre", "Title", "Access", "Publisher"], ["Ponts", " BRIDGES", "Closed", "mto"]]
    (same,) = (record.guid for record in of(path, text(again)).records)
    assert one == same != other


def test_an_empty_identifier_is_said(path: Path) -> None:
    rows = [["ID", "Title", "Access"], ["1", "A b", "Open"], ["", "C d", "Open"]]
    reading = of(path, text(rows))
    assert [r.guid.startswith("title:") for r in reading.records] == [False, True]
    assert reading.issue("identifier_missing").row == 3


def test_the_later_of_two_equal_identifiers_is_left_out(path: Path) -> None:
    rows = [["ID", "Title", "Access"], ["1", "A b", "Open"], ["2", "C", "Open"], ["1", "E", "Open"]]
    reading = of(path, text(rows))
    assert [r.guid for r in reading.records] == ["1", "2"]
    issue = reading.issue("identifier_repeated")
    assert (issue.row, issue.guid, issue.severity) == (4, "1", Severity.ERROR)
    assert issue.params == {"first": 2, "identifier": "1"}


def test_equal_titles_are_named_by_the_title(path: Path) -> None:
    rows = [["Title", "Access"], ["Bridges", "Open"], ["BRIDGES", "Open"]]
    issue = of(path, text(rows)).issue("identifier_repeated")
    assert issue.params == {"first": 2, "identifier": "BRIDGES"}


def test_a_refused_row_still_says_which_record_it_is(path: Path) -> None:
    # Or the engine would take the record for gone.
    (record,) = of(path, table({"Inventory ID": "A-1"}, access="Secret")).records
    assert (record.guid, record.refused) == ("A-1", True)
    assert [issue.guid for issue in record.issues] == ["A-1"]


# --- one issue each, in both languages ---------------------------------------------------------

OPEN = "Title,Access\n"
HALF_A_SIGN = b"\x00\xd8"
WRONG: dict[str, tuple[str | bytes, int | None, str | None]] = {
    "inventory_empty": ("", None, None),
    "inventory_without_rows": ("Title,Access\n\n", None, None),
    "document_is_web_page": ("<!DOCTYPE html><html>Sign in</html>", None, None),
    "format_unsupported": ('{"error": "not found"}', None, None),
    "header_unknown": ("a,b\n1,2\n", None, None),
    "encoding_unreadable": (
        b"\xff\xfeT\0i\0t\0l\0e\0,\0A\0c\0c\0e\0s\0s\0\n\0\x00\xd8",
        None,
        None,
    ),
    "encoding_guessed": (OPEN.encode() + "Été,Open\n".encode("cp1252"), None, None),
    "quoting_broken": (OPEN + ('x,"\n"y" z,"\n' * 20 + "x" * 140_000 + "\n") * 60, None, None),
    "workbook_old_or_locked": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, None, None),
    "workbook_damaged": (b"PK\x03\x04" + b"x" * 600, None, None),
    "columns_unknown": ("Title,Access,Colour,Shape\nBridges,Open,,\n", 1, None),
    "column_repeated": ("Title,Access,Public Title\nBridges,Open,\n", 1, "Public Title"),
    "cells_without_header": ("Title,Access,\nBridges,Open,x\n", 2, None),
    "header_repeated": ("Title,Access\nBridges,Open\nTitre,Accès\n", 3, None),
    "formats_without_file": ("Title,Access,Format\nBridges,Open,csv\n", 2, None),
    "row_ragged": ("Title,Access\nBridges,Open,x,y\n", 2, None),
    "row_unreadable": ('Title,Access\n"Bridges,Open\n', 2, None),
    "encoding_repaired": ("Title,Access\nÉtééé,Open\nÀ ".encode() + b"\xe9,Open\n", 3, None),
    "null_bytes": ("Title,Access\nBri\0dges,Open\n", 2, None),
    "text_garbled": ("Title,Access\nÃ©cole,Open\n", 2, "Title"),
    "identifier_missing": ("ID,Title,Access\n,Bridges,Open\n", 2, "ID"),
    "identifier_repeated": ("Title,Access\nBridges,Open\nBridges,Open\n", 3, None),
    "title_missing": ("ID,Title,Access\n1,,Open\n", 2, "Title"),
    "choice_unknown": ("Title,Access\nBridges,Secret\n", 2, "Access"),
    "date_unreadable": ("Title,Access,Created\nBridges,Open,soon\n", 2, "Created"),
    "date_ambiguous": ("Title,Access,Created\nBridges,Open,03/04/2020\n", 2, "Created"),
    "period_unreadable": ("Title,Access,Date Range\nBridges,Open,always\n", 2, "Date Range"),
    "dates_in_wrong_order": ("Title,Start,End\nBridges,2020,2010\n", 2, "End"),
    "markup_in_text": ("Title,Access\n<b>Bridges</b>,Open\n", 2, "Title"),
    "text_too_long": (f"Title,Access\n{'x' * 201},Open\n", 2, "Title"),
    "text_too_large": (f"Title,Description\nBridges,{'é' * 30_000}\n", 2, "Description"),
    "too_many_values": (f"Title,Tags\nBridges,{';'.join(map(str, range(10, 511)))}\n", 2, "Tags"),
    "email_invalid": ("Title,Email\nBridges,ann at ontario\n", 2, "Email"),
    "url_invalid": ("Title,URL\nBridges,ftp://a.ca/x\n", 2, "URL"),
    "document_without_address": ("Title,Documentation\nBridges,ask us\n", 2, "Documentation"),
    "keyword_dropped": ("Title,Tags\nBridges,roads;x\n", 2, "Tags"),
    "format_unknown": ("Title,URL,Format\nBridges,https://a.ca/x,wibble\n", 2, "Format"),
    "formula_error": ("Title,Access\nBridges,#REF!\n", 2, "Access"),
}
ELSEWHERE = {
    # Shown where a workbook, an option or a profile is needed.
    *("workbook_too_large", "workbook_too_many_parts", "workbook_nested_archive"),
    *("workbook_has_entities", "sheet_unknown", "sheets_not_read"),
    *("profile_unknown", "option_unknown", "option_invalid", "inventory_too_large"),
    "columns_not_kept",
}


@pytest.mark.parametrize("code", WRONG)
def test_what_is_wrong_is_said_once_with_its_place(path: Path, code: str) -> None:
    content, row, column = WRONG[code]
    issue = of(path, content).issue(code)
    assert (issue.row, issue.column) == (row, column)
    assert len(set(said(issue))) == 4


def test_every_message_has_an_example() -> None:
    examples = set(WRONG) | ELSEWHERE
    assert set(OWN) - examples == set()
    assert examples - set(MESSAGES) == set()


@pytest.mark.parametrize(
    "code",
    [
        *("choice_unknown", "date_unreadable", "date_ambiguous", "dates_in_wrong_order"),
        *("markup_in_text", "text_too_large", "email_invalid", "url_invalid", "row_ragged"),
        *("identifier_repeated", "title_missing", "row_unreadable", "formula_error"),
    ],
)
def test_other_rows_go_in(path: Path, code: str) -> None:
    content, row, _column = WRONG[code]
    assert isinstance(content, str)
    header = content.splitlines()[0]
    cells = {"Title": "Roads", "Access": "Open", "ID": "9"}
    good = ",".join(cells.get(name, "") for name in header.split(","))
    reading = of(path, f"{content}{good}\n")
    assert reading.accepted[-1].dataset["title_translated"]["en"] == "Roads"
    assert reading.issue(code).severity is Severity.ERROR
    assert reading.issue(code).row == row


def test_a_long_cell_is_shortened_in_its_message(path: Path) -> None:
    issue = of(path, f"Title,Email\nBridges,{'x' * 5000}\n").issue("email_invalid")
    assert len(issue.params["value"]) == 200


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "GZIP"),
        (b"[[1]]", "JSON"),
        (b"<?xml version='1.0'?>", "XML"),
        (bytes(range(1, 32)) * 30, "binary"),
    ],
)
def test_another_kind_of_document_is_named(path: Path, head: bytes, name: str) -> None:
    assert of(path, head + b" " * 50).issue("format_unsupported").params == {"format": name}


def test_an_archive_that_is_no_workbook(tmp_path: Path) -> None:
    good = workbook(tmp_path / "x.xlsx", {"x": [["Title", "Access"], ["A b", "Open"]]})
    content = good.read_bytes().replace(b"xl/workbook.xml", b"xl/workbouk.xml")
    assert of(tmp_path / "y", content).issue("format_unsupported").params == {"format": "ZIP"}


def test_only_white_space_is_empty(path: Path) -> None:
    assert of(path, b"\xef\xbb\xbf \r\n\t\0").codes == ["inventory_empty"]
    assert of(path, b" " * (document.HEAD * 2)).codes == ["header_unknown"]


# --- options ---------------------------------------------------------------------------------


def test_a_document_over_the_cap_is_not_read(path: Path) -> None:
    issue = of(path, table({}), max_bytes=10).issue("inventory_too_large")
    assert issue.params == {"size": path.stat().st_size, "cap": 10}


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ({}, []),
        ({"profile": "federal", "sheet": "2024", "max_bytes": 5, "filename": "x.csv"}, []),
        ({"profile": "ontarion"}, ["profile_unknown"]),
        ({"colour": 1, "profile": "x"}, ["option_unknown", "profile_unknown"]),
        ({"sheet": 3}, ["option_invalid"]),
        ({"max_bytes": "many"}, ["option_invalid"]),
        ({"max_bytes": 0}, ["option_invalid"]),
        ({"max_bytes": 2**40}, ["option_invalid"]),
    ],
)
def test_options_are_checked(options: dict[str, Any], codes: list[str]) -> None:
    issues: list[Issue] = InventoryReader().check_options(options)
    assert [issue.code for issue in issues] == codes
    for issue in issues:
        assert len(set(said(issue))) == 4


def test_columns_without_a_place_are_said_once(path: Path) -> None:
    rows = [["title_en", "size", "eligible_for_release"], ["A b", "3", "Y"], ["C d", "4", "Y"]]
    issue = of(path, text(rows), profile="federal").issue("columns_not_kept")
    assert issue.params == {"columns": "size"}


def test_no_row_is_lost_silently(path: Path) -> None:
    # Every row below the header is a record, an issue, or blank.
    rows = [["Title", "Access"], ["A", "Open"], [], ["", "Open"], ["B", "?"], ["C", "Open", "x"]]
    reading = of(path, text(rows))
    told = {r.row for r in reading.records} | {i.row for i in reading.issues}
    assert told == {2, 4, 5, 6}


def test_reading_stops_when_the_quoting_is_hopeless(path: Path) -> None:
    lines = '"a,b\n' + "x" * 140_000 + "\n"
    reading = of(path, "Title,Access\nOne,Open\n" + lines * (delimited.MAX_REPAIRS + 1))
    assert reading.codes[-1] == "quoting_broken"
    assert reading.codes.count("row_unreadable") == delimited.MAX_REPAIRS
