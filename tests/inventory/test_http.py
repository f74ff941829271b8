"""The explorer and the table over HTTP: who sees which records, filters, languages, refusals."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from ckan.lib import search
from tests.factories import call, make_dataset, make_organization, make_user

from ckanext.ontario.inventory import reading

CLOSED = {"license_id": "other-closed", "resources": []}


@pytest.fixture(scope="module")
def people(clean_module: None) -> dict[str, dict[str, str]]:
    """Tokens of an editor of the owner, of another ministry's editor; and records of the owner."""
    users = {name: make_user()["name"] for name in ("owner", "other")}
    for name, user in users.items():
        organization = make_organization(
            name=name, title_translated={"en": f"Ministry of {name}", "fr": f"Ministère {name}"}
        )
        call("organization_member_create", id=organization["id"], username=user, role="editor")
    make_dataset(owner_org="owner", name="first", title_translated={"en": "=A1", "fr": "Un"})
    make_dataset(
        owner_org="owner",
        name="second",
        access_level="under_review",
        planned_release_date="2031-01-01",
        **CLOSED,
    )
    make_dataset(owner_org="other", name="third", colby_notes="canary-internal-note")
    make_dataset(owner_org="owner", name="kept-in", audience="ministry")
    search.commit()
    return {
        name: {"Authorization": call("api_token_create", user=user, name="t")["token"]}
        for name, user in users.items()
    }


def rows(response: Any) -> list[dict[str, str]]:
    text = response.get_data(as_text=True).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def ids(response: Any) -> set[str]:
    return {row["Inventory ID"] for row in rows(response)}


def test_anonymous_callers_of_the_internal_portal_get_nothing(internal: Any, people: Any) -> None:
    for path in ("/dataset/inventory.csv", "/inventory", "/api/action/ontario_inventory_summarize"):
        assert internal.get(path, follow_redirects=False).status_code in {302, 401}


def test_each_reader_gets_the_records_they_may_see(internal: Any, people: Any) -> None:
    for name, headers in people.items():
        found = ids(internal.get("/dataset/inventory.csv", headers=headers))
        assert {"first", "second", "third"} <= found
        assert ("kept-in" in found) is (name == "owner")


def test_the_table_is_safe_and_complete(internal: Any, people: Any) -> None:
    response = internal.get("/dataset/inventory.csv", headers=people["other"])
    assert response.content_type == "text/csv; charset=utf-8"
    assert 'filename="inventory-en.csv"' in response.headers["Content-Disposition"]
    (first,) = (row for row in rows(response) if row["Inventory ID"] == "first")
    assert first["Public Title (English)"] == "'=A1"
    assert first["Publisher (French)"] == "Ministère owner"
    assert first["Catalogue Page (French)"].endswith("/fr/dataset/first")
    assert "canary" not in response.get_data(as_text=True)


def test_headers_follow_the_address_or_the_parameter(internal: Any, people: Any) -> None:
    french = internal.get("/fr/dataset/inventory.csv", headers=people["other"])
    assert "Titre public (français)" in rows(french)[0]
    chosen = internal.get("/dataset/inventory.csv?headers=fr", headers=people["other"])
    assert rows(chosen)[0]["Niveau d’accès"] in {"Ouvert", "En examen"}


def test_filters_are_those_of_the_search_page(internal: Any, people: Any) -> None:
    def get(query: str) -> set[str]:
        return ids(internal.get(f"/dataset/inventory.csv?{query}", headers=people["other"]))

    assert get("access_level=under_review") == {"second"}
    assert get("organization=owner&organization=other") == {"first", "second", "third"}
    assert get("organization=nobody") == set()
    assert get("q=third&unknown=1") == {"third"}


@pytest.mark.parametrize(
    "query", ["headers=de", "q=permission_labels:x", "q=%7B!lucene%7Dx", "q=" + "a%20" * 400]
)
def test_a_refused_question_is_answered_as_one(internal: Any, people: Any, query: str) -> None:
    response = internal.get(f"/fr/dataset/inventory.csv?{query}", headers=people["other"])
    assert response.status_code == 400
    assert "text/html" in response.content_type


def test_pages_of_the_index_join_without_gap(
    internal: Any, people: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", 1)
    response = internal.get("/dataset/inventory.csv", headers=people["other"])
    assert sorted(row["Inventory ID"] for row in rows(response)) == ["first", "second", "third"]


def test_the_summary_counts_by_level(internal: Any, people: Any) -> None:
    answer = internal.get(
        "/fr/api/3/action/ontario_inventory_summarize?by=organization", headers=people["other"]
    ).json["result"]
    assert (answer["total"], answer["levels"]) == (
        3,
        {"open": 2, "under_review": 1, "restricted": 0},
    )
    assert answer["rows"][0] == {
        "name": "owner",
        "display_name": "Ministère owner",
        "open": 1,
        "under_review": 1,
        "restricted": 0,
        "total": 2,
    }
    refused = internal.post(
        "/fr/api/3/action/ontario_inventory_summarize", json={"by": "x"}, headers=people["other"]
    )
    assert refused.status_code == 409
    assert "Choisissez" in refused.json["error"]["by"][0]


@pytest.mark.parametrize("by", ["organization", "groups", "update_frequency", "license_id"])
def test_the_explorer_is_a_page(internal: Any, people: Any, by: str) -> None:
    page = internal.get(f"/fr/inventory?by={by}", headers=people["other"])
    assert page.status_code == 200
    assert "Explorateur de l’inventaire" in page.get_data(as_text=True)


def test_the_explorer_refuses_other_lines(internal: Any, people: Any) -> None:
    assert internal.get("/inventory?by=x", headers=people["other"]).status_code == 400


def test_there_are_no_dumps_on_the_internal_portal(internal: Any, people: Any) -> None:
    assert internal.get("/dumps/", headers=people["other"]).status_code == 404
    for action in ("ontario_inventory_dump", "ontario_inventory_dump_list"):
        refused = internal.post(f"/api/3/action/{action}", headers=people["other"])
        assert refused.status_code == 403
