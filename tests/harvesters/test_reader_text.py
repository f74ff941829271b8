"""CSV and TSV: encodings, delimiters, broken rows, and what is never lost."""

from __future__ import annotations

import codecs
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import HEADER, read, table, text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.ontario.harvest.reader import Record, Severity
from ckanext.ontario.harvesters.inventory import delimited
from ckanext.ontario.harvesters.inventory.reader import InventoryReader
from ckanext.ontario.harvesters.mapping.folding import one_line, spelled

FRENCH = text(
    [
        HEADER,
        ["Schools", "Écoles de l’Ontario", "Ouvert"],
        ["Air quality", "Qualité de l’air à Québec", "En examen"],
    ]
)
TITLES = ["Écoles de l’Ontario", "Qualité de l’air à Québec"]

fresh = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def document(tmp_path: Path) -> Path:
    return tmp_path / "inventory.csv"


def french_titles(path: Path) -> list[str]:
    return [dataset["title_translated"]["fr"] for dataset in read(path).datasets]


# --- encodings -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        FRENCH.encode(),
        codecs.BOM_UTF8 + FRENCH.encode(),
        FRENCH.encode("utf-16"),
        codecs.BOM_UTF16_BE + FRENCH.encode("utf-16-be"),
        FRENCH.encode("utf-16-le"),
        FRENCH.encode("utf-16-be"),
        FRENCH.encode("utf-32"),
    ],
    ids=["utf-8", "utf-8-bom", "utf-16", "utf-16-be-bom", "utf-16-le", "utf-16-be", "utf-32"],
)
def test_unicode_is_read_without_a_word(document: Path, content: bytes) -> None:
    document.write_bytes(content)
    assert french_titles(document) == TITLES
    assert read(document).issues == []


@pytest.mark.parametrize(
    ("codec", "name"),
    [("cp1252", "Windows-1252"), ("mac_roman", "Mac Roman"), ("cp850", "MS-DOS (850)")],
)
def test_an_old_code_page_is_guessed_and_said(document: Path, codec: str, name: str) -> None:
    content = FRENCH.replace("’", "'") if codec == "cp850" else FRENCH
    document.write_bytes(content.encode(codec))
    assert french_titles(document) == [
        title.replace("’", "'") if codec == "cp850" else title for title in TITLES
    ]
    issue = read(document).issue("encoding_guessed")
    assert (issue.severity, issue.row, issue.params["encoding"]) == (Severity.WARNING, None, name)


def test_a_few_foreign_bytes_are_repaired_and_their_row_is_named(document: Path) -> None:
    rows = FRENCH.encode() + "Water,Eau et été,Open\n".encode("cp1252")
    document.write_bytes(rows)
    assert french_titles(document) == [*TITLES, "Eau et été"]
    issue = read(document).issue("encoding_repaired")
    assert (issue.severity, issue.row) == (Severity.WARNING, 4)


def test_what_is_not_the_encoding_it_says_is_refused(document: Path) -> None:
    document.write_bytes(FRENCH.encode("utf-16")[:-1])
    assert read(document).codes == ["encoding_unreadable"]


def test_twice_encoded_text_is_noticed(document: Path) -> None:
    document.write_text(table({"Titre": "Ã‰coles et Ã©tÃ©"}), encoding="utf-8")
    assert read(document).issue("text_garbled").row == 2


@given(st.text(st.characters(codec="cp1252", exclude_categories=["C"]), min_size=2))
@fresh
def test_every_windows_text_is_read_one_way_or_the_other(document: Path, title: str) -> None:
    document.write_bytes(text([HEADER, [title, "Été", "Open"]]).encode("cp1252"))
    assert len(read(document).records) + len(read(document).issues) > 0


# --- delimiters and shapes --------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(document: Path, delimiter: str, line_end: str) -> None:
    rows = [HEADER, ["Roads; paved, or not | A", "Routes", "Open"]]
    document.write_text(text(rows, delimiter).replace("\n", line_end), encoding="utf-8", newline="")
    assert read(document).datasets[0]["title_translated"]["en"] == "Roads; paved, or not | A"


def test_what_excel_writes_above_the_header(document: Path) -> None:
    document.write_text("sep=;\n" + text([HEADER, ["A b", "", "Open"]], ";"), encoding="utf-8")
    (record,) = read(document).records
    assert record.row == 3


def test_lines_inside_quotes_are_one_row(document: Path) -> None:
    content = table({"Long Description": 'First\r\n\r\nthird, with "quotes"'})
    document.write_text(content + "Next,Open,Text\n", encoding="utf-8", newline="")
    first, second = read(document).records
    assert first.dataset["notes_translated"]["en"] == 'First\n\nthird, with "quotes"'
    assert (first.row, second.row) == (2, 3)


