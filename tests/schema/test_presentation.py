"""Names on pages and in facets are the reader's; what a form sends back keeps both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ckan.tests.helpers import call_action
from tests import factories

pytestmark = pytest.mark.usefixtures("seeded")


@pytest.fixture
def reader(internal: Any) -> Callable[[str], Any]:
    user = factories.make_user()
    call_action("organization_member_create", id="moh", username=user["name"], role="editor")
    token = call_action("api_token_create", user=user["name"], name="tests")["token"]
    return lambda address: internal.get(address, headers={"Authorization": token})


@pytest.fixture
def record() -> dict[str, Any]:
    ministry = call_action("organization_show", id="moh")
    return factories.make_dataset(
        owner_org=ministry["id"],
        title_translated={"en": "Hospital beds", "fr": "Lits d’hôpital"},
        keywords={"en": ["hospital bed"], "fr": ["lit d’hôpital"]},
        topics=["health-and-care"],
    )


def facet(reader: Callable[[str], Any], prefix: str, name: str) -> list[str]:
    answer = reader(f'{prefix}/api/3/action/package_search?rows=0&facet.field=["{name}"]').json
    return [item["display_name"] for item in answer["result"]["search_facets"][name]["items"]]


@pytest.mark.parametrize(
    ("name", "english", "french"),
    [
        ("organization", "Ministry of Health", "Ministère de la Santé"),
        ("groups", "Health", "Santé"),
        ("access_level", "Open", "Ouvert"),
    ],
)
def test_facets_are_named_in_the_readers_language(
    reader: Callable[[str], Any], record: dict[str, Any], name: str, english: str, french: str
) -> None:
    assert facet(reader, "", name) == [english]
    assert facet(reader, "/fr", name) == [french]


def test_the_result_list_and_the_page_speak_the_readers_language(
    reader: Callable[[str], Any], record: dict[str, Any]
) -> None:
    results = reader("/fr/dataset/").body
    page = reader(f"/fr/dataset/{record['name']}").body
    assert "Lits d’hôpital" in results
    assert "Hospital beds" not in results
    assert "Ministère de la Santé" in page
    assert "Ministry of Health" not in page
    assert "lit d’hôpital" in page


def test_an_organization_shown_in_french_still_gives_both_titles(
    reader: Callable[[str], Any], record: dict[str, Any]
) -> None:
    shown = reader("/fr/api/3/action/organization_show?id=moh").json["result"]
    assert shown["title"] == "Ministry of Health"
    assert shown["title_translated"]["fr"] == "Ministère de la Santé"
    assert "Ministère de la Santé" in reader("/fr/organization/moh").body
