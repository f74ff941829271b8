"""The search document of a record: pure rules."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.schema.document import Marks, Publisher, build
from ckanext.ontario.schema.index_values import MAX_STRING_BYTES, instant, texts_of

MARKS = Marks(
    public=frozenset(
        {"title_translated", "notes_translated", "keywords", "topics", "access_level"}
        | {"exemption_rationale", "current_as_of", "opened_date", "geographic_coverage_translated"}
    ),
    internal=frozenset({"colby_notes", "maintainer"}),
    resource_public=frozenset({"name_translated", "type", "language", "data_last_updated"}),
    topics={"health": {"en": "Health", "fr": "Santé"}},
)
RECORD: dict[str, Any] = {
    "name": "lead-in-water",
    "title": "Lead in water",
    "title_translated": {"en": "Lead in water", "fr": "Le plomb dans l’eau"},
    "notes_translated": {"en": "Tests", "fr": "Analyses"},
    "keywords": {"en": ["water", "lead", "water"], "fr": ["eau", "plomb"]},
    "topics": ["health"],
    "access_level": "open",
    "exemption_rationale": {"en": "None needed", "fr": "Aucune"},
    "colby_notes": "ask the Deputy",
    "current_as_of": "2024-01-15",
    "resources": [
        {
            "name_translated": {"en": "Samples", "fr": "Échantillons"},
            "format": "CSV",
            "type": "data",
            "language": "english",
            "data_last_updated": "2024-07-01",
        },
        {"name": "Notes", "format": "PDF", "type": "data", "data_last_updated": "2023-01-01"},
        {"name": "Gone", "state": "deleted", "format": "XLS"},
    ],
}


def values(record: dict[str, Any] | None = None, raw: dict[str, Any] | None = None) -> Any:
    return build(raw or {}, record or RECORD, MARKS, Publisher()).values


def test_each_language_has_its_own_fields() -> None:
    document = values()
    assert document["title_en"] == "Lead in water"
    assert document["title_fr"] == "Le plomb dans l’eau"
    assert document["title_sort_en"] == "lead in water"
    assert document["title_sort_fr"] == "plomb dans l eau"
    assert document["notes_fr"] == "Analyses"
    assert document["keywords_en"] == ["water", "lead"]
    assert document["keywords_fr"] == ["eau", "plomb"]
    assert document["other_text_fr"] == ["Aucune", "Santé"]
    assert document["other_text_en"] == ["None needed", "Health", "lead-in-water"]
    assert document["resource_text_fr"] == ["Échantillons", "CSV", "Notes", "PDF"]
    assert document["resource_text_en"] == ["Samples", "CSV", "Notes", "PDF"]


def test_values_are_ready_to_be_counted_and_sorted() -> None:
    document = values()
    assert document["topics"] == ["health"]
    assert document["access_level"] == "open"
    assert document["current_as_of"] == "2024-01-15T05:00:00Z"
    assert document["data_last_updated"] == "2024-07-01T04:00:00Z"
    assert document["resource_kinds"] == ["data"]
    assert document["resource_languages"] == ["english"]


def test_nothing_internal_or_unmarked_goes_in() -> None:
    raw = {
        "colby_notes": "ask the Deputy",
        "extras_colby_notes": "ask the Deputy",
        "maintainer": "A person",
        "author": "Another",
        "unmarked": "x",
        "title_translated": '{"en": "Lead"}',
        "status": {"job": 1},
        "groups": ["health"],
    }
    document = values(raw=raw)
    assert document["groups"] == ["health"]
    shown = str(document)
    for hidden in ("Deputy", "person", "Another", "unmarked", "extras_", "job", '{"en"'):
        assert hidden not in shown


def test_without_a_yaml_nothing_but_ckans_own_is_indexed() -> None:
    record = {"name": "x", "title": "Énergie", "tags": [{"name": "eau"}], "secret": {"en": "s"}}
    document = build({"title": "Énergie"}, record, Marks(), Publisher()).values
    assert document["title_en"] == "Énergie"
    assert document["keywords_en"] == ["eau"]
    assert "secret" not in str(document)
    assert "title_fr" not in document


def test_a_missing_language_is_sorted_by_the_title_that_is_shown() -> None:
    document = values({"name": "x", "title_translated": {"fr": "Les eaux"}})
    assert document["title_sort_en"] == "les eaux"
    assert document["title_sort_fr"] == "eaux"
    assert "title_en" not in document


def test_json_that_came_as_text_is_read() -> None:
    document = values({"name": "x", "title_translated": '{"en": "A b", "fr": "É"}'})
    assert document["title_fr"] == "É"
    assert document["title_en"] == "A b"


def test_values_of_other_slices_pass_unless_they_are_raw_extras() -> None:
    assert values(raw={"vote_count": 7})["vote_count"] == 7
    assert "vote_count" not in values(raw={"vote_count": "7", "extras_vote_count": "7"})


def test_a_harvest_source_keeps_the_facets_of_its_list() -> None:
    raw = {"type": "harvest", "source_type": "inventory", "frequency": "DAILY", "config": "key"}
    document = build(raw, {"name": "x"}, Marks(), Publisher()).values
    assert document["source_type"] == "inventory"
    assert document["frequency"] == "DAILY"
    assert "config" not in document


def test_what_solr_would_refuse_is_left_out_and_named() -> None:
    long = "é" * MAX_STRING_BYTES
    record = {**RECORD, "keywords": {"en": ["ok", long]}, "current_as_of": "soon"}
    raw = {"url": long, "notes": long, "tags": ["ok", long]}
    built = build(raw, record, MARKS, Publisher())
    assert built.values["tags"] == ["ok"]
    assert built.values["keywords_en"] == ["ok"]
    assert built.values["notes"] == long
    assert not {"url", "current_as_of"} & built.values.keys()
    assert set(built.left_out) == {"current_as_of", "url", "tags", "keywords_en"}


def test_descriptions_of_thirty_kilobytes_a_language_stay() -> None:
    record = {**RECORD, "notes_translated": {"en": "a " * 15_000, "fr": "é " * 15_000}}
    assert len(values(record)["notes_fr"]) > 29_000


def test_the_publisher_goes_in_by_language() -> None:
    publisher = Publisher({"en": ("Health", "MOH"), "fr": ("Santé",)}, "provincial", "ministry")
    document = build({}, RECORD, MARKS, publisher).values
    assert document["organization_text_en"] == ("Health", "MOH")
    assert document["organization_text_fr"] == ("Santé",)
    assert document["jurisdiction"] == "provincial"
    assert document["category"] == "ministry"


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2024-01-15", "2024-01-15T05:00:00Z"),
        ("2024-07-15", "2024-07-15T04:00:00Z"),
        ("2024-07-15T23:30:00", "2024-07-16T03:30:00Z"),
        ("2024-07-15T23:30:00.123456", "2024-07-16T03:30:00Z"),
        ("2024-07-15T23:30:00+00:00", "2024-07-15T23:30:00Z"),
        ("2024-07-15T23:30:00Z", "2024-07-15T23:30:00Z"),
        ("0990-01-01T00:00:00Z", "0990-01-01T00:00:00Z"),
    ],
)
def test_a_date_without_a_zone_is_torontos(value: str, at: str) -> None:
    assert instant(value) == at


@pytest.mark.parametrize("value", ["soon", "2024-13-01", "9999-12-31T23:59:00", ""])
def test_what_is_no_date_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        instant(value)


@given(st.dates())
def test_a_day_starts_on_that_day_in_utc_too(day: Any) -> None:
    assert instant(day.isoformat()).startswith(day.isoformat())


def test_texts_of_every_shape() -> None:
    assert texts_of({"en": "a", "fr": "b"}, "fr") == ["b"]
    assert texts_of("plain", "fr") == ["plain"]
    assert texts_of(["a", {"fr": "b"}], "fr") == ["a", "b"]
    assert texts_of('{"fr": ["x", "y"]}', "fr") == ["x", "y"]
    assert texts_of("{not json", "fr") == ["{not json"]
    assert texts_of("a\x00b", "en") == ["ab"]
    assert texts_of(None, "en") == []
    assert texts_of(3, "en") == []
