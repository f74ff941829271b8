"""Drafts over HTTP: saved as they are, seen by the ministry's editors only, finished when whole."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import html
from tests.editing.form_people import People, filled, form_of, make_people, summary

from factories import call, dataset_values, make_dataset


@pytest.fixture(scope="module")
def people(clean_module: None, internal: Any) -> People:
    return make_people(internal)


def draft(people: People, **values: Any) -> dict[str, Any]:
    """A draft saved with the form, as an editor's browser posts it."""
    form = form_of(people.editor.page("/dataset/new"))
    sent = {**filled(form), "title_translated-fr": "Brouillon", **values, "save": "draft"}
    answer = people.editor.post("/dataset/new", sent)
    assert answer.status_code == 302, answer.text
    return call("package_show", id=answer.headers["Location"].rpartition("/")[2])


def test_a_title_in_one_language_and_a_ministry_are_a_draft(people: People) -> None:
    made = draft(people)
    assert (made["state"], made["resources"]) == ("draft", [])
    assert made["title_translated"] == {"fr": "Brouillon"}
    assert made["owner_org"] == people.ministry["id"]
    page = people.editor.page(f"/dataset/{made['name']}")
    (box,) = page.xpath("//*[contains(@class, 'ontario-checklist')]")
    assert "This is a draft" in box.text_content()
    links = box.xpath(".//li/a/@href")
    assert f"/dataset/edit/{made['name']}#field-title_translated-en" in links
    assert f"/dataset/edit/{made['name']}#field-access_level" in links


def test_each_gap_leads_to_something_on_the_form(people: People) -> None:
    made = draft(people, access_level="open")
    for prefix in ("", "/fr"):
        page = people.editor.page(f"{prefix}/dataset/edit/{made['name']}")
        links = page.xpath("//*[contains(@class, 'ontario-checklist')]//li/a/@href")
        inside = [link[1:] for link in links if link.startswith("#")]
        assert len(inside) > 4
        assert [one for one in inside if not page.xpath(f"//*[@id='{one}']")] == []
        (outside,) = [link for link in links if not link.startswith("#")]
        assert outside == f"{prefix}/dataset/{made['name']}/resource/new"


PAGES = ["/dataset/{name}", "/dataset/edit/{name}", "/dataset/{name}/resource/new"]


@pytest.mark.parametrize("page", PAGES)
def test_a_draft_is_there_for_the_ministrys_editors_only(people: People, page: str) -> None:
    made = draft(people)
    address = page.format(name=made["name"])
    assert people.editor.get(address).status_code == 200
    assert people.nobody.get(address).status_code in {302, 401}
    for stranger in (people.member, people.other):
        answer = stranger.get(address)
        assert answer.status_code in {403, 404}, address
        assert "Brouillon" not in answer.text


POSTS = [
    "/dataset/edit/{name}",
    "/dataset/{name}/finish",
    "/dataset/{name}/resource/new",
    "/dataset/new",
]


@pytest.mark.parametrize("address", POSTS)
def test_nobody_else_changes_a_draft(people: People, address: str) -> None:
    made = draft(people)
    sent = {"title_translated-en": "Stolen", "url": "https://example.com/a.csv", "save": "draft"}
    if address == "/dataset/new":
        sent["pkg_name"] = made["id"]
    for stranger in (people.nobody, people.member, people.other):
        answer = stranger.post(address.format(name=made["name"]), sent)
        assert answer.status_code in {302, 401, 403, 404}
        if answer.status_code == 302:
            assert "/user/login" in answer.headers["Location"]
        assert "Brouillon" not in answer.text
    again = call("package_show", id=made["id"])
    assert (again["title_translated"], again["resources"]) == ({"fr": "Brouillon"}, [])
    assert again["state"] == "draft"


def test_an_active_record_of_another_ministry_is_not_theirs_to_change(people: People) -> None:
    made = make_dataset(people.editor.name, people.ministry)
    assert people.other.get(f"/dataset/{made['name']}").status_code == 200
    sent = {"title_translated-en": "Stolen", "save": "save"}
    assert people.other.post(f"/dataset/edit/{made['name']}", sent).status_code == 403
    page = people.other.page(f"/dataset/{made['name']}")
    assert page.xpath("//*[contains(@class, 'ontario-checklist')]") == []
    again = call("package_show", id=made["id"])
    assert again["title_translated"] == made["title_translated"]


def test_members_and_strangers_describe_nothing_for_a_ministry(people: People) -> None:
    sent = {"title_translated-en": "Theirs", "owner_org": people.ministry["id"], "save": "draft"}
    assert people.member.post("/dataset/new", sent).status_code == 403
    answer = people.other.post("/dataset/new", sent)
    assert answer.status_code == 200
    assert list(summary(html.fromstring(answer.text)).values()) == ["field-owner_org"]
    assert call("package_search", fq="title:Theirs", include_drafts=True)["count"] == 0


def test_an_incomplete_draft_stays_one_and_says_why(people: People) -> None:
    made = draft(people)
    sent = filled(form_of(people.editor.page(f"/dataset/edit/{made['name']}")))
    sent |= {"title_translated-en": "Kept", "save": "finish"}
    answer = people.editor.post("/dataset/new", sent)  # where CKAN's form of a draft posts to
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"/dataset/edit/{made['name']}")
    again = call("package_show", id=made["id"])
    assert (again["state"], again["title_translated"]["en"]) == ("draft", "Kept")


