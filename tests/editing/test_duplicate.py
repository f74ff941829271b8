"""A copy: a draft that takes over what describes the data, and nothing of its history."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.common import login_user
from lxml import html

from factories import call, make_dataset, make_organization

from .conftest import People


@pytest.fixture(scope="module")
def original(people: People) -> dict[str, Any]:
    made = make_dataset(
        None, people.ministry,
        harvest_source_id="source", harvest_guid="guid-1", opened_date="2020-01-01",
        date_created="2019-01-01", current_as_of="2026-01-01", record_status="inactive",
        colby_notes="For us.",
    )  # fmt: skip
    call(
        "resource_create", package_id=made["id"], url="levels.csv", url_type="upload",
        name_translated={"en": "Uploaded", "fr": "Téléversé"},
    )  # fmt: skip
    return call("package_show", id=made["id"])


def test_what_a_copy_has_and_has_not(people: People, original: dict[str, Any]) -> None:
    done = people.owner.ask("ontario_dataset_duplicate", id=original["name"])
    copy = done["dataset"]
    assert copy["state"] == "draft"
    assert copy["id"] != original["id"]
    assert copy["title_translated"]["en"] == f"Copy of {original['title_translated']['en']}"
    assert copy["title_translated"]["fr"] == f"Copie de {original['title_translated']['fr']}"
    assert copy["notes_translated"] == original["notes_translated"]
    assert copy["keywords"] == original["keywords"]
    assert copy["owner_org"] == people.ministry["id"]
    for name in ("harvest_source_id", "harvest_guid", "opened_date", "date_created"):
        assert not copy.get(name), name
    assert copy["record_status"] == "active"
    assert [one["url"] for one in copy["resources"]] == [original["resources"][0]["url"]]
    assert copy["resources"][0]["id"] != original["resources"][0]["id"]
    assert done["uploads"] == ["Uploaded"]
    assert "Uploaded" in copy["colby_notes"]
    assert "For us." in copy["colby_notes"]
    again = people.owner.ask("ontario_dataset_duplicate", id=original["name"])
    assert again["dataset"]["name"] != copy["name"]


def test_a_copy_is_made_with_a_button_and_opens_its_form(
    people: People, original: dict[str, Any]
) -> None:
    answer = people.owner.post(f"/fr/dataset/{original['name']}/duplicate")
    assert answer.status_code == 302
    assert "/fr/dataset/edit/copy-of-" in answer.location
    assert (
        people.owner.get(answer.location.replace("http://test.ontario.localhost", "")).status_code
        == 200
    )


def test_another_ministrys_editor_copies_into_their_own(
    people: People, original: dict[str, Any]
) -> None:
    copy = people.outsider.ask("ontario_dataset_duplicate", id=original["id"])["dataset"]
    assert copy["owner_org"] == people.other["id"]
    answer = people.outsider.action(
        "ontario_dataset_duplicate", id=original["id"], owner_org=people.ministry["id"]
    )
    assert answer.status_code in {403, 409}


def test_with_a_choice_of_ministries_the_page_asks(
    people: People, original: dict[str, Any]
) -> None:
    more = make_organization(users=[{"name": people.outsider.name, "capacity": "editor"}])
    try:
        answer = people.outsider.post(f"/dataset/{original['name']}/duplicate")
        assert answer.status_code == 409
        options = html.fromstring(answer.text).xpath("//select[@name='owner_org']/option/@value")
        assert set(options) == {people.other["id"], more["id"]}
        sent = {"owner_org": more["id"]}
        answer = people.outsider.post(f"/dataset/{original['name']}/duplicate", sent)
        assert answer.status_code == 302
    finally:
        call("organization_member_delete", id=more["id"], username=people.outsider.name)


@pytest.mark.parametrize("who", ["member", "nobody"])
def test_who_makes_no_records_copies_none(
    people: People, original: dict[str, Any], who: str
) -> None:
    caller = getattr(people, who)
    assert caller.action("ontario_dataset_duplicate", id=original["id"]).status_code in {401, 403}
    answer = caller.post(f"/dataset/{original['name']}/duplicate")
    assert answer.status_code in {401, 403}


def test_a_hidden_record_is_copied_by_nobody_else(people: People) -> None:
    hidden = make_dataset(people.owner.name, people.ministry, audience="ministry")
    answer = people.outsider.action("ontario_dataset_duplicate", id=hidden["id"])
    assert answer.status_code in {403, 404}
    assert people.outsider.post(f"/dataset/{hidden['name']}/duplicate").status_code == 404


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("owner", {"changes", "duplicate", "bulk"}),
        ("outsider", {"duplicate"}),
        ("member", set()),
    ],
)
def test_a_records_page_offers_what_its_reader_may_do(
    internal: Any, people: People, original: dict[str, Any], who: str, offered: set[str]
) -> None:
    with internal.flask_app.test_request_context("/"):
        login_user(model.User.get(getattr(people, who).name))
        shown = tk.render_snippet("ontario/editing/snippets/actions.html", {"pkg": original})
    found = {name for name in ("/changes", "/duplicate", "/editing/bulk") if name in shown}
    assert {name.rpartition("/")[2] for name in found} == offered


def test_a_version_that_is_none_is_said_on_the_form(
    people: People, original: dict[str, Any]
) -> None:
    sent = {"ontario_expected_version": "nonsense", "save": "", "_ckan_phase": "dataset_new_1"}
    answer = people.owner.post(f"/dataset/edit/{original['name']}", sent)
    assert answer.status_code == 200
    assert "This is no version of a record" in answer.text
