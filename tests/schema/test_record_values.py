"""Values of a record: what is refused, and which ways of writing them are understood."""

from __future__ import annotations

from typing import Any

import pytest

from factories import dataset_values

# --- what is refused -------------------------------------------------------------------------

REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"title_translated": {"en": "x" * 201}}, "title_translated", "200"),
    ({"title_translated": {"en": "<b>Bold</b>"}}, "title_translated", "plain text"),
    ({"title_translated": {"de": "Titel"}}, "title_translated", "de"),
    ({"title_translated": "Title"}, "title_translated", "each language"),
    ({"title_translated": 5}, "title_translated", "each language"),
    ({"title_translated": [{"en": "Title"}]}, "title_translated", "list of objects"),
    ({"update_frequency": [{"a": 1}]}, "update_frequency", "list of objects"),
    ({"made_up": [{"a": 1}]}, "made_up", "no field"),
    ({"notes_translated": {"fr": "é" * 15_001}}, "notes_translated", "French: At most 30000"),
    ({"notes_translated": {"en": "x" * 60_000}}, "notes_translated", "30000"),
    ({"colby_notes": "x" * 30_001}, "colby_notes", "30000"),
    ({"short_description_translated": {"en": "x" * 201}}, "short_description_translated", "200"),
    ({"keywords": {"en": ["air, water"]}}, "keywords", "air, water"),
    ({"keywords": {"en": ["two  spaces"]}}, "keywords", "two  spaces"),
    ({"keywords": {"en": 5}}, "keywords", "list"),
    ({"tags": [{"name": "<b>"}]}, "keywords", "<b>"),
    ({"access_level": "public-ish"}, "access_level", "open, under_review, restricted"),
    ({"access_level": ["open"]}, "access_level", "text"),
    ({"license_id": "cc-by"}, "license_id", "cc-by"),
    ({"update_frequency": "often"}, "update_frequency", "often"),
    ({"topics": ["sports"]}, "topics", "sports"),
    ({"topics": {"a": 1}}, "topics", "list"),
    ({"contains_geographic_markers": "perhaps"}, "contains_geographic_markers", "perhaps"),
    ({"maintainer_email": "nobody"}, "maintainer_email", "e-mail"),
    ({"author_email": "a@b"}, "author_email", "e-mail"),
    ({"url": "ftp://ontario.ca"}, "url", "http"),
    ({"current_as_of": "12/22/2017"}, "current_as_of", "YYYY-MM-DD"),
    (
        {"date_range_start": "2020-01-02", "date_range_end": "2020-01-01"},
        "date_range_end",
        "Period covered from",
    ),
    ({"spatial": "Ontario"}, "spatial", "GeoJSON"),
    ({"responsible_ministry": "no-such-ministry"}, "responsible_ministry", "no-such-ministry"),
    ({"audience_ministries": ["no-such-ministry"]}, "audience_ministries", "no-such-ministry"),
    ({"name": "Not A Slug"}, "name", ""),
    ({"colby_note": "misspelt"}, "colby_note", "no field"),
    ({"extras": [{"key": "secret", "value": "x"}]}, "extras", "own name"),
    ({"extras": [{"key": "access_level", "value": "open"}]}, "extras", "own name"),
    ({"title": ["a list"]}, "title", "text"),
]


@pytest.mark.parametrize(("sent", "field", "said"), REFUSED)
def test_what_a_draft_must_not_break(
    editor: Any, sent: dict[str, Any], field: str, said: str
) -> None:
    values = dataset_values(owner_org=editor.organization["id"])
    if "tags" in sent:
        values.pop("keywords")
    if "title" in sent:
        values.pop("title_translated")
    errors = editor.refused("package_create", **{**values, **sent})
    assert field in errors
    assert said in str(errors[field])


RESOURCES_REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"url": "ftp://ontario.ca/a.csv"}, "url", "http"),
    ({"url": "not an address"}, "url", "http"),
    ({"format": "papyrus"}, "format", "papyrus"),
    ({"type": "poem"}, "type", "poem"),
    ({"language": "latin"}, "language", "latin"),
    ({"name_translated": {"en": "x" * 201}}, "name_translated", "200"),
    ({"name": "One", "name_translated": {"en": "Other"}}, "name", "name_translated"),
    ({"data_last_updated": "soon"}, "data_last_updated", "YYYY-MM-DD"),
    (
        {"data_range_start": "2021-01-01", "data_range_end": "2020-01-01"},
        "data_range_end",
        "before",
    ),
    ({"size": "big"}, "size", "number"),
    ({"free_extra": "x"}, "free_extra", "no field"),
    (
        {"publically_available_date": "2020-01-01", "publicly_available_date": "2021-01-01"},
        "publically_available_date",
        "same field",
    ),
]


