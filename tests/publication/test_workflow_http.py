"""The workflow over HTTP: as nobody, other ministries, the owner's people and administrators."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ckan.tests.helpers import call_action
from tests.publication.ministry import CHECKLIST, make_ministry

import factories
from callers import Caller
from factories import call

STEPS = ("submit", "approve", "return", "schedule", "withdraw", "restore", "remove")
READS = ("show", "preview", "history")
OTHERS = (
    "ontario_release_list",
    "ontario_delegation_create",
    "ontario_delegation_list",
    "ontario_delegation_revoke",
    "ontario_standing_approval_create",
    "ontario_standing_approval_list",
    "ontario_standing_approval_revoke",
)
GIVEN = {
    "checklist": CHECKLIST,
    "content_hash": "0" * 64,
    "reason": "x",
    "release_at": "2999-01-01",
}


@pytest.fixture(scope="module")
def world(internal: Any, clean_module: None) -> SimpleNamespace:
    """Two ministries whose people call over HTTP."""
    call("ontario_schema_seed")
    ours, theirs = make_ministry(), make_ministry()
    root = factories.make_user(sysadmin=True)["name"]

    def caller(name: str) -> Caller:
        token = call_action("api_token_create", user=name, name="tests")["token"]
        return Caller(internal, name, token)

    return SimpleNamespace(
        ours=ours,
        nobody=Caller(internal),
        editor=caller(ours.editor),
        director=caller(ours.director),
        delegate=caller(ours.delegate),
        deputy=caller(ours.deputy),
        member=caller(ours.member),
        stranger=caller(theirs.director),
        root=caller(root),
    )


def test_from_draft_to_live_and_back_over_http(world: SimpleNamespace) -> None:
    record = world.ours.dataset()
    given = {"id": record["id"]}
    assert world.editor.ask("ontario_release_submit", **given)["state"] == "in_review"
    seen = world.delegate.ask("ontario_release_preview", **given)
    assert "colby_notes" not in seen["public"]
    approval = {**given, "content_hash": seen["content_hash"], "checklist": CHECKLIST}
    assert world.editor.action("ontario_release_approve", **approval).status_code == 403
    assert world.delegate.ask("ontario_release_approve", **approval)["public"] == "live"
    world.director.ask("ontario_release_withdraw", **given, reason="Wrong.")
    assert world.director.ask("ontario_release_restore", **given)["public"] == "live"
    assert world.deputy.ask("ontario_release_remove", **given, reason="In error.")["public"] == (
        "removed"
    )
    (line, *_rest) = world.editor.ask("ontario_release_history", **given)
    assert line["step"] == "release"


@pytest.mark.parametrize("step", STEPS + READS)
def test_a_draft_is_unknown_to_others(world: SimpleNamespace, step: str) -> None:
    draft = world.ours.dataset()
    action = f"ontario_release_{step}"
    assert world.nobody.action(action, id=draft["id"], **GIVEN).status_code == 401
    hidden = world.stranger.action(action, id=draft["id"], **GIVEN)
    missing = world.stranger.action(action, id="no-such-record", **GIVEN)
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.json["error"] == missing.json["error"]


@pytest.mark.parametrize("step", STEPS)
def test_administrators_and_members_take_no_step(world: SimpleNamespace, step: str) -> None:
    record = world.ours.submitted()
    for who in (world.root, world.member):
        answer = who.action(f"ontario_release_{step}", id=record["id"], **GIVEN)
        assert answer.status_code == 403, (who.name, answer.text)
        assert record["id"] not in answer.text


@pytest.mark.parametrize("action", OTHERS)
def test_nobody_gets_nothing(world: SimpleNamespace, action: str) -> None:
    assert world.nobody.action(action).status_code == 401


BAD = (None, 5, ["x"], {"a": 1}, "", "\x00", "x" * 5000, True)
KEYS = ("id", "content_hash", "checklist", "release_at", "reason", "records", "except", "cancel",
        "section", "limit", "offset", "user", "role", "organization", "valid_until", "valid_from",
        "harvest_source_id")  # fmt: skip


def test_nonsense_is_an_error_and_never_a_failure(world: SimpleNamespace) -> None:
    record = world.ours.submitted()
    every = [f"ontario_release_{step}" for step in STEPS + READS] + list(OTHERS)
    for number, action in enumerate(every):
        for place, key in enumerate(KEYS):  # each action meets each key, each key each nonsense
            bad = BAD[(number + place) % len(BAD)]
            answer = world.director.action(action, **{**GIVEN, "id": record["id"], key: bad})
            assert answer.status_code in {200, 400, 403, 404, 409}, (action, key, answer.text)


def test_errors_are_in_the_callers_language(world: SimpleNamespace) -> None:
    record = world.ours.live()
    errors = world.director.refused("ontario_release_approve", "fr", id=record["id"], **GIVEN)
    assert errors == {"state": [
        "Cette fiche n’est pas en examen. Une décision a peut-être déjà été prise."
    ]}  # fmt: skip
