"""Counts pulled from the public portal: by the real one, and by one that answers nonsense."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from hypothesis import given
from hypothesis import strategies as st
from tests.votes.conftest import Client, output

from ckanext.ontario.votes import config
from ckanext.ontario.votes.ministry import pulling
from ckanext.ontario.votes.model_inside import PULL, PULLED
from factories import call

LINE = {"id": "one", "access_level": "restricted", "count_user": 1, "count_anonymous": 2}


def told(count: int, identifier: str = "one", level: str = "under_review") -> dict[str, Any]:
    return {"id": identifier, "access_level": level, "count_user": count, "count_anonymous": 0}


class Speaker:
    """A public portal that answers what it is told to."""

    def __init__(self) -> None:
        self.status, self.body = 200, b""
        speaker = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(speaker.status)
                self.end_headers()
                self.wfile.write(speaker.body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- as above
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def say(self, result: Any, status: int = 200) -> None:
        self.status, self.body = status, json.dumps({"success": True, "result": result}).encode()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def speaker(internal: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Speaker]:
    made = Speaker()
    monkeypatch.setitem(tk.config, config.PUBLIC_URL, made.url)
    for table in (PULLED, PULL):
        model.Session.execute(sa.delete(table))
    model.Session.commit()
    yield made
    made.close()


def kept() -> dict[str, tuple[int, int | None]]:
    rows = model.Session.execute(sa.select(PULLED)).all()
    model.Session.commit()
    return {row.package_id: (row.n_user + row.n_anon, row.rank) for row in rows}


def test_counts_replace_what_was_there(speaker: Speaker) -> None:
    speaker.say([told(1, "a"), told(5, "b"), told(5, "c"), told(9, "d", "open")])
    assert call("ontario_vote_tally_pull") == {"pulled": 4, "problem": None}
    assert kept() == {"a": (1, 3), "b": (5, 1), "c": (5, 1), "d": (9, None)}
    speaker.say([told(2, "a")])
    call("ontario_vote_tally_pull")
    assert kept() == {"a": (2, 1)}


@pytest.mark.parametrize(
    "result",
    [
        [],
        None,
        {"a": 1},
        [told(3), told(3)],
        [told(3, "other"), {}],
        [told(-1)],
        [told(2**40)],
        [{**LINE, "count_user": True}],
        [{**LINE, "count_user": "3"}],
        [{**LINE, "id": 7}],
        [{**LINE, "id": "a\x00"}],
        [{**LINE, "access_level": "secret"}],
    ],
    ids=str,
)
def test_what_is_not_understood_leaves_what_was_there(speaker: Speaker, result: Any) -> None:
    speaker.say([told(4, "known")])
    call("ontario_vote_tally_pull")
    speaker.say(result)
    done = call("ontario_vote_tally_pull")
    assert (done["pulled"], bool(done["problem"])) == (0, True)
    assert kept() == {"known": (4, 1)}
    state = pulling.state()
    assert state.pulled
    assert state.problem == done["problem"]
    speaker.say([told(5, "known")])
    call("ontario_vote_tally_pull")
    assert (kept(), pulling.state().problem) == ({"known": (5, 1)}, None)


@pytest.mark.parametrize("status", [302, 403, 500])
def test_a_portal_that_does_not_answer_is_told(speaker: Speaker, status: int) -> None:
    speaker.say([told(4, "known")], status)
    assert call("ontario_vote_tally_pull") == {"pulled": 0, "problem": f"HTTP {status}"}
    speaker.status, speaker.body = 200, b"<html>"
    assert call("ontario_vote_tally_pull")["problem"] == "the answer is not JSON"
    speaker.body = b"[]"
    assert call("ontario_vote_tally_pull")["problem"] == "the answer is no list"


def test_no_address_and_nobody_there(speaker: Speaker, monkeypatch: pytest.MonkeyPatch) -> None:
    speaker.say([told(4, "known")])
    call("ontario_vote_tally_pull")
    for url in ("", "http://127.0.0.1:1"):
        monkeypatch.setitem(tk.config, config.PUBLIC_URL, url)
        assert call("ontario_vote_tally_pull")["problem"]
    assert kept() == {"known": (4, 1)}


def test_an_answer_without_end_is_not_read(
    speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "LARGEST", 1000)
    speaker.say([told(1, f"record-{number}") for number in range(100)])
    assert call("ontario_vote_tally_pull")["problem"] == "the answer is too large"


@given(st.lists(st.integers(0, 9), max_size=30))
def test_ranks_are_those_of_a_competition(counts: list[int]) -> None:
    rows = pulling.read([told(count, str(place)) for place, count in enumerate(counts)])
    for row, count in zip(rows, counts, strict=True):
        assert row["rank"] == 1 + sum(other > count for other in counts)


def test_the_real_portal_s_counts_come_in(
    speaker: Speaker, voting: Any, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = voting.records["review-3"]
    voters: list[Client] = [client("citizen"), client(), client()]
    for one in voters:
        one.vote(record)
    monkeypatch.setitem(tk.config, config.PUBLIC_URL, voting.url)
    assert call("ontario_vote_tally_pull")["problem"] is None
    assert kept()[record][0] == 3
    voters[0].vote(record, value=False)
    call("ontario_vote_tally_pull")
    assert kept()[record][0] == 2


def test_the_command_tells_programs(internal_server: Any) -> None:
    done = internal_server.ckan("ontario-votes", "pull", "--json", check=False)
    told_ = output(done)
    assert done.returncode == (1 if told_["problem"] else 0)
    wrong = internal_server.ckan("ontario-votes", "index", check=False)
    assert wrong.returncode == 1
    assert "other portal" in wrong.stderr