@pytest.mark.parametrize(("sent", "field", "said"), RESOURCES_REFUSED)
def test_what_a_file_must_not_break(
    editor: Any, sent: dict[str, Any], field: str, said: str
) -> None:
    values = dataset_values(owner_org=editor.organization["id"])
    values["resources"] = [{"url": "https://example.com/a.csv", **sent}]
    errors = editor.refused("package_create", **values)
    (of_file,) = errors["resources"]
    assert said in str(of_file[field])


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({"title_translated": {"fr": "<b>Gras</b>"}}, "title_translated", "Le balisage"),
        ({"maintainer_email": "x"}, "maintainer_email", "n’est pas une adresse courriel"),
        ({"access_level": "x"}, "access_level", "ne fait pas partie des choix"),
        ({"current_as_of": "x"}, "current_as_of", "AAAA-MM-JJ"),
        (
            {"date_range_start": "2020-01-02", "date_range_end": "2020-01-01"},
            "date_range_end",
            "Période couverte – début",
        ),
        ({"colby_note": "x"}, "colby_note", "aucun champ"),
    ],
)
def test_refusals_are_in_the_callers_language(
    editor: Any, sent: dict[str, Any], field: str, said: str
) -> None:
    values = dataset_values(owner_org=editor.organization["id"])
    errors = editor.refused("package_create", "fr", **{**values, **sent})
    assert said in str(errors[field])


BOX = (
    '{"type": "Polygon", "coordinates": [[[-95.0, 42.0], [-74.0, 42.0], [-74.0, 57.0],'
    " [-95.0, 57.0], [-95.0, 42.0]]]}"
)

# --- what is understood ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "field", "kept"),
    [
        ({"access_level": "En examen"}, "access_level", "under_review"),
        ({"access_level": "Open/Public"}, "access_level", "open"),
        ({"license_id": "Open Government Licence"}, "license_id", "OGL-ON-1.0"),
        ({"exemption": "Vie privée"}, "exemption", "privacy"),
        ({"topics": "Health"}, "topics", ["health-and-care"]),
        (
            {"topics": '["Justice", "Agriculture"]'},
            "topics",
            ["agriculture-and-food", "justice-and-public-safety"],
        ),
        ({"contains_geographic_markers": True}, "contains_geographic_markers", "yes"),
        ({"contains_geographic_markers": "Vrai"}, "contains_geographic_markers", "yes"),
        ({"geographic_granularity": "Aucun"}, "geographic_granularity", None),
        ({"record_status": ""}, "record_status", "active"),
        ({"geographic_coverage": "Ontario"}, "geographic_coverage_translated", {"en": "Ontario"}),
        (
            {"geographic_coverage": '{"fr": "Ontario"}'},
            "geographic_coverage_translated",
            {"fr": "Ontario"},
        ),
        ({"current_as_of": "2020-02-29T10:00:00"}, "current_as_of", "2020-02-29"),
        ({"title_translated": '{"en": " Title "}'}, "title_translated", {"en": "Title"}),
        (
            {"spatial": "-95,42,-74,57"},
            "spatial",
            BOX,
        ),
    ],
)
def test_ways_to_write_a_value(editor: Any, sent: dict[str, Any], field: str, kept: Any) -> None:
    values = dataset_values(owner_org=editor.organization["id"])
    values.pop(field, None)
    made = editor.ask("package_create", **{**values, **sent})
    assert made.get(field) == kept


@pytest.mark.parametrize(
    ("sent", "field", "kept"),
    [
        ({"publicly_available_date": "2020-01-01"}, "publically_available_date", "2020-01-01"),
        ({"format": ".xlsx"}, "format", "XLSX"),
        ({"format": "text/csv"}, "format", "CSV"),
        ({"url": "https://example.com/a.geojson?x=1"}, "format", "GeoJSON"),
        ({"url": "https://example.com/a"}, "format", ""),
        ({"size": "12"}, "size", 12),
        ({"language": "Bilingue"}, "language", "english_and_french"),
        ({"name": "Levels"}, "name_translated", {"en": "Levels"}),
        ({"harvested_resource": "yes"}, "harvested_resource", "yes"),
    ],
)
def test_ways_to_write_a_value_of_a_file(
    editor: Any, sent: dict[str, Any], field: str, kept: Any
) -> None:
    values = dataset_values(owner_org=editor.organization["id"])
    values["resources"] = [{"url": "https://example.com/a.csv", **sent}]
    made = editor.ask("package_create", **values)
    assert made["resources"][0].get(field) == kept


def test_what_is_not_open_has_no_licence(editor: Any, dataset: dict[str, Any]) -> None:
    changed = editor.ask("package_patch", id=dataset["id"], access_level="restricted")
    assert changed["license_id"] == "other-closed"
    assert changed["isopen"] is False


def test_a_cleared_value_is_gone(editor: Any, dataset: dict[str, Any]) -> None:
    sent = {
        "update_frequency": "",
        "maintainer_email": None,
        "maintainer_translated": {},
        "topics": [],
    }
    changed = editor.ask("package_patch", id=dataset["id"], **{**sent, "license_id": ""})
    assert "update_frequency" not in changed
    assert changed["maintainer_email"] == ""
    assert changed["license_id"] == ""
    assert changed.get("topics", []) == []
    assert changed["maintainer_translated"] == dataset["maintainer_translated"], "{} clears nothing"
    cleared = editor.ask(
        "package_patch", id=dataset["id"], maintainer_translated={"en": "", "fr": ""}
    )
    assert not cleared.get("maintainer_translated")
    assert not cleared["maintainer"]


def test_ckans_licence_list_is_ours(editor: Any) -> None:
    listed = editor.ask("license_list")
    assert listed[0]["id"] == "OGL-ON-1.0"
    assert len(listed) == 12
    assert listed[0]["title_translated"]["fr"] == "Licence du gouvernement ouvert – Ontario"
