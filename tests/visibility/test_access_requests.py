"""Requests for data: asking, deciding, ending; over HTTP, as everybody."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from ckan import model
from ckan.tests.helpers import call_action
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from tests.visibility.conftest import make_people, make_record

from ckanext.ontario.shared import clock
from ckanext.ontario.visibility.access import rules, shown

TOMORROW = (date.today() + timedelta(days=2)).isoformat()  # noqa: DTZ011 -- any day ahead
LINK = re.compile(r'href="(/[^"]*)"')
GRANT = {"decision": "grant", "until": TOMORROW}
REFUSE = {"decision": "refuse", "reason": "Not without an agreement."}


# --- the rules --------------------------------------------------------------------------------


@given(st.sampled_from(rules.State), st.lists(st.sampled_from(rules.Step), max_size=6))
def test_a_request_that_is_over_stays_over(state: rules.State, steps: list[rules.Step]) -> None:
    over = {rules.State.REFUSED, rules.State.WITHDRAWN, rules.State.ENDED}
    for step in steps:
        after = rules.STEPS.get((state, step), state)
        assert after == state or state not in over
        state = after


def test_only_a_grant_lets_use_the_data() -> None:
    ways = [(state, step) for (state, step), after in rules.STEPS.items() if after == "granted"]
    assert ways == [(rules.State.OPEN, rules.Step.GRANT)]


@given(st.text())
def test_what_is_no_day_is_none(written: str) -> None:
    found = rules.day_of(written)
    assert found is None or isinstance(found, date)


@pytest.mark.parametrize(
    ("days", "problem"), [(None, "missing"), (-1, "past"), (0, None), (30, None), (31, "far")]
)
def test_the_last_day(days: int | None, problem: str | None) -> None:
    today = date(2026, 11, 1)
    last = None if days is None else today + timedelta(days=days)
    assert rules.last_day_problem(last, today, 30) == problem


# --- over HTTP --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(internal: Any, clean_module: None) -> Any:
    """People, a record that all staff read, and one that only its ministry reads."""
    people = make_people(internal)
    make_record(people, "wells", resources=[{"url": "https://files.ontario.ca/w.csv"}])
    make_record(people, "hidden", "ministry")
    return people


@pytest.fixture
def requested(world: Any) -> Any:
    """An open request of another ministry's editor; no request is left afterwards."""
    yield ask(world.other)
    model.Session.rollback()
    model.Session.execute("TRUNCATE ontario_visibility_access_request, package_member")
    model.Session.commit()


def ask(person: Any, record: str = "wells") -> Any:
    return person.ask("ontario_access_request_create", id=record, reason="A report on lakes.")


def decide(person: Any, request: Any, **decision: Any) -> Any:
    return person.action("ontario_access_request_decide", id=request["id"], **decision)


def uses(person: Any) -> bool:
    return "files.ontario.ca/w.csv" in person.action("package_show", id="wells").text


def listed(person: Any, box: str) -> list[str]:
    found = person.ask("ontario_access_request_list", box=box)
    assert found["count"] == len(found["results"])
    return [one["id"] for one in found["results"]]


def test_a_grant_from_request_to_end(world: Any, requested: Any) -> None:
    assert requested["state"] == "open"
    assert requested["dataset"]["title_translated"]["fr"] == "Titre de wells"
    assert not uses(world.other)
    assert listed(world.other, "mine") == listed(world.director, "waiting") == [requested["id"]]
    assert listed(world.editor, "waiting") == listed(world.other, "waiting") == []

    granted = decide(world.director, requested, **GRANT).json["result"]
    assert (granted["state"], granted["until"]) == ("granted", TOMORROW)
    assert granted["decided_by"]["name"] == world.users.director["name"]
    assert uses(world.other)
    assert not uses(world.outsider)
    assert listed(world.director, "waiting") == []
    assert listed(world.director, "granted") == [requested["id"]]

    assert decide(world.director, requested, decision="end").status_code == 409
    ended = decide(world.director, requested, decision="end", reason="The project is over.")
    assert ended.json["result"]["state"] == "ended"
    assert not uses(world.other)


def test_a_refusal_says_why(world: Any, requested: Any) -> None:
    assert "reason" in decide(world.director, requested, decision="refuse").json["error"]
    assert decide(world.director, requested, **REFUSE).status_code == 200
    assert not uses(world.other)
    mine = world.other.ask("ontario_access_request_list")["results"][0]
    assert mine["decision_reason"] == REFUSE["reason"]
    assert REFUSE["reason"] in world.other.get("/dataset/wells").text
    assert ask(world.other)["id"] != requested["id"]


