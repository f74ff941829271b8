"""Old addresses lead on; organizations are found by every name they have or had."""

from __future__ import annotations

from typing import Any

import pytest

from factories import call, make_dataset, make_organization


def test_the_page_of_a_renamed_record_leads_on(editor: Any) -> None:
    made = make_dataset(editor.name, editor.organization)
    editor.ask("package_patch", id=made["id"], name="new-name-of-lakes")
    page = editor.get(f"/fr/dataset/{made['name']}?tab=files")
    assert page.status_code == 301
    assert page.headers["Location"].endswith("/fr/dataset/new-name-of-lakes?tab=files")
    assert editor.get("/dataset/never-was").status_code == 404


def test_the_api_says_the_new_name(editor: Any) -> None:
    made = make_dataset(editor.name, editor.organization)
    editor.ask("package_patch", id=made["id"], name="second-name-of-lakes")
    editor.ask("package_patch", id=made["id"], name="third-name-of-lakes")
    for old in (made["name"], "second-name-of-lakes"):
        answer = editor.action("package_show", id=old)
        assert answer.status_code == 404
        assert "third-name-of-lakes" in answer.json["error"]["message"]


def test_a_name_that_somebody_has_again_is_theirs(editor: Any) -> None:
    made = make_dataset(editor.name, editor.organization)
    editor.ask("package_patch", id=made["id"], name=f"{made['name']}-moved")
    other = make_dataset(editor.name, editor.organization, name=made["name"])
    assert editor.ask("package_show", id=made["name"])["id"] == other["id"]
    assert editor.get(f"/dataset/{made['name']}").status_code == 200


def test_a_name_is_not_told_to_those_who_may_not_read(editor: Any) -> None:
    hidden = make_dataset(audience="ministry")
    call("package_patch", id=hidden["id"], name="hidden-new-name")
    answer = editor.action("package_show", id=hidden["name"])
    assert answer.status_code == 404
    assert "hidden-new-name" not in answer.text
    page = editor.get(f"/dataset/{hidden['name']}")
    assert page.status_code == 404
    assert "hidden-new-name" not in page.text


def test_a_purged_record_leaves_no_way(editor: Any) -> None:
    made = make_dataset(editor.name, editor.organization)
    editor.ask("package_patch", id=made["id"], name=f"{made['name']}-x")
    call("dataset_purge", id=made["id"])
    assert "now called" not in editor.action("package_show", id=made["name"]).text


def test_the_page_of_a_renamed_organization_leads_on(administrator: Any) -> None:
    made = make_organization(users=[{"name": administrator.name, "capacity": "admin"}])
    call("organization_patch", id=made["id"], name=f"{made['name']}-new")
    page = administrator.get(f"/organization/{made['name']}")
    assert page.status_code == 301
    assert page.headers["Location"].endswith(f"/organization/{made['name']}-new")
    answer = administrator.action("organization_show", id=made["name"])
    assert f"{made['name']}-new" in answer.json["error"]["message"]


def test_posting_to_an_old_address_is_not_sent_on(editor: Any) -> None:
    made = make_dataset(editor.name, editor.organization)
    editor.ask("package_patch", id=made["id"], name=f"{made['name']}-y")
    assert editor.post(f"/dataset/edit/{made['name']}", {"save": ""}).status_code == 404


NAMES = {
    "title_translated": {"en": "Ministry of Ferries", "fr": "Ministère des Traversiers"},
    "acronym": "MOFE / MDT",
    "former_names": ["Ministry of Boats and Ferries", "Ministère des Bateaux"],
    "identifiers": ["ORG-77"],
}


@pytest.mark.parametrize(
    "written",
    [
        "Ministry of Ferries",
        "ministry  of FERRIES",
        "Ferries",
        "Ministère des Traversiers",
        "MINISTERE DES TRAVERSIERS",
        "mofe",
        "MDT",
        "Ministry of Boats & Ferries",
        "Bateaux",
        "org 77",
        "ferries",
    ],
)
def test_an_organization_is_found_by_every_name(editor: Any, written: str) -> None:
    found = editor.ask("ontario_organization_resolve", names=["Ferries"])["Ferries"]
    made = found or make_organization(name="ferries", **NAMES)
    resolved = editor.ask("ontario_organization_resolve", names=[written, "Nobody"])
    assert resolved == {written: {"id": made["id"], "name": "ferries"}, "Nobody": None}


def test_names_follow_a_change(editor: Any) -> None:
    made = make_organization(acronym="QQQ")
    call("organization_patch", id=made["id"], acronym="RRR", former_names="Board of Q\nBoard of R")
    names = ["QQQ", "RRR", "Board of Q", made["id"]]
    resolved = editor.ask("ontario_organization_resolve", names=names)
    assert resolved["QQQ"] is None
    assert [resolved[name]["id"] for name in names[1:]] == [made["id"]] * 3
    call("organization_delete", id=made["id"])
    assert editor.ask("ontario_organization_resolve", names=["RRR"]) == {"RRR": None}


def test_todays_name_wins_over_yesterdays_and_a_tie_is_nobodys(editor: Any) -> None:
    today = make_organization(acronym="ZZZ")
    make_organization(former_names=["ZZZ"])
    first, _second = (make_organization(former_names=["Board of Ties"]) for _ in range(2))
    resolved = editor.ask("ontario_organization_resolve", names=["ZZZ", "Board of Ties"])
    assert resolved["ZZZ"]["id"] == today["id"]
    assert resolved["Board of Ties"] is None
    assert first


@pytest.mark.parametrize("sent", [{}, {"names": "MNR"}, {"names": [5]}, {"names": ["x"] * 5001}])
def test_names_must_be_a_list_of_texts(editor: Any, sent: dict[str, Any]) -> None:
    assert set(editor.refused("ontario_organization_resolve", **sent)) == {"names"}
