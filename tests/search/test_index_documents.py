"""Search documents as Solr keeps them: nothing raw, nothing internal, no query per record."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from ckan import model
from ckan.lib.search import query_for

from ckanext.ontario.schema import index_lookups
from ckanext.ontario.schema.document import Publisher
from ckanext.ontario.schema.index import IndexHooks

Act = Callable[..., Any]

CANARY = "zyxwvcanary"


@pytest.fixture(scope="module")
def full(act: Act) -> dict[str, Any]:
    """A record with something in every kind of field."""
    return act(
        "package_create",
        name="full-record",
        title_translated={"en": "Ambulance stations", "fr": "Postes d’ambulances"},
        notes_translated={"en": "Where crews wait.", "fr": "Où les équipes attendent."},
        short_description_translated={"en": "Stations of paramedics", "fr": "Postes paramédicaux"},
        other_title=f"{CANARY} working title",
        colby_notes=f"{CANARY} note",
        custodian_name=f"{CANARY} person",
        keywords={"en": ["ambulances"], "fr": ["ambulances", "santé"]},
        topics=["health-and-care"],
        owner_org="moh",
        access_level="restricted",
        exemption="privacy",
        exemption_rationale={"en": "Names of paramedics.", "fr": "Noms d’ambulanciers."},
        current_as_of="2024-01-15",
        date_range_start="2020-04-01",
        date_range_end="2021-03-31",
        update_frequency="yearly",
        resources=[
            {
                "url": "https://example.com/stations.csv",
                "format": "CSV",
                "name_translated": {"en": "Station list", "fr": "Liste des postes"},
                "type": "data",
                "language": "english",
            }
        ],
    )


def stored(solr_url: str, name: str) -> dict[str, Any]:
    answer = requests.get(
        f"{solr_url}/select", params={"q": f"name:{name}", "fl": "*", "wt": "json"}, timeout=30
    )
    (document,) = answer.json()["response"]["docs"]
    return document


def indexed_names(solr_url: str) -> set[str]:
    answer = requests.get(
        f"{solr_url}/admin/luke", params={"numTerms": 0, "wt": "json"}, timeout=30
    )
    return set(answer.json()["fields"])


def test_no_raw_composite_or_undeclared_field(full: dict[str, Any], solr_url: str) -> None:
    names = indexed_names(solr_url)
    raw = {name for name in names if name.startswith("extras_")}
    raw |= names & {"title_translated", "notes_translated", "keywords", "colby_notes", "audience"}
    assert raw == set()
    document = stored(solr_url, "full-record")
    whole = {"data_dict", "validated_data_dict"}
    shown = {name: value for name, value in document.items() if name not in whole}
    assert CANARY not in str(shown)
    assert "{" not in str(list(shown.values()))


@pytest.mark.parametrize(
    "asked",
    ["permission_labels:*", "data_dict:*", "index_id:*", '_query_:"*:*"', "-x permission_labels:*"],
)
def test_solr_itself_answers_nothing_about_hidden_fields(
    asked: str, full: dict[str, Any], solr_url: str
) -> None:
    answer = requests.get(
        f"{solr_url}/select",
        params={"q": asked, "defType": "edismax", "qf": "title_en", "wt": "json", "q.op": "AND"},
        timeout=30,
    )
    assert answer.json()["response"]["numFound"] == 0


@pytest.mark.parametrize("word", [CANARY, "u00e9", "translated", "colby"])
def test_raw_and_internal_words_are_not_found(
    word: str, full: dict[str, Any], names: Callable[..., list[str]]
) -> None:
    assert names(word) == []
    assert names(f"text:{word}") == []


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("paramedics", "en"),
        ("paramédicaux", "fr"),
        ("ambulanciers", "fr"),
        ("liste des postes", "fr"),
        ("station list csv", "en"),
        ("ministry of health", "en"),
        ("ministère de la santé", "fr"),
        ("santé", "fr"),
        ("full-record", "en"),
        ("ambulance csv health", "en"),  # title, file, ministry
        ("ambulance liste ministère paramédicaux", "fr"),
        ("ambulanciers*", "fr"),
    ],
)
def test_public_words_are_found(
    words: str, language: str, full: dict[str, Any], names: Callable[..., list[str]]
) -> None:
    assert "full-record" in names(words, language)


@pytest.mark.parametrize(
    "asked",
    [
        "access_level:restricted",
        "exemption:privacy",
        "update_frequency:yearly",
        "topics:health-and-care",
        "category:ministry",
        "jurisdiction:provincial",
        "resource_kinds:data",
        "current_as_of:[2024-01-15T00:00:00Z TO 2024-01-15T23:59:59Z]",
        "current_as_of:[2024-01-15T05:00:00Z TO 2024-01-15T05:00:00Z]",
        "date_range_start:[* TO 2020-04-02T00:00:00Z]",
        "vote_count:0",
    ],
)
def test_values_filter(asked: str, full: dict[str, Any], act: Act) -> None:
    found = act("package_search", fq=asked)
    assert [record["name"] for record in found["results"]] == ["full-record"]


def test_days_are_torontos(full: dict[str, Any], solr_url: str) -> None:
    document = stored(solr_url, "full-record")
    assert document["current_as_of"] == "2024-01-15T05:00:00Z"
    assert document["date_range_end"] == "2021-03-31T04:00:00Z"


def test_long_descriptions_are_saved_and_found(act: Act, names: Callable[..., list[str]]) -> None:
    fill = "Longue description accentuée. "
    act(
        "package_create",
        name="long-notes",
        title_translated={"en": "Long", "fr": "Long"},
        notes_translated={
            "en": ("A very long description. " * 1200)[:29_900] + " zebrafish",
            "fr": (fill * 900)[:25_000] + " poisson-zèbre",
        },
        owner_org="moh",
        access_level="under_review",
    )
    assert names("zebrafish") == ["long-notes"]
    assert names("poissons zebres", "fr") == ["long-notes"]


def test_no_query_per_record(full: dict[str, Any]) -> None:
    shown = query_for(model.Package).get_index("full-record")
    raw = {**shown, "owner_org": full["owner_org"], "type": "dataset"}

    def statements(records: int) -> int:
        count = 0

        def counted(*_: Any) -> None:
            nonlocal count
            count += 1

        index_lookups.forget_publishers()
        sa.event.listen(model.meta.engine, "before_cursor_execute", counted)
        try:
            for _ in range(records):
                IndexHooks().before_dataset_index(dict(raw))
        finally:
            sa.event.remove(model.meta.engine, "before_cursor_execute", counted)
        return count

    assert statements(1) == 1
    assert statements(20) == 1


def test_what_cannot_be_indexed_is_logged(
    full: dict[str, Any], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("ckanext"), "propagate", True)
    # Another plugin's migrations, run in this process, disable every logger there was.
    monkeypatch.setattr(logging.getLogger("ckanext.ontario.schema.index"), "disabled", False)
    record = {"type": "dataset", "name": "odd", "current_as_of": "soon"}
    document = IndexHooks().before_dataset_index({"validated_data_dict": json.dumps(record)})
    assert "current_as_of" not in document
    assert "current_as_of of record odd" in caplog.text


def test_a_renamed_ministry_is_seen_at_once(full: dict[str, Any], act: Act) -> None:
    assert "Ministry of Health" in index_lookups.publisher(full["owner_org"]).texts["en"]
    act(
        "organization_patch",
        id="moh",
        title_translated={"en": "Ministry of Wellness", "fr": "Ministère du Mieux-être"},
    )
    assert "Ministry of Wellness" in index_lookups.publisher(full["owner_org"]).texts["en"]
    assert "Ministère du Mieux-être" in index_lookups.publisher(full["owner_org"]).texts["fr"]


def test_an_unknown_organization_is_no_publisher(internal: Any) -> None:
    assert index_lookups.publisher("no-such-id") == Publisher()
    assert index_lookups.publisher(None) == Publisher()