@pytest.mark.parametrize(
    ("person", "code"),
    [("other", 403), ("member", 403), ("editor", 403), ("sysadmin", 403), ("outsider", 404)],
)
@pytest.mark.parametrize("decision", [GRANT, REFUSE], ids=["grant", "refuse"])
def test_only_a_director_of_the_ministry_decides(
    world: Any, requested: Any, person: str, code: int, decision: Any
) -> None:
    assert decide(getattr(world, person), requested, **decision).status_code == code
    assert not uses(world.other)


def test_a_director_does_not_decide_on_their_own_request(world: Any, requested: Any) -> None:
    director = world.users.director["id"]
    model.Session.execute(
        "UPDATE ontario_visibility_access_request SET user_id = :user", {"user": director}
    )
    model.Session.commit()
    assert decide(world.director, requested, **GRANT).status_code == 403
    assert listed(world.director, "waiting") == []


def test_who_asked_may_withdraw(world: Any, requested: Any) -> None:
    assert decide(world.director, requested, decision="withdraw").status_code == 403
    assert decide(world.other, requested, decision="withdraw").json["result"]["state"] == (
        "withdrawn"
    )
    assert decide(world.director, requested, **GRANT).status_code == 409
    assert not uses(world.other)


def test_one_open_request_for_a_reader_and_a_record(world: Any, requested: Any) -> None:
    again = world.other.action("ontario_access_request_create", id="wells", reason="Again.")
    assert again.status_code == 409
    assert len(listed(world.other, "mine")) == 1


@pytest.mark.parametrize("person", ["member", "editor", "director", "sysadmin"])
def test_who_may_use_the_data_need_not_ask(world: Any, person: str) -> None:
    answer = getattr(world, person).action("ontario_access_request_create", id="wells", reason="x")
    assert answer.status_code == 409


@pytest.mark.parametrize("record", ["hidden", "nowhere", "", None])
def test_of_what_may_not_be_read_nothing_is_known(world: Any, record: Any) -> None:
    answer = world.other.action("ontario_access_request_create", id=record, reason="x")
    assert answer.status_code == 404
    assert answer.json["error"]["message"] == "Not found: Dataset not found"
    page = world.other.get(f"/dataset/{record or 'x'}/access-request")
    assert page.status_code == 404


@pytest.mark.parametrize("record", [5, ["wells"], {"a": 1}])
def test_what_is_no_name_is_refused(world: Any, record: Any) -> None:
    asked = {"id": record, "reason": "x"}
    assert world.other.action("ontario_access_request_create", **asked).status_code in {404, 409}
    assert decide(world.director, {"id": record}, **GRANT).status_code in {404, 409}


@pytest.mark.parametrize(
    ("decision", "field"),
    [
        ({}, "decision"),
        ({"decision": "open"}, "decision"),
        ({"decision": ["grant"]}, "decision"),
        ({"decision": "grant"}, "until"),
        ({"decision": "grant", "until": "soon"}, "until"),
        ({"decision": "grant", "until": "2020-01-01"}, "until"),
        ({"decision": "grant", "until": "9999-12-31"}, "until"),
        ({"decision": "refuse", "reason": "   "}, "reason"),
        ({"decision": "refuse", "reason": "x" * 2_001}, "reason"),
        ({"decision": "end", "reason": "x"}, "decision"),
    ],
    ids=str,
)
def test_a_decision_that_is_wrong_says_what(
    world: Any, requested: Any, decision: Any, field: str
) -> None:
    answer = decide(world.director, requested, **decision)
    assert answer.status_code == 409
    assert field in answer.json["error"]
    assert not uses(world.other)


@pytest.mark.parametrize(
    "asked", [{"box": "all"}, {"limit": "x"}, {"limit": -1}, {"offset": "y"}], ids=str
)
def test_a_list_that_is_wrong_says_what(world: Any, asked: Any) -> None:
    assert world.other.action("ontario_access_request_list", **asked).status_code == 409


def test_anonymous_callers_have_no_requests(world: Any, anonymous: Any) -> None:
    for name in ("create", "decide", "list", "expire"):
        assert anonymous.action(f"ontario_access_request_{name}", id="wells").status_code == 401
    assert anonymous.get("/access-requests").status_code in {302, 401}
    assert world.director.action("ontario_access_request_expire").status_code == 403


