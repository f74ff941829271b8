"""The form's sections and conditions, as the YAML declares them; the summary of errors."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.editing.form import anchors, layout
from ckanext.ontario.schema import conditions, tables

SCHEMA = tables.read("dataset.yaml")
PRESETS = {row["preset_name"]: row["values"] for row in tables.read("presets.yaml")["presets"]}


def expanded(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**PRESETS.get(field.get("preset", ""), {}), **field} for field in fields]


WHOLE = {
    **SCHEMA,
    "dataset_fields": expanded(SCHEMA["dataset_fields"]),
    "resource_fields": expanded(SCHEMA["resource_fields"]),
}


@pytest.mark.parametrize("kind", layout.KINDS)
def test_every_field_shown_is_in_exactly_one_section(kind: str) -> None:
    assert list(layout.problems(WHOLE, kind)) == []
    assert len(layout.shown(WHOLE, kind)) > 5


@pytest.mark.parametrize("kind", layout.KINDS)
def test_every_section_has_a_title_in_both_languages(kind: str) -> None:
    found = layout.sections(WHOLE, kind)
    assert len(found) > 2
    for section in found:
        assert section.title["en"]
        assert section.title["fr"]
        assert section.title["en"] != section.title["fr"]
        assert section.fields


def test_a_field_without_a_section_is_found_and_still_shown() -> None:
    fields = [*WHOLE["dataset_fields"], {"field_name": "new"}]
    schema = {**WHOLE, "dataset_fields": fields}
    assert list(layout.problems(schema, "dataset")) == ["new is in no section"]
    assert layout.sections(schema, "dataset")[-1].fields[-1]["field_name"] == "new"


def test_a_section_with_what_is_no_field_is_found() -> None:
    rows = [{"name": "a", "title": {}, "fields": ["title", "title", "gone"]}]
    schema = {"dataset_fields": [{"field_name": "title"}], "form_sections": rows}
    assert sorted(layout.problems(schema, "dataset")) == [
        "gone is no field of the form",
        "title is in two sections",
    ]
    assert [len(one.fields) for one in layout.sections(schema, "dataset")] == [1]


def test_every_condition_can_come_true() -> None:
    fields = WHOLE["dataset_fields"]
    assert list(conditions.problems(fields)) == []
    conditional = {f["field_name"] for f in fields if conditions.condition(f)}
    assert {"exemption", "exemption_rationale", "planned_release_date", "license_id"} <= conditional


@pytest.mark.parametrize(
    "condition", [{"gone": ["a"]}, {"level": ["c"]}, {"level": []}, {"free": ["a"]}]
)
def test_a_condition_that_never_comes_true_is_found(condition: dict[str, list[str]]) -> None:
    fields = [
        {"field_name": "level", "choices": [{"value": "a"}, {"value": "b"}]},
        {"field_name": "free"},
        {"field_name": "why", "shown_when": condition},
    ]
    assert len(list(conditions.problems(fields))) == 1


# --- the summary of errors -------------------------------------------------------------------

FIELDS = {
    "title_translated": {"field_name": "title_translated", "kind": "bilingual"},
    "topics": {"field_name": "topics", "kind": "choices"},
    "url": {"field_name": "url", "upload_field": "upload"},
}


def test_each_error_leads_to_its_input_in_the_order_of_the_form() -> None:
    errors = {
        "extras": [{"key": ["no"]}],
        "upload": ["too big"],
        "groups": [{}, {"name": ["no such topic"]}],
        "title": ["too long"],
        "title_translated": ["too long"],
    }
    found = anchors.mistakes(errors, FIELDS, {"too long": ["fr", "en"]})
    assert [(one.field, one.message, one.anchor) for one in found] == [
        ("title_translated", "too long", "field-title_translated-fr"),
        ("topics", "no such topic", "field-topics"),
        ("url", "too big", "field-upload"),
        ("", "no", ""),
    ]
    assert anchors.mistakes({"url": ["no"]}, FIELDS, {})[0].anchor == "field-url-link"


words = st.text("ab", max_size=2)
nested = st.recursive(
    st.none() | st.text("é<", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*FIELDS, "title", "x", ""]), nested, max_size=4))
def test_no_message_is_lost_however_errors_are_nested(errors: dict[str, Any]) -> None:
    found = anchors.mistakes(errors, FIELDS, {})
    wanted = {text for value in errors.values() for text in anchors.texts_in(value)}
    assert {one.message for one in found} == wanted
