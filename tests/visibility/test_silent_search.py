"""Solr that does not answer: pages and programs are told so, in the reader's language."""

from __future__ import annotations

from typing import Any

import pytest
from ckan.lib.search.common import SolrSettings
from tests.visibility.conftest import make_people, make_record


@pytest.fixture(scope="module")
def world(internal: Any, clean_module: None) -> Any:
    """People, and a record."""
    people = make_people(internal)
    make_record(people, "wells")
    return people


@pytest.fixture
def silent(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Solr is at an address where nobody listens."""
    monkeypatch.setattr(SolrSettings, "_url", "http://127.0.0.1:9/solr/none")


PAGES = ["/dataset/", "/organization/", "/group/", "/dataset/inventory.csv"]


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_that_the_search_is_not_available(world: Any, page: str) -> None:
    said = {"": "Not available at the moment", "/fr": "Non disponible pour le moment"}
    for prefix, words in said.items():
        answer = world.editor.get(f"{prefix}{page}")
        assert (answer.status_code, words in answer.text) == (503, True), answer.text[:2000]


@pytest.mark.usefixtures("silent")
def test_the_home_page_answers_without_it(world: Any) -> None:
    assert world.editor.get("/").status_code == 200


@pytest.mark.usefixtures("silent")
def test_a_program_gets_the_error_of_the_catalogue(world: Any) -> None:
    for prefix, words in (
        ("", "The search is not available at the moment."),
        ("/fr", "La recherche n’est pas disponible pour le moment."),
    ):
        answer = world.editor.post(f"{prefix}/api/3/action/package_search", json={"q": "wells"})
        error = answer.json["error"]
        assert (answer.status_code, error["__type"]) == (409, "Search Error")
        assert words in error["message"]


def test_it_finds_again_once_solr_answers(world: Any) -> None:
    assert world.editor.ask("package_search", q="wells")["count"] == 1