def test_blank_rows_are_skipped_and_counted(document: Path) -> None:
    document.write_text(text([HEADER, [], ["", " ", ""], ["A b", "", "Open"]]), encoding="utf-8")
    reading = read(document)
    assert ([r.row for r in reading.records], reading.issues) == ([4], [])


def test_a_ragged_row_costs_itself_only(document: Path) -> None:
    document.write_text(
        "Title,Tags,Access Level\nOne,x y,Open\nTwo,a,b,Open\nThree,Open\nFour,,Open\n",
        encoding="utf-8",
    )
    reading = read(document)
    assert [r.dataset["title_translated"]["en"] for r in reading.records] == ["One", "Four"]
    said = [(i.row, i.code, dict(i.params)) for i in reading.issues]
    assert said == [
        (3, "row_ragged", {"expected": 3, "found": 4}),
        (4, "row_ragged", {"expected": 3, "found": 2}),
    ]


def test_a_slipped_row_whose_last_cell_is_empty_is_ragged_too(document: Path) -> None:
    document.write_text("Title,Access,Tags\nOne,Open,\nTwo,x,Open,\n", encoding="utf-8")
    assert read(document).issue("row_ragged").row == 3


def test_delimiters_at_the_end_of_every_row_are_fine(document: Path) -> None:
    document.write_text("Title,Access\nOne,Open,,\nTwo,Open,,\nThree,Open\n", encoding="utf-8")
    reading = read(document)
    assert (len(reading.records), reading.issues) == (3, [])


def test_a_quotation_mark_that_is_not_closed_costs_its_row_only(document: Path) -> None:
    document.write_text(
        'Title,Access\nOne,Open\n"Two,Open\nThree,Open\nFour,Open\n', encoding="utf-8"
    )
    reading = read(document)
    assert [r.dataset["title_translated"]["en"] for r in reading.records] == [
        *("One", "Three", "Four"),
    ]
    assert reading.issue("row_unreadable").row == 3


def test_a_document_of_lost_quotation_marks_ends(
    document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "MAX_ROW", 20_000)
    lines = ['"x" y","' for _ in range(300)]
    document.write_text("Title,Access\n" + "\n".join(lines) * 20, encoding="utf-8")
    assert read(document).codes[-1] == "quoting_broken"


def test_a_line_without_end_costs_itself_only(document: Path) -> None:
    document.write_text(
        "Title,Access\n" + "x" * (delimited.MAX_ROW * 2) + ",Open\nTwo,Open\n", encoding="utf-8"
    )
    reading = read(document)
    assert [record.row for record in reading.records] == [3]
    assert reading.issue("row_unreadable").row == 2


def test_null_bytes_are_taken_out(document: Path) -> None:
    document.write_text("Title,Access\nO\0ne,Open\n", encoding="utf-8")
    reading = read(document)
    assert reading.datasets[0]["title_translated"]["en"] == "One"
    assert reading.issue("null_bytes").row == 2


def test_a_header_in_the_middle_is_skipped(document: Path) -> None:
    document.write_text(
        text([HEADER, ["A b", "", "Open"], HEADER, ["C d", "", "Open"]]), encoding="utf-8"
    )
    reading = read(document)
    assert (len(reading.records), reading.issue("header_repeated").row) == (2, 3)


# --- what is written is what is read ----------------------------------------------------------

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"]),
    min_size=1,
    max_size=60,
)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=8), st.sampled_from(",;\t|"))
@fresh
def test_round_trip(document: Path, rows: list[tuple[str, str]], delimiter: str) -> None:
    header = ["ID", "Title", "Long Description", "Access Level"]
    body = [[f"id-{n}", f"T {n}", f"d {note}", "Open"] for n, (_, note) in enumerate(rows)]
    document.write_text(text([header, *body], delimiter), encoding="utf-8", newline="")
    found = [r.dataset["notes_translated"]["en"] for r in read(document).records]
    assert found == [spelled(row[2]) for row in body]
    assert [r.guid for r in read(document).records] == [row[0] for row in body]
    assert all(one_line(r.guid) == r.guid for r in read(document).records)


# --- memory -----------------------------------------------------------------------------------


def rows(count: int) -> Iterator[str]:
    yield "Inventory ID,Public Title,Titre,Long Description,Access Level,Update Frequency\n"
    for n in range(count):
        yield f"R-{n},Bridge inspections {n},Inspections {n},{'Results. ' * 20},Open,annual\n"


def peak(path: Path) -> int:
    tracemalloc.start()
    try:
        found = sum(isinstance(item, Record) for item in InventoryReader().read(path, {}))
        assert found > 0
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_document(tmp_path: Path) -> None:
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    with small.open("w", encoding="utf-8") as out:
        out.writelines(rows(500))
    with large.open("w", encoding="utf-8") as out:
        out.writelines(rows(4_000))
    peak(small)  # fills the caches of a first time
    assert peak(large) < peak(small) + 2_000_000
    assert large.stat().st_size > 800_000
