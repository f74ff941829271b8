"""The tables of schemas/: complete, bilingual, and agreeing with each other and with CKAN."""

from __future__ import annotations

from typing import Any

import pytest
from ckan.lib.helpers import unified_resource_format

from ckanext.ontario.schema import marks, tables
from ckanext.ontario.schema.values import names_of

SCHEMAS = ["dataset.yaml", "organization.yaml", "group.yaml"]
GROUPINGS = ("dataset_fields", "resource_fields", "fields")


def fields_of(name: str) -> list[dict[str, Any]]:
    content = tables.read(name)
    return [field for grouping in GROUPINGS for field in content.get(grouping, [])]


def every_field() -> list[Any]:
    return [
        pytest.param(field, id=f"{name.split('.')[0]}-{field['field_name']}")
        for name in SCHEMAS
        for field in fields_of(name)
    ]


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_field_is_marked(name: str) -> None:
    assert list(marks.problems(tables.read(name))) == []


def test_presets_are_not_marked() -> None:
    assert list(marks.preset_problems(tables.read("presets.yaml"))) == []


@pytest.mark.parametrize("field", every_field())
def test_every_field_is_labelled_in_both_languages(field: dict[str, Any]) -> None:
    texts = [field["label"], *([field["help_text"]] if "help_text" in field else [])]
    texts += [choice["label"] for choice in field.get("choices", [])]
    for text in texts:
        assert set(text) == {"en", "fr"}
        assert all(text.values())


@pytest.mark.parametrize("field", every_field())
def test_what_people_fill_in_is_explained(field: dict[str, Any]) -> None:
    typed = field.get("form_snippet", "") is not None and field.get("preset") != "ontario_system"
    assert ("help_text" in field) or not typed or field["field_name"] == "image_url"


@pytest.mark.parametrize("field", [f for f in every_field() if "choices" in f.values[0]])
def test_no_two_choices_are_written_alike(field: dict[str, Any]) -> None:
    owners: dict[str, str] = {}
    for choice in field["choices"]:
        for name in names_of(choice):
            assert owners.setdefault(name, choice["value"]) == choice["value"], name


def test_marks_that_the_directive_decides() -> None:
    seen = {field["field_name"]: field["visibility"] for field in fields_of("dataset.yaml")}
    internal = {name for name, visibility in seen.items() if visibility == "internal"}
    assert internal >= {
        "other_title",
        "colby_notes",
        "author",
        "author_email",
        "custodian_name",
        "retention_schedule",
        "cluster_application_id",
        "go_program_id",
        "licence_range_start",
        "licence_range_end",
        "harvest_source_id",
        "harvest_guid",
        "audience",
        "audience_ministries",
        "existence_withheld",
        "existence_withheld_reason",
        "data_birth_date",
        "harvested_resource",
    }


def test_refreshes_are_what_files_change_by_themselves() -> None:
    content = tables.read("dataset.yaml")
    refreshed = {
        field["field_name"]
        for grouping in ("dataset_fields", "resource_fields")
        for field in content[grouping]
        if field["approval"] == "refresh"
    }
    assert refreshed == {
        "current_as_of",
        "date_range_start",
        "date_range_end",
        "data_last_updated",
        "data_range_start",
        "data_range_end",
        "size",
        "mimetype",
        "hash",
    }


def test_the_live_catalogues_names_are_there() -> None:
    names = {field["field_name"] for field in fields_of("dataset.yaml")}
    assert names >= {
        "title_translated",
        "notes_translated",
        "keywords",
        "access_level",
        "update_frequency",
        "geographic_coverage_translated",
        "maintainer_translated",
        "maintainer_branch",
        "exemption_rationale",
        "publically_available_date",
    }


def test_licences() -> None:
    licences = {one["value"]: one for one in tables.licences()}
    assert len(licences) == 12
    assert tables.open_licences() == {
        "OGL-ON-1.0",
        "other-open",
        "statistics-canada-open-licence",
        "apache-license-2.0",
    }
    for row in tables.read("licences.json"):
        assert row["title"] == row["title_translated"]["en"]
        assert all(row["title_translated"].values())


def test_organizations() -> None:
    every = {one["name"]: one for one in tables.organizations()}
    ministries = {name for name, one in every.items() if one["category"] == "ministry"}
    assert len(ministries) >= 29
    agencies = [one for name, one in every.items() if name not in ministries]
    assert len(agencies) >= 8
    assert {one["responsible_ministry"] for one in agencies} <= ministries
    assert not set(every) & set(tables.topic_labels()), "CKAN has one space of names"


def test_topics() -> None:
    assert len(tables.topics()) == 10
    assert [one["name"] for one in tables.topics()] == list(tables.topic_labels())


def test_formats_are_written_as_ckan_writes_them() -> None:
    changed = {
        one["value"]: unified_resource_format(one["value"])
        for one in tables.formats()
        if unified_resource_format(one["value"]) != one["value"]
    }
    assert changed == {}


def test_no_two_formats_are_written_alike() -> None:
    owners: dict[str, str] = {}
    for one in tables.formats():
        for name in names_of(one):
            assert owners.setdefault(name, one["value"]) == one["value"], name


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"fields": [{"field_name": "a", "visibility": "public", "approval": "content"}]}, 0),
        ({"fields": [{"field_name": "a", "approval": "content"}]}, 1),
        ({"dataset_fields": [{"field_name": "a", "visibility": "secret"}]}, 2),
        (
            {
                "resource_fields": [
                    {
                        "field_name": "a",
                        "visibility": "public",
                        "approval": "content",
                        "repeating_subfields": [{"field_name": "b", "visibility": "public"}],
                    }
                ]
            },
            1,
        ),
    ],
)
def test_a_missing_mark_is_found(schema: dict[str, Any], expected: int) -> None:
    assert len(list(marks.problems(schema))) == expected


def test_a_marked_preset_is_found() -> None:
    content = {"presets": [{"preset_name": "a", "values": {"visibility": "public"}}]}
    assert list(marks.preset_problems(content)) == ["preset a carries visibility"]
