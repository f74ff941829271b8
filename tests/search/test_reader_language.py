"""Whose words weigh more: pages, programs and suggestions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ckan.lib.search import SearchQueryError
from ckan.tests.helpers import call_action

from ckanext.ontario.schema import search

Act = Callable[..., Any]


RIVALS: list[dict[str, Any]] = [
    {"title": {"en": "Patrimoine gallery", "fr": "Galerie"}, "name": "in-english"},
    {"title": {"en": "Gallery", "fr": "Patrimoine galerie"}, "name": "in-french"},
    {"title": {"en": "Blue green algae", "fr": "Algues bleu vert"}, "name": "side-by-side"},
    {"title": {"en": "Green algae blue", "fr": "Vert algues bleu"}, "name": "apart"},
    {"title": {"en": "Ferry terminals", "fr": "Gares"}, "name": "in-title-and-file"},
    {"title": {"en": "Ports", "fr": "Ports"}, "name": "in-notes", "notes": "Ferry terminals, CSV"},
    {"title": {"en": "Energy use", "fr": "Consommation d’énergie"}, "name": "consumption"},
]


@pytest.fixture(scope="module")
def rivals(act: Act) -> None:
    """Records that answer the same words in different places, or only in one language."""
    for rival in RIVALS:
        act(
            "package_create",
            name=rival["name"],
            title_translated=rival["title"],
            notes_translated={"en": rival.get("notes", "Text"), "fr": "Texte"},
            owner_org="moh",
            access_level="under_review",
            resources=[{"url": "https://example.com/a", "format": "CSV"}]
            if rival["name"] == "in-title-and-file"
            else [],
        )


pytestmark = pytest.mark.usefixtures("rivals")


def order(answer: Any) -> list[str]:
    return [record["name"] for record in answer.json["result"]["results"]]


@pytest.mark.parametrize(
    ("prefix", "accepts", "first"),
    [
        ("", "", "in-english"),
        ("/fr", "", "in-french"),
        ("", "fr-CA, en;q=0.5", "in-french"),
        ("", "de, en;q=0.5, fr;q=0.2", "in-english"),
        ("", "zh", "in-english"),
        ("/fr", "en", "in-french"),
    ],
)
def test_the_readers_own_words_come_first(
    prefix: str, accepts: str, first: str, internal: Any, token: str
) -> None:
    headers = {"Authorization": token, **({"Accept-Language": accepts} if accepts else {})}
    answer = internal.get(f"{prefix}/api/3/action/package_search?q=patrimoine", headers=headers)
    found = order(answer)
    assert found[0] == first
    assert set(found) == {"in-english", "in-french"}


@pytest.mark.parametrize(("q", "language"), [("blue green", "en"), ("bleu vert", "fr")])
def test_words_side_by_side_come_first(q: str, language: str, act: Act) -> None:
    found = act("package_search", language, q=q)["results"]
    assert [record["name"] for record in found] == ["side-by-side", "apart"]


@pytest.mark.parametrize("q", ["ferry terminals csv", "ferry-terminals csv"])
def test_words_may_stand_in_different_fields(q: str, act: Act) -> None:
    found = act("package_search", q=q)["results"]
    assert [record["name"] for record in found] == ["in-title-and-file", "in-notes"]


@pytest.mark.parametrize(("prefix", "first"), [("", "in-english"), ("/fr", "in-french")])
def test_a_page_is_searched_in_the_language_of_its_address(
    prefix: str, first: str, internal: Any, token: str
) -> None:
    headers = {"Authorization": token, "Accept-Language": "fr" if not prefix else "en"}
    page = internal.get(f"{prefix}/dataset/?q=patrimoine", headers=headers)
    assert page.status_code == 200
    second = {"in-english", "in-french"} - {first}
    assert page.body.index(f"/dataset/{first}") < page.body.index(f"/dataset/{second.pop()}")


def test_callers_cannot_set_the_weights(internal: Any, token: str) -> None:
    answer = internal.post(
        "/api/3/action/package_search",
        json={"q": "patrimoine", "qf": "title_fr^1000", "defType": "lucene", "mm": "0"},
        headers={"Authorization": token},
    )
    assert order(answer)[0] == "in-english"


@pytest.mark.parametrize(
    "typed", ["énerg", "energ", "l’éner", "Consom", "consommation d’én", "consumpt"]
)
def test_suggestions_know_both_languages(typed: str, act: Act) -> None:
    (found,) = act("package_autocomplete", q=typed)
    assert found["name"] == "consumption"
    assert found["title"] == "Energy use"


def test_suggestions_are_in_the_readers_language(act: Act) -> None:
    (found,) = act("package_autocomplete", "fr", q="energy")
    assert found == {
        "name": "consumption",
        "title": "Consommation d’énergie",
        "match_field": "title",
        "match_displayed": "Consommation d’énergie (consumption)",
    }
    (by_name,) = act("package_autocomplete", "fr", q="consumption")
    assert by_name["match_field"] == "name"
    assert by_name["match_displayed"] == "consumption"


@pytest.mark.parametrize("typed", ["*", "name:x", '"', "-", "{!lucene}x", "l'", "zzz"])
def test_suggestions_take_every_sign_as_text(typed: str, act: Act) -> None:
    assert act("package_autocomplete", q=typed) == []


def test_nothing_typed_suggests_nothing(act: Act) -> None:
    assert act("package_autocomplete", q="  ") == []


def test_suggestions_for_the_system_itself_know_no_labels() -> None:
    (found,) = call_action("package_autocomplete", q="consum")
    assert found["name"] == "consumption"


def test_local_parameters_are_refused_even_without_the_clamp(internal: Any) -> None:
    with (
        internal.flask_app.test_request_context("/"),
        pytest.raises(SearchQueryError, match=r"\{!"),
    ):
        search.parameters("{!func}rord(id)")


def test_suggestions_are_limited(act: Act) -> None:
    assert len(act("package_autocomplete", q="galerie", limit=1)) == 1


def test_outside_a_request_the_default_language_weighs_more() -> None:
    assert search.reader_language() == "en"
    assert search.title_sort() == "title_sort_en asc"
    assert "title_en^8" in search.parameters("eau")["qf"]


def test_the_sort_of_a_page_follows_its_language(internal: Any) -> None:
    with internal.flask_app.test_request_context("/dataset/"):
        assert search.title_sort() == "title_sort_en asc"
    environ = {"CKAN_LANG": "fr", "CKAN_LANG_IS_DEFAULT": False}
    with internal.flask_app.test_request_context("/dataset/", environ_overrides=environ):
        assert search.title_sort() == "title_sort_fr asc"