def test_a_complete_draft_is_finished_and_staff_see_it_once_submitted(people: People) -> None:
    made = draft(people)
    made = call("package_patch", people.editor.name, **{**dataset_values(), "id": made["id"]})
    assert people.other.get(f"/dataset/{made['name']}").status_code == 404
    page = people.editor.page(f"/dataset/{made['name']}")
    (form,) = page.xpath("//*[contains(@class, 'ontario-checklist')]//form")
    answer = people.editor.post(form.get("action"), filled(form))
    assert answer.status_code == 302
    assert call("package_show", id=made["id"])["state"] == "active"
    assert people.other.get(f"/dataset/{made['name']}").status_code == 404
    call("ontario_release_submit", people.editor.name, id=made["id"])
    assert people.other.get(f"/dataset/{made['name']}").status_code == 200


@pytest.mark.parametrize(("prefix", "said"), [("", "access level"), ("/fr", "niveau d’accès")])
def test_finishing_by_the_api_names_each_gap(people: People, prefix: str, said: str) -> None:
    made = draft(people)
    client = people.editor.app.test_client(use_cookies=False)
    headers = {"Authorization": people.editor.token}
    url = f"{prefix}/api/3/action/ontario_draft_finish"
    answer = client.post(url, json={"id": made["id"]}, headers=headers)
    assert answer.status_code == 409
    assert said in answer.json["error"]["access_level"][0]
    assert client.post(url, json={}, headers=headers).status_code == 409
    other = {"Authorization": people.other.token}
    assert client.post(url, json={"id": made["id"]}, headers=other).status_code == 404


def test_what_a_form_does_not_show_stays(people: People) -> None:
    kept = {"harvest_guid": "row-17", "harvest_source_id": "a-source"}
    made = make_dataset(people.editor.name, people.ministry, **kept)
    sent = filled(form_of(people.editor.page(f"/dataset/edit/{made['name']}")))
    sent |= {"colby_notes": "Changed.", "save": "save"}
    answer = people.editor.post(f"/dataset/edit/{made['name']}", sent)
    assert answer.status_code == 302
    again = call("package_show", id=made["id"])
    assert {name: again.get(name) for name in kept} == kept
    assert again["colby_notes"] == "Changed."
    assert len(again["resources"]) == 1


def test_what_a_condition_hides_is_posted_and_kept(people: People) -> None:
    made = make_dataset(
        people.editor.name,
        people.ministry,
        access_level="restricted",
        exemption="privacy",
        exemption_rationale={"en": "Names of patients.", "fr": "Noms de patients."},
    )
    sent = filled(form_of(people.editor.page(f"/dataset/edit/{made['name']}")))
    sent |= {"access_level": "under_review", "save": "save"}
    assert people.editor.post(f"/dataset/edit/{made['name']}", sent).status_code == 302
    again = call("package_show", id=made["id"])
    assert again["exemption"] == "privacy"
    assert again["exemption_rationale"] == made["exemption_rationale"]


@pytest.mark.parametrize(
    ("prefix", "sentence"),
    [
        ("", "Fill this in when “Access level” is “Restricted” or “Under review”."),
        (
            "/fr",
            (
                "À remplir lorsque «\u00a0Niveau d’accès\u00a0» "
                "indique «\u00a0Restreint\u00a0» ou «\u00a0En examen\u00a0»."
            ),
        ),
    ],
)
def test_without_a_script_a_sentence_says_when_a_field_is_needed(
    people: People, prefix: str, sentence: str
) -> None:
    form = form_of(people.editor.page(f"{prefix}/dataset/new"))
    (part,) = form.xpath(".//*[@data-ontario-shown-when][.//*[@name='exemption_rationale-en']]")
    assert part.get("hidden") is None
    control = part.xpath(".//*[@name='exemption_rationale-en']")[0]
    (needed,) = [one for one in control.get("aria-describedby").split() if "needed" in one]
    assert form.get_element_by_id(needed).text_content() == sentence


def test_internal_fields_say_so_and_sections_have_names(people: People) -> None:
    page = people.editor.page("/fr/dataset/new")
    (label,) = page.xpath("//label[@for='field-retention_schedule']")
    assert "jamais publié" in label.text_content()
    links = page.xpath("//nav[contains(@class, 'ontario-form-contents')]//a/@href")
    assert len(links) == 7
    assert [link for link in links if not page.xpath(f"//*[@id='{link[1:]}']")] == []
    assert page.xpath("//*[@id='form-errors']") == []


def test_a_draft_with_errors_keeps_what_was_typed(people: People) -> None:
    made = draft(people)
    sent = filled(form_of(people.editor.page(f"/dataset/edit/{made['name']}")))
    sent |= {"maintainer_email": "nobody", "colby_notes": "Typed.", "save": "draft"}
    answer = people.editor.post("/dataset/new", sent)
    assert answer.status_code == 200
    page = html.fromstring(answer.text)
    assert list(summary(page).values()) == ["field-maintainer_email"]
    assert page.get_element_by_id("field-colby_notes").text == "Typed."
    sent = filled(form_of(page)) | {"maintainer_email": "", "save": "draft"}
    assert people.editor.post("/dataset/new", sent).status_code == 302
    assert call("package_show", id=made["id"])["colby_notes"] == "Typed."
