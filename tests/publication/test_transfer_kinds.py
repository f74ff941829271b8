"""Releases that are no record: from the outbox to the public portal, by answers to votes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from ckan import model
from ckan.tests.helpers import call_action
from tests.publication.conftest import SERVICE_USER, Outside, Releases, delivering_to

from ckanext.ontario.publication.model import PARCEL
from ckanext.ontario.publication.transfer import outbox
from ckanext.ontario.shared import clock, signals

Make = Callable[..., dict[str, Any]]

RECEIVE = "ontario_publication_kind_receive"
AT = "2026-03-01T12:00:00+00:00"


def content(text: str = "Soon.") -> dict[str, Any]:
    return {"kind": "planned", "text_en": text, "text_fr": "Bientôt.", "at": AT}


def item(package_id: str, sequence: int = 1, text: str = "Soon.") -> dict[str, Any]:
    return {
        "kind": "vote_response", "package_id": package_id, "sequence": sequence,
        "content": content(text),
    }  # fmt: skip


def answered(outside: Outside, package_id: str) -> list[str]:
    found = outside.ask("ontario_vote_response_list", id=package_id)
    shown = outside.show(package_id)
    assert shown is not None
    assert shown["vote_responses"] == found
    return [one["text"]["en"] for one in found]


def statuses(outside: Outside, *items: Any) -> list[str]:
    answer = outside.ask(RECEIVE, SERVICE_USER, items=list(items))
    return [one["status"] for one in answer["answers"]]


@pytest.fixture
def queue(inside: None) -> Iterator[Callable[..., None]]:
    """A function that has an answer approved; what it queued is taken out of the outbox again."""

    def add(package_id: str, sequence: int = 1, text: str = "Soon.", kind: str = "") -> None:
        values = item(package_id, sequence, text)
        signals.kind_released.send("tests", **{**values, "kind": kind or values["kind"]})
        model.Session.commit()

    yield add
    model.Session.rollback()
    model.Session.execute(sa.delete(PARCEL))
    model.Session.commit()


@pytest.fixture
def public(
    connected: Outside, releases: Releases, record: Make, same_generation: None
) -> dict[str, Any]:
    """A record that is public."""
    made = record()
    releases.make(made["id"])
    assert releases.push()["problem"] is None
    return made


def states() -> dict[tuple[str, int], str]:
    rows = model.Session.execute(sa.select(PARCEL)).all()
    model.Session.commit()
    return {(row.package_id, row.sequence): row.state for row in rows}


def hurry() -> dict[str, Any]:
    model.Session.execute(sa.update(PARCEL).values(next_at=clock.now()))
    model.Session.commit()
    return outbox.push()


def test_an_answer_arrives_once(
    connected: Outside, public: dict[str, Any], queue: Callable[..., None]
) -> None:
    one = public["id"]
    for _ in range(2):
        queue(one)
    assert outbox.push()["sent"] == 1
    assert (answered(connected, one), states()) == (["Soon."], {(one, 1): "done"})
    assert statuses(connected, item(one), item(one)) == ["duplicate", "duplicate"]
    queue(one, 2, "It is open.")
    outbox.push()
    assert answered(connected, one) == ["It is open.", "Soon."]


def test_what_a_restored_portal_lost_comes_again(
    connected: Outside,
    public: dict[str, Any],
    queue: Callable[..., None],
) -> None:
    one = public["id"]
    queue(one)
    outbox.push()
    call_action("ontario_publication_reconcile")
    assert states() == {(one, 1): "waiting"}
    assert outbox.push()["parked"] == 0
    assert (states(), answered(connected, one)) == ({(one, 1): "done"}, ["Soon."])


def test_a_bad_one_keeps_no_other_waiting(
    connected: Outside, public: dict[str, Any], queue: Callable[..., None]
) -> None:
    one, unknown = public["id"], "00000000-0000-4000-8000-000000000000"
    statuses(connected, item(one, 1, "As it was before a restore."))
    queue(one, 1, "Another text under the same number.")
    queue(unknown)
    queue(one, 2, kind="of_the_future")
    queue(one, 3, "News.")
    done = outbox.push()
    assert (done["sent"], done["parked"]) == (1, 1)
    assert states() == {
        (one, 1): "parked", (unknown, 1): "waiting", (one, 2): "waiting", (one, 3): "done",
    }  # fmt: skip
    assert answered(connected, one) == ["News.", "As it was before a restore."]
    status = call_action("ontario_publication_status")
    assert [row["sequence"] for row in status["parked_kinds"]] == [1]
    assert status["waiting_kinds"] == 2
    assert call_action("ontario_publication_retry", package_id=one)["retried"] == 1
    assert hurry()["parked"] == 1


def test_what_is_malformed_is_refused(connected: Outside, public: dict[str, Any]) -> None:
    good = item(public["id"], 7)
    bad: list[Any] = [
        7,
        {},
        {**good, "sequence": 0},
        {**good, "sequence": True},
        {**good, "more": 1},
        {**good, "content": []},
        {**good, "content": {**content(), "at": "yesterday"}},
        {**good, "content": {**content(), "at": "2026-03-01T12:00:00"}},
        {**good, "content": {**content(), "secret": "x"}},
    ]
    assert statuses(connected, *bad, good) == ["refused"] * len(bad) + ["applied"]
    too_many = connected.action(RECEIVE, SERVICE_USER, items=[good] * 101)
    assert too_many.status_code == 409


@pytest.mark.parametrize("who", ["", "reader", "root"])
def test_nobody_else_delivers(connected: Outside, public: dict[str, Any], who: str) -> None:
    assert connected.action(RECEIVE, who, items=[item(public["id"])]).status_code == 403
    assert answered(connected, public["id"]) == []


def test_an_answer_waits_for_its_record_and_for_the_portal(
    connected: Outside,
    releases: Releases,
    record: Make,
    queue: Callable[..., None],
    same_generation: None,
) -> None:
    made = record()
    queue(made["id"])
    with delivering_to("http://127.0.0.1:1", connected.token_file):
        assert outbox.push()["problem"]
    assert states() == {(made["id"], 1): "waiting"}
    assert hurry()["sent"] == 0
    releases.make(made["id"])
    releases.hurry()
    assert hurry()["sent"] == 2  # the record first
    assert answered(connected, made["id"]) == ["Soon."]
    releases.make(made["id"], "remove", reason="In error.")
    releases.push()
    gone = requests.post(
        f"{connected.url}/api/3/action/ontario_vote_response_list",
        json={"id": made["id"]},
        timeout=60,
    )
    assert gone.status_code in {404, 410}
