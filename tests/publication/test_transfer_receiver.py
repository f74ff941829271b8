"""Who may deliver to the public portal, and what it takes: nothing that its schema lacks."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from ckan import model
from ckan.tests.helpers import call_action
from tests import factories
from tests.publication.conftest import SERVICE_USER, Outside, as_json, changed, wired

pytestmark = pytest.mark.usefixtures("same_generation")

Make = Callable[..., dict[str, Any]]


# --- who may ---------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["", "reader", "root"])
def test_only_the_service_user_delivers(outside: Outside, who: str) -> None:
    answer = outside.action("ontario_publication_receive", who, records=[])
    assert answer.status_code == 403
    assert outside.ask("ontario_publication_receive", SERVICE_USER, records=[])["answers"] == []


@pytest.mark.parametrize("who", ["", "reader"])
def test_rows_are_for_the_service_user_and_administrators(outside: Outside, who: str) -> None:
    assert outside.action("ontario_publication_status", who).status_code == 403
    for allowed in (SERVICE_USER, "root"):
        status = outside.ask("ontario_publication_status", allowed, limit=10)
        assert status["portal"] == "public"
        assert len(status["rows"]) <= 10


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("package_create", {"name": "by-hand"}),
        ("package_update", {}),
        ("package_delete", {}),
        ("organization_create", {"name": "by-hand"}),
        ("datastore_create", {}),
        ("dataset_purge", {}),
        ("ontario_ingest_write", {"records": []}),
        ("ontario_data_dictionary_replace", {"resource_id": "x", "fields": []}),
    ],
)
def test_the_service_user_can_do_nothing_else(
    outside: Outside, action: str, data: dict[str, Any]
) -> None:
    assert outside.action(action, SERVICE_USER, **data).status_code == 403


def test_outside_nobody_sends_and_inside_nobody_receives(outside: Outside, internal: Any) -> None:
    for name in ("push", "reconcile", "retry"):
        answer = outside.action(f"ontario_publication_{name}", "root")
        assert answer.status_code == 400
        assert "not known" in answer.text
    assert not call_action_exists("ontario_publication_receive")


def call_action_exists(name: str) -> bool:
    try:
        call_action(name)
    except KeyError:
        return False
    return True


@pytest.mark.parametrize("action", ["push", "retry", "status", "reconcile"])
def test_inside_it_is_for_administrators(inside: None, internal: Any, action: str) -> None:
    name = f"/api/3/action/ontario_publication_{action}"
    client = internal.test_client(use_cookies=False)
    assert client.post(name, json={}).status_code == 401
    director = factories.make_user()
    factories.make_organization(users=[{"name": director["name"], "capacity": "admin"}])
    token = call_action("api_token_create", user=director["name"], name="t")["token"]
    answer = client.post(name, json={}, headers={"Authorization": token})
    assert answer.status_code == 403


# --- the schema outside ----------------------------------------------------------------------


def test_the_public_schema_names_no_internal_field(outside: Outside) -> None:
    for expanded in (True, False):
        schema = outside.ask("scheming_dataset_schema_show", type="dataset", expanded=expanded)
        text = as_json(schema)
        for name in ("colby_notes", "custodian_name", "data_birth_date", "audience", "author"):
            assert f'"{name}"' not in text
        assert {one["visibility"] for one in schema["dataset_fields"]} == {"public"}


# --- the second lock -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.update(colby_notes="canary-second-lock"),
        lambda p: p.update(private=True),
        lambda p: p.update(extras=[{"key": "a", "value": "canary-second-lock"}]),
        lambda p: p["resources"][0].update(data_birth_date="2020-01-01"),
        lambda p: p["organization"].update(users=["canary-second-lock"]),
        lambda p: p["title_translated"].update(internal="canary-second-lock"),
        lambda p: p.update(access_level="restricted"),
        lambda p: p.update(type="harvest"),
        lambda p: p.update(license_id="canary-second-lock"),
        lambda p: p.update(owner_org="other"),
        lambda p: p["resources"][0].update(url_type="upload"),
    ],
)
def test_the_receiver_refuses_what_its_schema_lacks(
    outside: Outside, record: Make, change: Callable[[dict[str, Any]], Any]
) -> None:
    one = changed(wired(record()["id"], 1), change)
    (answer,) = outside.deliver(one)
    assert answer["status"] == "refused", answer
    assert outside.show(one["id"]) is None


def test_what_a_newer_schema_has_waits_for_the_upgrade(outside: Outside, record: Make) -> None:
    one = changed(wired(record()["id"], 1), lambda p: p.update(brand_new_field="x"))
    (answer,) = outside.deliver({**one, "schema_version": "of tomorrow"})
    assert answer["status"] == "again"
    assert "brand_new_field" in answer["reason"]


def test_content_that_is_not_its_hash_is_refused(outside: Outside, record: Make) -> None:
    one = wired(record()["id"], 1)
    one["projection"]["title_translated"]["en"] = "Not approved"
    (answer,) = outside.deliver(one)
    assert answer["status"] == "refused"
    assert outside.show(one["id"]) is None


def test_one_bad_record_keeps_nobody_out(outside: Outside, record: Make) -> None:
    good = [wired(record()["id"], 1) for _ in range(3)]
    bad = changed(wired(record()["id"], 1), lambda p: p.update(maintainer_email="no address"))
    nonsense: list[Any] = [None, {}, {"id": 7}, "x", {**good[0], "id": str(uuid.uuid4())}]
    answers = outside.deliver(good[0], *nonsense, bad, good[1], good[2])
    expected = ["applied", *["refused"] * 6, "applied", "applied"]
    assert [one["status"] for one in answers] == expected
    assert "maintainer_email" in answers[6]["reason"]
    assert all(outside.show(one["id"]) for one in good)
    assert outside.show(bad["id"]) is None


def test_too_many_and_twice_are_refused(outside: Outside, record: Make) -> None:
    one = wired(record()["id"], 1)
    for records in ([one, one], [{}] * 101, "x", None):
        answer = outside.action("ontario_publication_receive", SERVICE_USER, records=records)
        assert answer.status_code == 409
    assert outside.show(one["id"]) is None
    model.Session.rollback()
