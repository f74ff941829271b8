"""Who reads which record of the internal portal, and that none of them is ever public."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests.helpers import call_action
from sqlalchemy.exc import IntegrityError

READERS = ("member", "editor", "director", "other", "outsider", "sysadmin")


def readers_of(people: Any, name: str) -> set[str]:
    """Who may open a record, found out by opening it as each."""
    return {
        reader
        for reader in READERS
        if getattr(people, reader).action("package_show", id=name).status_code == 200
    }


def finders_of(people: Any, name: str) -> set[str]:
    """Who finds a record, found out by searching it as each."""
    return {
        reader
        for reader in READERS
        if getattr(people, reader).ask("package_search", fq=f'name:"{name}"')["count"]
    }


MINISTRY = {"member", "editor", "director", "sysadmin"}
STAFF = MINISTRY | {"other"}


@pytest.mark.parametrize(
    ("audience", "named", "readers"),
    [
        (None, "", STAFF),
        ("ops", "", STAFF),
        ("ministry", "", MINISTRY),
        ("named", "", MINISTRY),
        ("named", '["energy"]', STAFF),
        ("named", '["nowhere"]', MINISTRY),
        ("nonsense", '["energy"]', MINISTRY),
    ],
)
def test_an_audience(
    people: Any, add_record: Any, audience: str | None, named: str, readers: set[str]
) -> None:
    add_record("wells", audience, named)
    assert readers_of(people, "wells") == readers
    assert finders_of(people, "wells") == readers


def test_a_draft_is_for_those_who_edit(people: Any, add_record: Any) -> None:
    record = add_record("unfinished")
    model.Package.get(record["id"]).state = "draft"
    model.Session.commit()
    assert readers_of(people, "unfinished") == {"editor", "director", "sysadmin"}


def test_a_deleted_record_is_for_those_who_edit(people: Any, add_record: Any) -> None:
    add_record("gone")
    people.sysadmin.ask("package_delete", id="gone")
    assert readers_of(people, "gone") == {"editor", "director", "sysadmin"}


def test_a_collaborator_reads(people: Any, add_record: Any) -> None:
    add_record("shared", "ministry")
    user = people.users.other["id"]
    call_action("package_collaborator_create", id="shared", user_id=user, capacity="member")
    assert readers_of(people, "shared") == STAFF
    assert finders_of(people, "shared") == STAFF


def private(name: str) -> bool:
    model.Session.expire_all()
    return model.Package.get(name).private


def test_the_api_can_not_make_a_record_public(people: Any, add_record: Any) -> None:
    record = add_record("closed", private=False)
    assert record["private"] is True
    patched = people.sysadmin.ask("package_patch", id="closed", private=False)
    assert patched["private"] is True
    assert private("closed")
    for person in (people.director, people.sysadmin):
        answer = person.action(
            "bulk_update_public", org_id=people.health["id"], datasets=[record["id"]]
        )
        assert answer.status_code == 403
    assert private("closed")


def test_statements_can_not_make_a_record_public(people: Any, add_record: Any) -> None:
    add_record("closed")
    with pytest.raises(IntegrityError):
        model.Session.execute(sa.update(model.package_table).values(private=False))
    model.Session.rollback()
    with pytest.raises(IntegrityError):
        model.Session.execute(sa.update(model.package_table).values(private=None))
    model.Session.rollback()
    assert private("closed")


def test_a_harvest_source_is_private_and_for_its_editors(people: Any) -> None:
    people.editor.ask(
        "harvest_source_create",
        name="source",
        title="A source",
        url="https://example.com/inventory.csv",
        source_type="inventory",
        owner_org=people.health["id"],
        private=False,
        config='{"sheet": "canary"}',
    )
    assert private("source")
    assert readers_of(people, "source") == {"editor", "director", "sysadmin"}
    for reader in ("member", "other", "outsider"):
        answer = getattr(people, reader).action("harvest_source_list")
        assert "canary" not in answer.text
        jsonp = getattr(people, reader).get("/api/3/action/harvest_source_list", callback="f")
        assert "canary" not in jsonp.text
        assert getattr(people, reader).action(
            "harvest_source_reindex", id="source"
        ).status_code in {
            403,
            404,
        }


def test_lists_show_the_readers_records(people: Any, add_record: Any) -> None:
    add_record("for-staff")
    add_record("for-ministry", "ministry")
    for reader, names in (("member", ["for-ministry", "for-staff"]), ("other", ["for-staff"])):
        person = getattr(people, reader)
        assert person.ask("package_list") == names
        assert person.ask("package_list", limit=1, offset=1) == names[1:]
        recent = person.ask("current_package_list_with_resources", limit=10)
        assert sorted(record["name"] for record in recent) == names
        organization = person.ask("organization_show", id="health", include_datasets=True)
        assert organization["package_count"] == len(names)
        assert sorted(record["name"] for record in organization["packages"]) == names
        page = person.get("/")
        assert page.status_code == 200
        facets = person.ask("package_search", rows=0, **{"facet.field": ["organization"]})
        assert facets["facets"]["organization"] == {"health": len(names)}
    assert people.outsider.ask("package_list") == []


def test_words_of_hidden_records_do_not_show(people: Any, add_record: Any) -> None:
    add_record("open-words", tags=[{"name": "seen"}])
    add_record("hidden-words", "ministry", tags=[{"name": "canary"}])
    for action, query in (
        ("tag_list", {}),
        ("tag_list", {"query": "canary"}),
        ("tag_search", {"query": "canary"}),
        ("tag_autocomplete", {"query": "canary"}),
    ):
        assert "canary" in people.member.action(action, **query).text, action
        assert "canary" not in str(people.other.ask(action, **query)), action
    assert people.other.ask("tag_list") == ["seen"]
    assert people.other.action("tag_show", id="canary").status_code == 404
    shown = people.other.ask("tag_show", id="seen", include_datasets=True)
    assert [record["name"] for record in shown["packages"]] == ["open-words"]


def test_formats_of_hidden_records_do_not_show(people: Any, add_record: Any) -> None:
    url = "https://example.com/file"
    add_record("open-file", resources=[{"url": url, "format": "CSV", "name": "a"}])
    add_record("hidden-file", "ministry", resources=[{"url": url, "format": "XLSX", "name": "a"}])
    assert people.member.ask("format_autocomplete", q="x") == ["xlsx"]
    assert people.other.ask("format_autocomplete", q="x") == []
    assert people.other.ask("format_autocomplete", q="c") == ["csv"]


def test_members_of_an_organization_do_not_tell_its_hidden_records(
    people: Any, add_record: Any
) -> None:
    record = add_record("hidden", "ministry")
    assert record["id"] not in people.other.action("member_list", id="health").text
    by_type = people.other.action("member_list", id="health", object_type="package")
    assert record["id"] not in by_type.text


def test_activity_is_shown_as_the_record_is_now(people: Any, add_record: Any) -> None:
    record = add_record("opened")
    # What happened before it was shared stays with its editors.
    people.editor.ask("package_patch", id="opened", current_as_of="2026-01-31")
    assert record["id"] in people.other.action("recently_changed_packages_activity_list").text
    model.Package.get(record["id"]).extras["audience"] = "ministry"
    model.Session.commit()
    for action, query in (
        ("recently_changed_packages_activity_list", {}),
        ("user_activity_list", {"id": people.users.editor["name"]}),
        ("organization_activity_list", {"id": "health"}),
        ("package_activity_list", {"id": record["id"]}),
    ):
        assert "Title of opened" not in people.other.action(action, **query).text, action
    activity = people.editor.ask("package_activity_list", id=record["id"])[0]["id"]
    for action in ("activity_show", "activity_data_show"):
        assert people.editor.action(action, id=activity).status_code == 200
        assert people.other.action(action, id=activity).status_code in {403, 404}


@pytest.mark.parametrize(
    "action", ["dataset_follower_count", "am_following_dataset", "package_collaborator_list"]
)
def test_a_hidden_record_and_none_answer_alike(people: Any, add_record: Any, action: str) -> None:
    add_record("hidden", "ministry")
    hidden = people.other.action(action, id="hidden")
    missing = people.other.action(action, id="missing")
    assert hidden.status_code == missing.status_code == 404


def test_resource_search_is_refused_rather_than_empty(people: Any) -> None:
    assert people.sysadmin.action("resource_search", query="name:a").status_code == 403


def test_sorting_organizations_by_count_is_refused(people: Any) -> None:
    answer = people.other.action("organization_list", sort="package_count desc")
    assert answer.status_code == 409
    assert "sort" in answer.json["error"]
    assert set(people.other.ask("organization_list", sort="title asc")) == {"energy", "health"}
