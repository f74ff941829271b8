"""schema.org's description of a dataset: what search engines ask for, safely written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from tests.dcat.test_describe import BASE, CATALOGUE, record

from ckanext.ontario.dcat.domain import describe
from ckanext.ontario.dcat.structured import LONGEST, SHORTEST, script_text, structured_data

PAGES = {"en": f"{BASE}/dataset/wells", "fr": f"{BASE}/fr/dataset/wells"}


def data(language: str = "en", **values: Any) -> dict[str, Any]:
    dataset = describe(record(**values), CATALOGUE)
    return structured_data(dataset, language, PAGES, ("Catalogue", BASE))


@pytest.mark.parametrize(("language", "name"), [("en", "Wells"), ("fr", "Puits")])
def test_it_speaks_the_pages_language(language: str, name: str) -> None:
    told = data(language)
    assert (told["name"], told["url"]) == (name, PAGES[language])
    assert told["sameAs"] == [page for code, page in PAGES.items() if code != language]
    assert told["inLanguage"][0] == language
    assert ("/fr/" in told["license"]) == (language == "fr")


def test_the_other_language_stands_in() -> None:
    told = data("en", title_translated={"fr": "Puits"}, notes_translated={"fr": "É" * 60})
    assert (told["name"], told["description"]) == ("Puits", "É" * 60)


def test_what_a_search_engine_asks_for() -> None:
    told = data(
        keywords={"en": ["water"], "fr": ["eau"]},
        topics=["health-and-care"],
        date_range_start="2001-01-01",
        spatial='{"type": "Point", "coordinates": [-79, 43]}',
        geographic_coverage_translated={"en": "Toronto"},
    )
    assert told["@type"] == "Dataset"
    assert told["keywords"] == ["water", "eau", "Health"]
    assert told["creator"]["name"] == "Ministry of Health"
    assert told["temporalCoverage"] == "2001-01-01/.."
    assert told["spatialCoverage"]["name"] == "Toronto"
    assert told["spatialCoverage"]["geo"]["box"] == "43.0 -79.0 43.0 -79.0"
    assert told["isAccessibleForFree"] is True
    (file,) = told["distribution"]
    assert (file["contentUrl"], file["encodingFormat"]) == ("https://example.ca/a.csv", "text/csv")


def test_data_that_is_not_open_is_not_called_free() -> None:
    told = data(access_level="restricted")
    assert told["isAccessibleForFree"] is False
    assert told["conditionsOfAccess"]
    assert "distribution" not in told


@pytest.mark.parametrize("text", ["", "Short.", "x" * 49, "x" * 50, "x" * 9000])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_descriptions_are_as_long_as_asked(text: str, language: str) -> None:
    told = data(language, notes_translated={language: text})
    assert SHORTEST <= len(told["description"]) <= LONGEST


@given(st.text())
def test_nothing_ends_the_script(text: str) -> None:
    page = f"<script type='application/ld+json'>{script_text({'name': text})}</script><b>end</b>"
    (script,) = html.fromstring(f"<div>{page}</div>".replace("\0", "")).xpath("//script")
    assert "<" not in script_text({"name": text})
    assert json.loads(script_text({"name": text})) == {"name": text}
    assert script.tail is None
