"""Deleting inside: what was published is kept, what waits ends; over HTTP and for everybody."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests.helpers import call_action
from tests.publication.ministry import Ministry, make_ministry

import factories
from callers import Caller
from factories import call

REMOVED = {"reason": "In error."}


@pytest.fixture(scope="module")
def world(internal: Any, clean_module: None) -> SimpleNamespace:
    """A ministry whose people call over HTTP, and an administrator."""
    call("ontario_schema_seed")
    ministry = make_ministry()
    root = factories.make_user(sysadmin=True)["name"]

    def caller(name: str) -> Caller:
        token = call_action("api_token_create", user=name, name="tests")["token"]
        return Caller(internal, name, token)

    return SimpleNamespace(
        ministry=ministry,
        editor=caller(ministry.editor),
        director=caller(ministry.director),
        root=caller(root),
    )


def withdrawn(ministry: Ministry) -> dict[str, Any]:
    record = ministry.live()
    call("ontario_release_withdraw", ministry.director, id=record["id"], **REMOVED)
    return record


def scheduled(ministry: Ministry) -> dict[str, Any]:
    record = ministry.submitted()
    ministry.approve(record["id"], release_at="2999-01-01")
    return record


def state(record: dict[str, Any]) -> str:
    model.Session.rollback()
    return str(model.Session.scalar(_STATE, {"id": record["id"]}))


_STATE = "SELECT state FROM package WHERE id = :id"


def steps(world: SimpleNamespace, record: dict[str, Any]) -> list[dict[str, Any]]:
    return world.director.ask("ontario_release_history", id=record["id"])


# --- what was published ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "english", "french"),
    [
        (Ministry.live, "withdraw it", "suspendez-la"),
        (withdrawn, "may be restored", "peut être rétablie"),
    ],
)
def test_what_was_published_is_not_deleted(
    world: SimpleNamespace, make: Any, english: str, french: str
) -> None:
    record = make(world.ministry)
    given = {"id": record["id"]}
    assert english in world.root.refused("package_delete", **given)["state"][0]
    assert french in world.root.refused("package_delete", "fr", **given)["state"][0]
    for somebody in (world.editor, world.root):
        said = somebody.refused("package_patch", state="deleted", **given)
        assert english in said["state"][0]
    assert state(record) == "active"
    assert [one["step"] for one in steps(world, record)].count("delete") == 0


def test_the_page_says_why(world: SimpleNamespace) -> None:
    record = world.ministry.live()
    answer = world.root.post(f"/dataset/delete/{record['id']}")
    assert answer.status_code == 400
    assert "withdraw it" in answer.text
    answer = world.root.post(f"/fr/dataset/delete/{record['id']}")
    assert (answer.status_code, "suspendez-la" in answer.text) == (400, True)
    assert state(record) == "active"


@pytest.mark.parametrize("action", ["package_delete", "dataset_purge"])
@pytest.mark.parametrize("make", [Ministry.live, withdrawn])
def test_jobs_and_commands_do_not_delete_it_either(
    world: SimpleNamespace, action: str, make: Any
) -> None:
    record = make(world.ministry)
    with pytest.raises(tk.ValidationError):
        call(action, id=record["name"])
    assert state(record) == "active"


def test_a_bulk_deletion_with_a_published_record_deletes_none(world: SimpleNamespace) -> None:
    record, draft = world.ministry.live(), world.ministry.dataset()
    given = {"org_id": world.ministry.id, "datasets": [draft["id"], record["id"]]}
    assert world.root.action("bulk_update_delete", **given).status_code == 403
    with pytest.raises(tk.ValidationError) as caught:
        call("bulk_update_delete", **given)
    (said,) = caught.value.error_dict["datasets"]
    assert record["id"] in said
    assert (state(record), state(draft)) == ("active", "active")
    call("bulk_update_delete", org_id=world.ministry.id, datasets=[draft["id"]])
    assert state(draft) == "deleted"


def test_a_removed_record_can_be_deleted_and_its_notice_stays(world: SimpleNamespace) -> None:
    record = world.ministry.live()
    call("ontario_release_remove", world.ministry.deputy, id=record["id"], **REMOVED)
    world.root.ask("package_delete", id=record["id"])
    assert state(record) == "deleted"
    assert [one["step"] for one in steps(world, record)][:3] == ["delete", "release", "remove"]


# --- what was not ----------------------------------------------------------------------------


def test_a_draft_can_be_deleted(world: SimpleNamespace) -> None:
    record = world.ministry.dataset()
    assert world.editor.action("package_delete", id=record["id"]).status_code == 403
    assert world.root.post(f"/dataset/delete/{record['id']}").status_code == 302
    assert state(record) == "deleted"
    (line,) = steps(world, record)
    assert (line["step"], line["details"]["was"]) == ("delete", "draft")


def test_a_deletion_ends_a_submission_and_says_so(world: SimpleNamespace) -> None:
    record = world.ministry.submitted()
    world.root.ask("package_delete", id=record["name"])
    line = steps(world, record)[0]
    assert (line["step"], line["details"]["was"]) == ("delete", "in_review")
    assert line["user"]["name"] == world.root.name
    world.editor.ask("package_patch", id=record["id"], state="active")
    now = world.editor.ask("ontario_release_show", id=record["id"])
    assert (now["state"], now["next_steps"]) == ("draft", ["submit"])


@pytest.mark.parametrize("how", ["package_delete", "package_patch"])
def test_a_deletion_ends_a_scheduled_release_and_says_so(world: SimpleNamespace, how: str) -> None:
    record = scheduled(world.ministry)
    more = {"state": "deleted"} if how == "package_patch" else {}
    world.root.ask(how, id=record["id"], **more)
    assert state(record) == "deleted"
    deleted, cancelled = steps(world, record)[:2]
    assert (deleted["step"], deleted["details"]["was"]) == ("delete", "approved")
    assert (cancelled["step"], cancelled["reason"]) == ("cancel", "The record was deleted.")
    now = world.director.ask("ontario_release_show", id=record["id"])
    assert (now["state"], now["public"], now["scheduled"]) == ("draft", "none", None)
    told = model.Session.execute(
        'SELECT u.name FROM ontario_publication_mail m JOIN "user" u ON u.id = m.user_id'
        " WHERE m.kind = 'cancelled' AND m.data->>'package_id' = :id",
        record,
    )
    assert {row.name for row in told} == {world.ministry.director, world.ministry.editor}


def test_a_purge_leaves_the_history(world: SimpleNamespace) -> None:
    record = scheduled(world.ministry)
    call("dataset_purge", id=record["id"])
    rows = model.Session.execute(
        "SELECT step, details FROM ontario_publication_history WHERE package_id = :id ORDER BY id",
        record,
    ).all()
    assert [one.step for one in rows][-2:] == ["cancel", "delete"]
    assert rows[-1].details["purged"]
