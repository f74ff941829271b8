"""Options as forms ask for them, and what changed between two states of a dataset."""

from __future__ import annotations

import pytest

from ckanext.ontario.harvest.differences import MAX_VALUE, differences
from ckanext.ontario.harvest.fields import Field, FieldKind, Wrong, filled
from ckanext.ontario.harvest.ownership import MARK, MARKED

LABEL = {"en": "Label", "fr": "Étiquette"}


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        (FieldKind.TEXT, " a b ", "a b"),
        (FieldKind.TEXT, " ", None),
        (FieldKind.NUMBER, "12", 12),
        (FieldKind.YES_NO, "yes", True),
        (FieldKind.YES_NO, "", None),
        (FieldKind.LIST, "a\n\n b ", ["a", "b"]),
        (FieldKind.CHOICE, "en", "en"),
    ],
)
def test_what_is_written_becomes_a_value_and_back(
    kind: FieldKind, written: str, value: object
) -> None:
    field = Field("x", LABEL, kind, choices={"en": LABEL})
    assert field.value(written) == value
    assert field.value(field.written(value)) == value


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (FieldKind.NUMBER, "0"),
        (FieldKind.NUMBER, "1.5"),
        (FieldKind.NUMBER, "９"),
        (FieldKind.CHOICE, "de"),
        (FieldKind.YES_NO, "perhaps"),
    ],
)
def test_what_is_no_value_is_refused(kind: FieldKind, written: str) -> None:
    with pytest.raises(Wrong):
        Field("x", LABEL, kind, choices={"en": LABEL}).value(written)


def test_a_form_gives_options_and_names_what_is_wrong() -> None:
    fields = [
        Field("a", LABEL, required=True),
        Field("b", LABEL, FieldKind.NUMBER),
        Field("c", LABEL),
    ]
    options, wrong = filled(fields, {"option-b": "x", "option-c": "y", "a": "not this"})
    assert options == {"c": "y"}
    assert wrong == {"option-a": "option_required", "option-b": "option_number"}


BEFORE = {
    "id": "1",
    "title_translated": {"en": "Old", "fr": "Vieux"},
    "notes_translated": {"en": "Same", "fr": ""},
    "keywords": {"en": ["a", "b"]},
    "url": "https://example.com/old",
    "metadata_modified": "yesterday",
    "resources": [
        {"id": "r1", "url": "https://e.ca/1", "format": "CSV", "name": "One", MARK: MARKED},
        {"id": "r2", "url": "https://e.ca/2", "name": "Two", MARK: MARKED},
        {"id": "own", "url": "https://e.ca/own", "name": "Own"},
    ],
}


def test_differences_are_field_by_field_with_both_values() -> None:
    after = {
        **{key: value for key, value in BEFORE.items() if key != "url"},
        "title_translated": {"en": "New", "fr": "Vieux"},
        "keywords": {"en": ["b", "a"]},
        "contact": "",
        "metadata_modified": "today",
        "resources": [
            {"id": "r1", "url": "https://e.ca/1", "format": "XLSX", "name": "One", MARK: MARKED},
            {"url": "https://e.ca/3", "name": "Three", MARK: MARKED},
            BEFORE["resources"][2],
        ],
    }
    found = {
        (one["field"], one["resource"]): (one["before"], one["after"])
        for one in differences(BEFORE, after)
    }
    assert found == {
        ("title_translated", None): ({"en": "Old", "fr": "Vieux"}, {"en": "New", "fr": "Vieux"}),
        ("url", None): ("https://example.com/old", None),
        ("format", "One"): ("CSV", "XLSX"),
        ("url", "Three"): (None, "https://e.ca/3"),
        ("url", "Two"): ("https://e.ca/2", None),
    }


def test_a_new_or_equal_dataset_has_no_differences() -> None:
    assert differences(None, BEFORE) == []
    assert differences(BEFORE, BEFORE) == []


def test_long_values_are_cut() -> None:
    (one,) = differences({"url": "a"}, {"url": "b" * (MAX_VALUE + 5)})
    assert len(one["after"]) == MAX_VALUE
    assert one["after"].endswith("…")
