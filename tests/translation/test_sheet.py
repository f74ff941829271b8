"""The table that is taken away and brought back."""

from __future__ import annotations

import contextlib
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.shared.cells import FORMULA_STARTS
from ckanext.ontario.translation import sheet
from ckanext.ontario.translation.domain import Place, State, digest, normal
from ckanext.ontario.translation.sheet import Line, Unreadable, Wanted, compared, wanted

TITLE = Place("", "title_translated")
WORDS = st.one_of(st.text(max_size=60), st.sampled_from(["=1+1", "'=1", "-a", "a\nb", 'a "b", c']))
TEXTS = st.fixed_dictionaries({"en": WORDS.map(normal), "fr": WORDS.map(normal)})
NOW = {"en": "Lakes", "fr": ""}


def content(*rows: list[str], language: str = "en") -> bytes:
    return "".join(map(sheet.line, [sheet.headers(language), *rows])).encode("utf-8-sig")


def brought(mark: str = sheet.mark(NOW), **cells: str) -> Line:
    return Line(2, "lakes", TITLE, {**NOW, **cells}, mark)


def asked(line: Line, now: dict[str, str]) -> Wanted:
    """What a row asks for of a record as it is now."""
    alone = wanted(line)
    return compared(line, alone, now) if alone.language and not alone.problem else alone


@given(TEXTS, st.sampled_from(["en", "fr"]), st.sampled_from(list(State)))
def test_what_comes_back_as_it_went_asks_for_nothing(
    texts: dict[str, str], language: str, state: State
) -> None:
    row = sheet.row("lakes", Place("f", "name_translated"), state, texts, language)
    assert not any(cell.startswith(FORMULA_STARTS) for cell in row)
    (line,) = sheet.read(content(row, language=language))
    assert (line.number, line.name, line.place) == (2, "lakes", Place("f", "name_translated"))
    assert wanted(line) == Wanted()


@given(TEXTS, st.sampled_from(["en", "fr"]), st.text(min_size=1, max_size=40).map(normal))
def test_one_changed_cell_is_what_is_asked_for(
    texts: dict[str, str], language: str, typed: str
) -> None:
    row = sheet.row("lakes", TITLE, State.MISSING, {**texts, language: typed}, "en")
    row[-1] = sheet.mark(texts)
    (line,) = sheet.read(content(row))
    found = asked(line, texts)
    if digest(typed) in {digest(texts[language]), digest(texts[language].removeprefix("'"))}:
        return
    if not typed:
        assert found.problem == "emptied"
    elif not typed.startswith("'"):
        assert found == Wanted(language, typed)


@given(st.binary(max_size=400))
def test_anything_is_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(Unreadable):  # anything else would be a defect
        assert isinstance(sheet.read(data), list)


@pytest.mark.parametrize(
    ("line", "now", "problem"),
    [
        (brought(fr="Lacs"), NOW, ""),
        (brought(fr="Lacs", mark=""), NOW, "mark"),
        (brought(fr="Lacs", mark="0-zz"), NOW, "mark"),
        (brought(fr="Lacs", en="Ponds"), NOW, "both"),
        (brought(en=""), NOW, "emptied"),
        (brought(fr="Lacs"), {"en": "Ponds", "fr": ""}, "source"),
        (brought(fr="Lacs"), {"en": "Lakes", "fr": "Étangs"}, "text"),
    ],
)
def test_what_can_not_be_done_is_named(line: Line, now: dict[str, str], problem: str) -> None:
    assert asked(line, now).problem == problem


def test_an_untouched_row_does_not_undo_somebody_elses_work() -> None:
    assert asked(brought(), {"en": "Lakes", "fr": "Lacs"}) == Wanted()
    assert asked(brought(fr="Lacs"), {"en": "Lakes", "fr": "Lacs"}) == Wanted()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_columns_may_come_in_any_order_and_with_other_separators(
    separator: str, language: str
) -> None:
    cells = dict(
        zip(sheet.HEADERS, sheet.row("lakes", TITLE, State.MISSING, NOW, "en"), strict=True)
    )
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    order = sorted(cells)
    writer.writerow([sheet.HEADERS[name][language].upper() for name in order])
    writer.writerow([cells[name] for name in order])
    (line,) = sheet.read(out.getvalue().encode())
    assert line == brought()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        ("Fiche;État".encode("cp1252"), "encoding"),
        (b"Record,Field\r\n", "headers"),
        (b"x" * (sheet.MOST_BYTES + 1), "large"),
    ],
)
def test_what_is_no_such_table_is_said(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        sheet.read(data)
    assert caught.value.code == code


def test_missing_columns_are_named() -> None:
    with pytest.raises(Unreadable) as caught:
        sheet.read(b"Record,Field,English,Mark (leave it)\r\n")
    assert caught.value.names == ["fr"]
