"""Issues in words: each code has both languages, and says what it was given."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.harvest import messages, report

SOURCES = Path(messages.__file__).parent
READERS = tuple(sorted((Path(__file__).parents[2] / "harvesters").glob("*/messages.yaml")))
CODES = sorted(messages.catalogue(READERS))


@pytest.mark.parametrize("code", CODES)
def test_each_code_is_said_in_both_languages(code: str) -> None:
    said = messages.bilingual(code, {}, READERS)
    for part in ("message", "suggestion"):
        assert said[part]["en"]
        assert said[part]["en"] != said[part]["fr"]
        assert placeholders(said[part]["en"]) == placeholders(said[part]["fr"])


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_each_code_of_the_engine_has_a_message() -> None:
    used: set[str] = set()
    for path in SOURCES.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r'Issue\(\s*Severity\.\w+,\s*"(\w+)"', text))
        used |= set(re.findall(r'(?:_wrong|UploadRefused)\("(\w+)"', text))
        used |= set(re.findall(r'yield "(\w+)", "', text))
    assert len(used) > 20
    assert used - set(messages.catalogue()) == set()


def test_each_code_of_a_reader_is_said_somewhere() -> None:
    folder = READERS[0].parents[1]
    source = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    codes = [code for code in messages.catalogue(READERS) if code not in messages.catalogue()]
    assert len(codes) > 60
    assert [code for code in codes if f'"{code}"' not in source] == []


def test_parameters_are_shown_in_the_readers_language() -> None:
    params = {"message": {"en": "Missing", "fr": "Manquant"}, "field": "url"}
    assert "Missing" in messages.render("invalid_value", params, "en")["message"]
    assert "Manquant" in messages.render("invalid_value", params, "fr")["message"]


def test_a_missing_parameter_or_code_breaks_no_report() -> None:
    assert "{limit}" in messages.render("guid_too_long", {}, "en")["message"]
    assert messages.render("unheard_of", {}, "fr")["message"] == "unheard_of"


def test_a_text_that_another_slice_has_said_is_shown_as_it_is() -> None:
    text = {"message": {"en": "A {brace}", "fr": "Une {accolade}"}, "suggestion": {"en": "B"}}
    said = messages.render("x", {messages.TEXT: text}, "fr")
    assert said == {"message": "Une {accolade}", "suggestion": "B"}


@given(st.text())
def test_no_value_of_a_row_is_taken_for_a_placeholder(value: str) -> None:
    params = {"organization": value}
    assert value in messages.render("unknown_organization", params, "en")["message"]


def test_one_code_is_explained_once(tmp_path: Path) -> None:
    other = tmp_path / "messages.yaml"
    text = {"en": "x", "fr": "y"}
    other.write_text(yaml.safe_dump({"internal_error": {"message": text, "suggestion": text}}))
    with pytest.raises(ValueError, match="internal_error"):
        messages.catalogue((other,))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("=1+1", "'=1+1"), ("@x", "'@x"), ("-", "'-"), ("a=1", "a=1"), (None, ""), (3, 3)],
)
def test_cells_that_a_spreadsheet_would_compute(cell: Any, expected: Any) -> None:
    assert report.harmless(cell) == expected