def test_a_grant_ends_after_its_last_day(world: Any, requested: Any) -> None:
    assert decide(world.director, requested, **GRANT).status_code == 200
    last = date.fromisoformat(TOMORROW)
    toronto_evening = datetime(last.year, last.month, last.day, 4, tzinfo=timezone.utc)
    with clock.stopped_at(toronto_evening + timedelta(hours=23, minutes=30)):
        assert shown.today() == last
        assert call_action("ontario_access_request_expire") == {"ended": 0}
        assert uses(world.other)
    with clock.stopped_at(toronto_evening + timedelta(hours=26)):
        assert not uses(world.other)  # before the job ran
        assert call_action("ontario_access_request_expire") == {"ended": 1}
        assert call_action("ontario_access_request_expire") == {"ended": 0}
        assert not uses(world.other)
    assert not uses(world.other)
    assert model.Session.query(model.PackageMember).count() == 0


def test_a_new_grant_outlives_an_old_one(world: Any, requested: Any) -> None:
    assert decide(world.director, requested, **GRANT).status_code == 200
    late = datetime.now(timezone.utc) + timedelta(days=4)
    with clock.stopped_at(late):
        again = ask(world.other)
        until = (late + timedelta(days=9)).date().isoformat()
        granted = decide(world.director, again, decision="grant", until=until)
        assert granted.status_code == 200
        assert call_action("ontario_access_request_expire") == {"ended": 0}
        assert uses(world.other)
    states = [one["state"] for one in world.other.ask("ontario_access_request_list")["results"]]
    assert sorted(states) == ["ended", "granted"]


def test_collaborators_are_not_made_by_hand(world: Any) -> None:
    user = world.users.other["id"]
    for person in (world.director, world.sysadmin):
        for action in ("package_collaborator_create", "package_collaborator_delete"):
            asked = {"id": "wells", "user_id": user, "capacity": "editor"}
            assert person.action(action, **asked).status_code == 403
        assert person.get("/dataset/collaborators/wells").status_code == 403


@pytest.mark.parametrize("prefix", ["", "/fr"])
@pytest.mark.parametrize("person", ["director", "sysadmin"])
def test_no_page_leads_to_what_is_refused(world: Any, person: str, prefix: str) -> None:
    """Collaborators, and CKAN's page to make records public or delete them many at once."""
    somebody = getattr(world, person)
    for path in ("/dataset/edit/wells", "/organization/edit/health", "/organization/about/health"):
        page = somebody.get(f"{prefix}{path}")
        assert page.status_code == 200, path
        assert "/dataset/collaborators/" not in page.text
        assert "/organization/bulk_process/" not in page.text
    assert f"{prefix}/organization/health" in page.text, "a page of ours at CKAN's address"
    assert "/organization/members/health" in page.text
    members = somebody.get(f"{prefix}/organization/manage_members/health").text
    for link in {one for one in LINK.findall(members) if "member" in one}:
        assert somebody.get(link).status_code == 200, link


def test_pages_need_the_guard(world: Any, requested: Any) -> None:
    client = world.director.app.test_client(use_cookies=False)
    for path in ("/dataset/wells/access-request", f"/access-requests/{requested['id']}/decide"):
        environ = {"REMOTE_USER": world.users.director["name"]}
        sent = client.post(path, data=GRANT, environ_overrides=environ, follow_redirects=False)
        assert sent.status_code in {302, 401, 403}
    assert not uses(world.other)


def test_pages_are_for_those_concerned(world: Any, requested: Any) -> None:
    assert "Ask for the data" not in world.editor.get("/dataset/wells").text
    waiting = world.other.get("/dataset/wells").text
    assert "has not decided yet" in waiting
    assert "A report on lakes." in world.other.get("/access-requests").text
    assert "A report on lakes." in world.director.get("/access-requests/waiting").text
    assert "A report on lakes." not in world.editor.get("/access-requests/waiting").text
    assert decide(world.director, requested, **GRANT).status_code == 200
    assert "The last day is" in world.other.get("/dataset/wells").text
    assert "End the access" in world.director.get("/access-requests/waiting").text


def test_lists_ask_the_database_as_often_for_many(world: Any, requested: Any) -> None:
    count = [0]

    def counted(*_: Any) -> None:
        count[0] += 1

    def statements() -> int:
        count[0] = 0
        world.other.ask("ontario_access_request_list")
        return count[0]

    event.listen(model.meta.engine, "before_cursor_execute", counted)
    try:
        few = statements()
        for number in range(4):
            make_record(world, f"more-{number}")
            ask(world.other, f"more-{number}")
        assert statements() <= few
    finally:
        event.remove(model.meta.engine, "before_cursor_execute", counted)
