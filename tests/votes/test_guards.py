"""Limits, and the same vote sent many times; test_proof.py has a crowd over several processes."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from tests.votes.conftest import Client, another

from ckanext.ontario.votes.model import BINDING, OF_RECORDS

CLIENTS = 24
SECURE = "https://votes.example"
TABLES = (*OF_RECORDS, BINDING)


# --- many at once ----------------------------------------------------------------------------


def test_twenty_four_voters_are_twenty_four_however_often_they_send(voting: Any, kept: Any) -> None:
    record = voting.records["review-0"]
    before = kept(record)["tally"]

    def six_times(number: int) -> set[int]:
        one = Client(voting.url, browser=number % 3 > 0)  # some say nothing of where they stand
        return {one.post("ontario_vote_set", id=record).status_code for _ in range(6)}

    with ThreadPoolExecutor(CLIENTS) as threads:
        answered = list(threads.map(six_times, range(CLIENTS)))
    assert all(codes <= {200, 403} for codes in answered)
    assert kept(record) == dict.fromkeys(("ballots", "tally", "days"), before + CLIENTS)


def test_a_form_sent_twice_at_once_is_one_vote(voting: Any, kept: Any) -> None:
    record = voting.records["elsewhere"]
    before = kept(record)["tally"]
    one = Client(voting.url)
    page = one.session.get(f"{voting.url}/user/register", timeout=60)
    assert 'name="ontario_guard"' in page.text
    cookies = one.session.cookies.get_dict()
    assert "ontario_voter" not in cookies

    def send(_number: int) -> None:
        double = Client(voting.url)
        double.session.cookies.update(cookies)
        double.vote(record)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(send, range(4)))
    assert kept(record)["tally"] == kept(record)["ballots"] == before + 1


# --- limits ----------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[0, 1])
def limited(request: Any, world: Any, tmp_path_factory: Any) -> Any:
    """The portal with a limit of four votes from a network, behind no proxy and behind one."""
    behind_proxy = {"ckan.site_url": SECURE} if request.param else {}
    options = {
        **behind_proxy,
        "ckanext.ontario.votes.network_per_hour": "4",
        "ckanext.ontario.votes.delay_milliseconds": "1",
        "ckanext.ontario.trusted_proxies": str(request.param),
        "ckan.site_id": f"limited-{request.param}",
    }
    with another(world.server, tmp_path_factory.mktemp("limited"), **options) as server:
        chief = Client(server.url, world.tokens["chief"], browser=False)
        yield SimpleNamespace(
            **{**vars(world), "url": server.url, "web": server, "chief": chief},
            proxies=request.param,
            origin=behind_proxy.get("ckan.site_url", ""),
        )


def test_past_the_limit_votes_count_and_wait_for_a_look(limited: Any, kept: Any) -> None:
    record = limited.records["review-2"]
    before = kept(record)["tally"]
    known = {one["batch"] for one in limited.chief.ask("ontario_vote_velocity")["batches"]}
    for number in range(7):
        # What a client writes of itself: the proxy adds the last one, which is always the same.
        claimed = f"203.0.{number}.1, 198.51.{number}.7, 192.0.2.1"
        answer = Client(limited.url, origin=limited.origin).post(
            "ontario_vote_set", {"X-Forwarded-For": claimed}, id=record
        )
        assert answer.status_code == 200
    assert kept(record)["tally"] == kept(record)["ballots"] == before + 7
    batches = limited.chief.ask("ontario_vote_velocity")["batches"]
    [batch] = [one for one in batches if one["batch"] not in known]
    assert (batch["ballots"], batch["records"], batch["reason"]) == (3, 1, "network")
    other = Client(limited.url, origin=limited.origin).post(
        "ontario_vote_set", {"X-Forwarded-For": "192.0.2.1, 198.51.100.9"}, id=record
    )
    assert other.status_code == 200
    [same] = [
        one
        for one in limited.chief.ask("ontario_vote_velocity")["batches"]
        if one["batch"] == batch["batch"]
    ]
    assert same["ballots"] == (3 if limited.proxies else 4)
    _void_it(limited, batch["batch"], same["ballots"], kept)


def _void_it(limited: Any, batch: str, ballots: int, kept: Any) -> None:
    record = limited.records["review-2"]
    before = kept(record)["tally"]
    note = {"en": "Cast by a program.", "fr": "Exprimés par un programme."}
    done = limited.chief.ask("ontario_vote_void", batch=batch, note=note)
    assert done["records"] == [{"id": record, "count_user": 0, "count_anonymous": ballots}]
    assert kept(record)["tally"] == kept(record)["ballots"] == before - ballots
    assert batch not in json.dumps(limited.chief.ask("ontario_vote_velocity")["batches"])
    assert limited.chief.ask("ontario_vote_review_keep", batch=batch) == {"kept": 0}


def test_no_address_is_kept_anywhere(limited: Any, database: Any, services: Any) -> None:
    record = limited.records["review-2"]
    address = "198.51.77.99"
    Client(limited.url, origin=limited.origin).post(
        "ontario_vote_set", {"X-Forwarded-For": address}, id=record
    )
    with database.connect() as connection:
        rows = [str(row) for table in TABLES for row in connection.execute(sa.select(table))]
    assert rows
    assert not [row for row in rows if "198.51.77" in row or "127.0.0" in row]


def test_the_cookie_of_a_secure_site_is_secure(limited: Any) -> None:
    one = Client(limited.url, origin=limited.origin)
    answer = one.post("ontario_vote_set", id=limited.records["review-3"])
    [cookie] = [v for k, v in answer.raw.headers.items() if k == "Set-Cookie" and "voter" in v]
    assert ("; secure" in cookie.lower()) == bool(limited.origin)
    wrong = Client(limited.url, origin=limited.origin.replace("https", "http") or "https://x.ca")
    assert wrong.post("ontario_vote_set", id=limited.records["review-3"]).status_code == 403
