"""Cells: the reader refuses what the schema's own validators would, and only that."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.harvesters.inventory import cells, files, profile
from ckanext.ontario.harvesters.inventory.fields import FIELDS, Kind
from ckanext.ontario.harvesters.mapping.problems import Unusable
from ckanext.ontario.schema import texts, values

ONTARIO = profile.load("ontario")
SCHEMAS = Path(__file__).parents[2] / "schemas"


def accepted(field: str, text: str) -> bool:
    try:
        cells.value(FIELDS[field], text, ONTARIO)
    except Unusable:
        return False
    return True


def schema_accepts(check: object, text: str) -> bool:
    try:
        check(text)  # type: ignore[operator]
    except texts.Refused:
        return False
    return True


# --- agreement with the schema ---------------------------------------------------------------


@given(st.text("<>/!ab &;#x1[]()", min_size=1).map(str.strip).filter(bool))
def test_markup_is_what_the_schema_calls_markup(text: str) -> None:
    line = " ".join(text.split())
    assert accepted("title_translated", text) is not texts.has_markup(line)


@pytest.mark.parametrize(
    "text",
    [
        *("a@b.ca", "data.office@ontario.ca", "a+b@sub.ontario.ca", ".a@b.ca", "a.@b.ca"),
        *("a..b@c.ca", "a@-b.ca", "a@b-.ca", "a@b", "a b@c.ca", "Name <a@b.ca>", "a@b.ca; c@d.ca"),
        *("a" * 260 + "@b.ca", "@b.ca", "a@", "a@b.c", "é@b.ca"),
    ],
)
def test_email_addresses_agree_with_the_schema(text: str) -> None:
    assert accepted("maintainer_email", text) is schema_accepts(values.email, text)


@pytest.mark.parametrize(
    "text",
    [
        *("https://data.ontario.ca/x.csv", "http://a.ca:8080/", "ftp://a.ca/x", "www.ontario.ca"),
        *("https://", "https:///x", "https://a b.ca", "https://a.ca/a b", "https://a.ca:port/"),
        *(
            "https://u:p@a.ca/",
            "https://a.ca/<b>",
            "javascript:alert(1)",
            "//a.ca",
            "https://[::1]/",
        ),
        *("https://a..ca/", "https://-a.ca/", "https://a.ca/" + "x" * 2100, "https://a.ca/{x}"),
        *("https://[::1", "mailto:a@b.ca", "https://données.ca/x", "HTTPS://a.ca/"),
    ],
)
def test_web_addresses_agree_with_the_schema(text: str) -> None:
    assert accepted("url", text) is schema_accepts(values.web_address, text)


def test_caps_are_the_schemas() -> None:
    presets = yaml.safe_load((SCHEMAS / "presets.yaml").read_text(encoding="utf-8"))["presets"]
    preset = {p["preset_name"]: p["values"] for p in presets}
    schema = yaml.safe_load((SCHEMAS / "dataset.yaml").read_text(encoding="utf-8"))
    for entry in schema["dataset_fields"]:
        field = FIELDS.get(entry["field_name"])
        if field is None or field.kind not in {Kind.TEXT, Kind.PROSE}:
            continue
        said = {**preset[entry["preset"]], **entry}
        cap = said.get("max_length") if field.kind is Kind.TEXT else said.get("max_bytes")
        assert field.cap == cap, field.name
        assert field.bilingual is (said["kind"] == "bilingual"), field.name


def test_stored_fields_are_the_schemas() -> None:
    schema = yaml.safe_load((SCHEMAS / "dataset.yaml").read_text(encoding="utf-8"))
    known = {entry["field_name"] for entry in schema["dataset_fields"]}
    assert {name for name, field in FIELDS.items() if field.stored} <= known


# --- kinds -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "written", "value"),
    [
        ("access_level", "Open/Public", "open"),
        ("access_level", "EN EXAMEN", "under_review"),
        ("access_level", "Open / Ouvert", "open"),
        ("access_level", "under_review", "under_review"),
        ("access_level", "Restreintes", "restricted"),
        ("update_frequency", "annual", "yearly"),
        ("update_frequency", "Annuelle", "yearly"),
        ("exemption", "Vie privée", "privacy"),
        ("exemption", "None", "none"),
        ("license_id", "Open Government Licence", "OGL-ON-1.0"),
        ("contains_geographic_markers", "Vrai", "yes"),
        ("contains_geographic_markers", "FALSE", "no"),
        ("contains_geographic_markers", "T", "yes"),
        ("eligible_for_release", "N", "no"),
        ("topics", "Education; Housing, Communities and Social Support", None),
        ("topics", "Formation, Justice", ["education-and-training", "justice-and-public-safety"]),
        ("geographic_granularity", "None", ""),
        ("date_range_start", "2016", "2016-01-01"),
        ("date_range_end", "mars 2016", "2016-03-31"),
        ("maintainer_email", "mailto:a@b.ca", "a@b.ca"),
        ("title_translated", " Two \n lines ", "Two lines"),
    ],
)
def test_a_cell_has_its_value(field: str, written: str, value: object) -> None:
    if value is None:
        value = ["education-and-training", "housing-communities-and-social-support"]
    assert cells.value(FIELDS[field], written, ONTARIO) == value


def test_an_unknown_choice_names_the_nearest_and_all() -> None:
    with pytest.raises(Unusable) as caught:
        cells.value(FIELDS["access_level"], "Restrcted", ONTARIO)
    assert caught.value.params == {
        "value": "Restrcted",
        "nearest": {"en": "Restricted", "fr": "Restreint"},
        "allowed": {
            "en": "Open, Under review, Restricted",
            "fr": "Ouvert, En examen, Restreint",
        },
    }


def test_keywords_are_split_and_sorted_out() -> None:
    assert cells.keywords("Water; qualité de l’eau ;water; R&D; x; <b>") == (
        ["Water", "qualité de l’eau", "R&D"],
        ["x", "<b>"],
    )
    assert cells.keywords("roads, bridges") == (["roads", "bridges"], [])


@given(st.lists(st.text("abcé' -&", min_size=1, max_size=20), max_size=20))
def test_kept_keywords_are_the_schemas(words: list[str]) -> None:
    kept, _dropped = cells.keywords("; ".join(words))
    assert list(texts.tag_problems(kept)) == []
    assert len({word.casefold() for word in kept}) == len(kept)


# --- files -----------------------------------------------------------------------------------


def test_files_have_the_formats_the_row_names_in_order() -> None:
    urls = files.addresses("https://a.ca/1; https://a.ca/2\nhttps://a.ca/3")
    said, unknown = files.formats("csv; .xlsx|ESRI Shapefile", ONTARIO)
    made = files.resources(urls, said, "data", ONTARIO)
    assert [(r["url"][-1], r["format"]) for r in made] == [
        ("1", "CSV"),
        ("2", "XLSX"),
        ("3", "SHP"),
    ]
    assert unknown == []


def test_files_else_have_the_formats_of_their_addresses() -> None:
    urls = ["https://a.ca/x.csv?y=1", "https://a.ca/page", "https://a.ca/y.csv"]
    made = files.resources(urls, ["CSV", "PDF"], "data", ONTARIO)
    assert [r.get("format") for r in made] == ["CSV", None, "CSV"]
    assert [r["name_translated"]["fr"] for r in made] == [
        "Fichier de données (CSV)",
        "Fichier de données",
        "Fichier de données (CSV) 2",
    ]


def test_an_unknown_format_is_other() -> None:
    assert files.formats("csv; wibble", ONTARIO) == (["CSV", "OTHER"], ["wibble"])


def test_documents_without_an_address_are_told_apart() -> None:
    assert files.documents("https://a.ca/g.pdf; on request") == (
        ["https://a.ca/g.pdf"],
        ["on request"],
    )
