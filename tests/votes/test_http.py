"""Voting over HTTP: as nobody, with an account, from another ministry, as an administrator."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import requests
from tests.votes.conftest import OFF, Client, fill, log_in

from factories import dataset_values

NOTHING = {"count": 0, "count_user": 0, "count_anonymous": 0}


def anonymous(count: int, *, mine: bool) -> dict[str, Any]:
    state = "voted" if mine else "vote"
    return {**NOTHING, "count": count, "count_anonymous": count, "mine": mine, "state": state}


def told(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: answer[key] for key in ("count", "count_user", "count_anonymous", "mine", "state")}


def test_a_browser_votes_once_and_takes_it_back(
    voting: Any, client: Callable[..., Client], kept: Any
) -> None:
    one, record = client(), voting.records["review-0"]
    assert told(one.ask("ontario_vote_show", id=record)) == anonymous(0, mine=False)
    assert not one.session.cookies
    for _ in range(3):
        assert told(one.vote(record)) == anonymous(1, mine=True)
    assert told(client().ask("ontario_vote_show", id=record)) == anonymous(1, mine=False)
    assert kept(record) == {"ballots": 1, "tally": 1, "days": 1}
    for _ in range(2):
        assert told(one.vote(record, value=False)) == anonymous(0, mine=False)
    assert kept(record) == {"ballots": 0, "tally": 0, "days": 0}


def test_the_cookie_is_hidden_from_scripts_and_other_sites(voting: Any, client: Any) -> None:
    answer = client().post("ontario_vote_set", id=voting.names["review-0"], value=True)
    [cookie] = [v for k, v in answer.raw.headers.items() if k == "Set-Cookie" and "voter" in v]
    assert cookie.startswith("ontario_voter=")
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/", "max-age=34560000"} <= parts
    assert "secure" not in parts  # this site is http
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.json()["result"]["mine"] is True


@pytest.mark.parametrize("value", [False, None])
def test_only_a_vote_sets_a_cookie(voting: Any, client: Any, value: bool | None) -> None:
    one, record = client(), voting.records["review-0"]
    if value is None:
        for action in ("ontario_vote_show", "ontario_vote_list", "ontario_vote_ranking"):
            assert one.get(action, id=record).status_code == 200
        assert one.session.get(f"{voting.url}/dataset/{record}", timeout=60).status_code == 200
    else:
        one.vote(record, value=value)
    assert "ontario_voter" not in one.session.cookies


@pytest.mark.parametrize("who", ["citizen", "other", "chief"])
def test_accounts_vote_once_whatever_they_call_with(
    voting: Any, client: Any, kept: Any, who: str
) -> None:
    record = voting.records["closed"]
    before = kept(record)["tally"]
    for one in (client(who), client(who, browser=False)):
        shown = one.vote(record)
        assert (shown["mine"], shown["state"]) == (True, "voted")
        assert not one.session.cookies
    assert kept(record) == dict.fromkeys(("ballots", "tally", "days"), before + 1)
    assert shown["count_user"] == before + 1
    assert client(who).vote(record, value=False)["count"] == before


def test_who_has_voted_lists_it_and_nobody_else_does(voting: Any, client: Any) -> None:
    one = client()
    for key in ("review-1", "closed"):
        one.vote(voting.records[key])
    listed = one.ask("ontario_vote_list")
    assert listed["count"] == 2
    assert {found["id"] for found in listed["results"]} == {
        voting.records["review-1"],
        voting.records["closed"],
    }
    assert {found["state"] for found in listed["results"]} == {"voted"}
    assert set(listed["results"][0]["title"]) == {"en", "fr"}
    assert client().ask("ontario_vote_list") == {"count": 0, "results": []}
    for key in ("review-1", "closed"):
        one.vote(voting.records[key], value=False)


def test_open_data_answers_with_its_page_and_keeps_its_votes(
    voting: Any, client: Any, kept: Any
) -> None:
    one, record = client(), voting.records["opening"]
    one.vote(record)
    level = {"access_level": "open", "license_id": "OGL-ON-1.0", "planned_release_date": ""}
    fill(voting.server, ("package_patch", {"id": record, **level}))
    for value in (True, False):
        answer = one.post("ontario_vote_set", id=record, value=value)
        assert answer.status_code == 409
        error = answer.json()["error"]
        assert error["catalogue_url"] == [f"{voting.url}/dataset/{voting.names['opening']}"]
        assert "open already" in error["id"][0]
    assert told(one.ask("ontario_vote_show", id=record)) == {
        **NOTHING, "count": 1, "count_anonymous": 1, "mine": True, "state": "opened"
    }  # fmt: skip
    assert kept(record) == {"ballots": 1, "tally": 1, "days": 1}
    newcomer = client()
    assert newcomer.post("ontario_vote_set", id=voting.records["open"]).status_code == 409
    assert not newcomer.session.cookies


def test_what_is_not_there_or_not_understood(voting: Any, client: Any) -> None:
    record = voting.records["review-0"]
    for action in ("ontario_vote_set", "ontario_vote_show"):
        assert client().post(action, id="no-such-record").status_code == 404
        assert client().post(action).status_code == 409
    for value in ("perhaps", [], {"a": 1}):
        assert client().post("ontario_vote_set", id=record, value=value).status_code == 409
    for wrong in ({"access_level": "secret"}, {"since": "yesterday"}, {"limit": "many"}):
        assert client().post("ontario_vote_ranking", **wrong).status_code == 409


def test_private_and_draft_records_are_not_there(voting: Any, client: Any) -> None:
    level = {"access_level": "under_review", "planned_release_date": "2031-01-01", **OFF}
    values = dataset_values(owner_org=voting.owner, **level)
    hidden = fill(
        voting.server,
        *(
            ("package_create", {**values, "name": f"{voting.owner}-hidden-{key}", **more})
            for key, more in (("a", {"private": True}), ("b", {"state": "draft"}))
        ),
    )
    for one in hidden:
        for caller in (client(), client("citizen")):
            assert caller.post("ontario_vote_set", id=one["id"]).status_code == 404
            assert caller.post("ontario_vote_show", id=one["id"]).status_code == 404
        chief = client("chief")  # who may see it, and can't vote for it
        assert chief.post("ontario_vote_set", id=one["id"]).status_code == 409
        assert chief.ask("ontario_vote_show", id=one["id"])["state"] == "none"
    ranked = client("chief").ask("ontario_vote_ranking", organization=voting.owner, limit=100)
    assert not {one["id"] for one in hidden} & {one["id"] for one in ranked["results"]}
    exported = client().ask("ontario_vote_export")
    assert not {one["id"] for one in hidden} & {one["id"] for one in exported}


# --- forged ----------------------------------------------------------------------------------

ELSEWHERE = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://other.localhost"},
    {"Sec-Fetch-Site": "none"},
]


@pytest.mark.parametrize("headers", ELSEWHERE)
@pytest.mark.parametrize("known", [True, False])
def test_another_site_votes_for_nobody(
    voting: Any, client: Any, kept: Any, headers: dict[str, str], known: bool
) -> None:
    one, record = client(browser=False), voting.records["review-2"]
    if known:
        one.vote(voting.records["review-3"])
    before = kept(record)
    answer = one.post("ontario_vote_set", headers, id=record)
    assert answer.status_code == 403
    assert "did not come from a page of this site" in answer.json()["error"]["message"]
    address = f"{voting.url}/api/3/action/ontario_vote_set"
    form = one.session.post(address, data={"id": record}, headers=headers, timeout=60)
    assert form.status_code == 403
    assert kept(record) == before
    assert one.post("ontario_vote_merge", headers).status_code == 403


def test_cookies_without_a_word_of_where_from_are_refused(
    voting: Any, client: Any, kept: Any
) -> None:
    one, record = client(browser=False), voting.records["review-2"]
    assert one.vote(record)["mine"]  # a program's first vote: there is no cookie to abuse
    assert one.post("ontario_vote_set", id=record, value=False).status_code == 403
    assert one.ask("ontario_vote_show", id=record)["mine"]
    one.browser = True
    assert not one.vote(record, value=False)["mine"]


def test_no_get_changes_anything(voting: Any, client: Any, kept: Any) -> None:
    record = voting.records["review-2"]
    before = kept(record)
    one = client("citizen")
    for action in ("set", "merge", "void", "purge", "index", "reconcile", "review_keep"):
        answer = one.get(f"ontario_vote_{action}", id=record, value="true")
        assert answer.status_code in {400, 403}, action
    assert one.get("ontario_vote_set", id=record).status_code == 400
    assert kept(record) == before


def test_a_copied_cookie_is_the_same_voter(voting: Any, client: Any, kept: Any) -> None:
    one, other, record = client(), client(), voting.records["review-2"]
    count = one.vote(record)["count"]
    other.session.cookies.update(one.session.cookies)
    assert other.vote(record)["count"] == count
    assert other.vote(record, value=False)["count"] == count - 1
    assert not one.ask("ontario_vote_show", id=record)["mine"]


@pytest.mark.parametrize("change", ["letter", "signature", "made up", "empty id"])
def test_a_cookie_that_is_not_ours_is_refused_and_deleted(
    voting: Any, client: Any, kept: Any, change: str
) -> None:
    one, record = client(), voting.records["review-2"]
    one.vote(voting.records["review-3"])
    before = kept(record)
    good = one.session.cookies["ontario_voter"]
    one.session.cookies.clear()
    bad = {
        "letter": ("0" if good[0] != "0" else "1") + good[1:],
        "signature": good[:-6] + "AAAAAA",
        "made up": "0123456789abcdef" * 2,
        "empty id": "." + good.partition(".")[2],
    }[change]
    host = voting.url.split("/")[2].split(":")[0]
    one.session.cookies.set("ontario_voter", bad, domain=host, path="/")
    assert one.get("ontario_vote_show", id=record).json()["result"]["mine"] is False
    answer = one.post("ontario_vote_set", id=record)
    assert answer.status_code == 403
    assert "ontario_voter=;" in answer.headers["Set-Cookie"]
    assert kept(record) == before
    count = one.vote(record)["count"]  # without it the browser starts anew
    assert count == before["tally"] + 1
    one.vote(record, value=False)


# --- log-in ----------------------------------------------------------------------------------


def log_out(one: Client) -> None:
    for cookie in list(one.session.cookies):
        if cookie.name != "ontario_voter":
            one.session.cookies.clear(cookie.domain, cookie.path, cookie.name)


def test_votes_move_at_log_in_and_the_browser_stays_the_accounts(
    voting: Any, client: Any, kept: Any
) -> None:
    first, second = voting.records["review-0"], voting.records["review-1"]
    before = {one: kept(one)["tally"] for one in (first, second)}
    client("citizen").vote(first)
    one = client()
    for record in (first, second):
        one.vote(record)
    old = one.session.cookies["ontario_voter"]
    assert one.ask("ontario_vote_mergeable_show") == {"count": 0}  # nobody is logged in
    assert one.post("ontario_vote_merge").status_code == 403
    script = log_in(one, voting.users["citizen"])
    ask = {"action": "ontario_vote_mergeable_show"}
    assert one.get(**ask).json()["result"] == {"count": 2}
    merged = one.post("ontario_vote_merge", script)
    assert merged.json()["result"] == {"moved": 1}
    assert one.post("ontario_vote_merge", script).json()["result"] == {"moved": 0}
    assert one.get(**ask).json()["result"] == {"count": 0}
    for record in (first, second):
        assert kept(record)["tally"] == kept(record)["ballots"] == before[record] + 1
    log_out(one)
    shown = one.vote(second)
    assert (shown["count"], shown["mine"]) == (before[second] + 1, True)
    stolen = client()
    stolen.session.cookies.set("ontario_voter", old, domain=_host(voting), path="/")
    assert stolen.vote(first)["count"] == before[first] + 1
    another = log_in(one, voting.users["other"])
    assert one.post("ontario_vote_merge", another).json()["result"] == {"moved": 0}
    for record in (first, second):
        client("citizen").vote(record, value=False)
        assert kept(record)["tally"] == before[record]


def _host(voting: Any) -> str:
    return str(voting.url.split("/")[2].split(":")[0])


def test_a_session_alone_votes_with_the_token_of_its_page(voting: Any, client: Any) -> None:
    one, record = client(), voting.records["review-0"]
    script = log_in(one, voting.users["other"])
    assert one.post("ontario_vote_set", id=record).status_code == 400  # CKAN's own check
    assert one.post("ontario_vote_set", script, id=record).json()["result"]["mine"]
    evil = {**script, "Origin": "https://evil.example"}
    assert one.post("ontario_vote_set", evil, id=record, value=False).status_code == 403
    assert client("other").ask("ontario_vote_show", id=record)["mine"]
    client("other").vote(record, value=False)


# --- for administrators ----------------------------------------------------------------------


@pytest.mark.parametrize("who", ["", "citizen", "other"])
def test_only_administrators_look_after_votes(voting: Any, client: Any, who: str) -> None:
    note = {"en": "x", "fr": "x"}
    for action in ("void", "velocity", "review_keep", "index", "reconcile", "purge"):
        data = {"id": voting.records["review-0"], "note": note, "batch": "x"}
        assert client(who).post(f"ontario_vote_{action}", **data).status_code == 403, action


def test_void_ballots_stop_counting_with_a_public_note(voting: Any, client: Any, kept: Any) -> None:
    one, record = client(), voting.records["review-3"]
    client("citizen").vote(record)
    one.vote(record)
    chief, note = client("chief"), {"en": "Cast by a program.", "fr": "Exprimés par un programme."}
    for wrong in ({"note": {"en": "x"}}, {"note": note, "kind": "z"}, {"note": note, "since": "x"}):
        assert chief.post("ontario_vote_void", id=record, **wrong).status_code == 409
    assert chief.post("ontario_vote_void", note=note).status_code == 409
    assert chief.post("ontario_vote_void", id="no-such", note=note).status_code == 404
    done = chief.ask("ontario_vote_void", id=record, kind="a", note=note)
    assert done["records"][0]["count_user"] == 0
    assert done["records"][0]["count_anonymous"] >= 1
    shown = one.vote(record)
    assert (shown["count"], shown["count_user"], shown["mine"]) == (1, 1, False)
    assert shown["voids"][0]["note"] == note
    assert kept(record) == {"ballots": 1, "tally": 1, "days": 1}
    again = chief.ask("ontario_vote_void", id=record, kind="a", note=note)
    assert again == {"id": None, "records": []}
    client("citizen").vote(record, value=False)


def test_the_portal_does_not_start_without_the_key(world: Any, tmp_path: Any) -> None:
    option, text = "ckanext.ontario.votes.secret", world.server.ini.read_text()
    for secret in ("", "short"):
        ini = tmp_path / "ckan.ini"
        ini.write_text(re.sub(rf"(?m)^{option}.*$", f"{option} = {secret}", text))
        done = type(world.server)(world.url, ini).ckan("ontario-votes", "index", check=False)
        assert done.returncode != 0
        assert "does not start without ckanext.ontario.votes.secret" in done.stdout + done.stderr


def test_the_page_of_a_record_is_not_changed_by_a_vote(voting: Any, client: Any) -> None:
    record = voting.records["review-1"]
    before = requests.get(f"{voting.url}/api/3/action/package_show?id={record}", timeout=60)
    one = client()
    one.vote(record)
    after = requests.get(f"{voting.url}/api/3/action/package_show?id={record}", timeout=60)
    was, now = before.json()["result"], after.json()["result"]
    assert now["vote_count"] == was["vote_count"] + 1
    assert now["vote_count_anonymous"] == was["vote_count_anonymous"] + 1
    assert now["metadata_modified"] == was["metadata_modified"]
    one.vote(record, value=False)
