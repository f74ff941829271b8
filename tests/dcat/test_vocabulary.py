"""Every choice of the schemas has its concept, and every concept its names."""

from __future__ import annotations

from typing import Any

import pytest

from ckanext.ontario.dcat import vocabulary
from ckanext.ontario.schema.tables import formats, read

DATASET = read("dataset.yaml")
ORGANIZATION = read("organization.yaml")


def choices(fields: list[dict[str, Any]], name: str) -> set[str]:
    (field,) = (one for one in fields if one["field_name"] == name)
    return {choice["value"] for choice in field["choices"]}


@pytest.mark.parametrize(
    ("fields", "name", "table"),
    [
        (DATASET["dataset_fields"], "access_level", "access_right"),
        (DATASET["dataset_fields"], "update_frequency", "frequency"),
        (DATASET["dataset_fields"], "topics", "theme"),
        (DATASET["dataset_fields"], "record_status", "distribution_status"),
        (DATASET["dataset_fields"], "record_status", "availability"),
        (DATASET["resource_fields"], "language", "language"),
        (ORGANIZATION["fields"], "jurisdiction", "publisher_type"),
    ],
)
def test_every_choice_is_mapped(fields: list[dict[str, Any]], name: str, table: str) -> None:
    assert choices(fields, name) == set(vocabulary.content()["concepts"][table]["of"])


def test_every_format_is_mapped() -> None:
    assert {one["value"] for one in formats()} == set(vocabulary.content()["formats"])


@pytest.mark.parametrize("table", vocabulary.content()["concepts"])
def test_every_concept_is_named_in_both_languages(table: str) -> None:
    content = vocabulary.content()["concepts"][table]
    for value in content["of"]:
        for concept in vocabulary.concepts(table, value):
            assert concept.uri.startswith(content["at"])
            assert set(concept.label) == {"en", "fr"}


@pytest.mark.parametrize("value", [None, "", "unheard-of", 7])
def test_an_unknown_value_has_no_concept(value: object) -> None:
    assert vocabulary.concepts("frequency", value) == []
    assert vocabulary.concept("access_right", value) is None


def test_the_way_back() -> None:
    at = vocabulary.content()["concepts"]["access_right"]["at"]
    assert vocabulary.values_of("access_right", f"{at}PUBLIC") == ["open"]
    assert vocabulary.values_of("access_right", f"{at}RESTRICTED") == ["restricted"]
    # Both are told as not public, so nobody can tell them apart again.
    assert set(vocabulary.values_of("access_right", f"{at}NON_PUBLIC")) == {
        "under_review",
        "restricted",
    }
    assert vocabulary.values_of("access_right", "http://example.com/PUBLIC") == []
    assert vocabulary.format_of(vocabulary.file_format("CSV").file_type) == "CSV"
    assert vocabulary.format_of("http://example.com/CSV") is None
