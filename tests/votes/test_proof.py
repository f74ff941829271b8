"""A crowd over several web processes, some of them killed: nothing lost, nothing doubled.

``ONTARIO_VOTE_STEPS`` says how many steps the crowd takes, where the usual number is too few.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
import requests
import sqlalchemy as sa
from bench.voting import Crowd, Voter, Way
from lxml import html
from tests.votes.conftest import PASSWORD, Client, another, fill, log_in

from ckanext.ontario.stack.processes import find

STEPS = int(os.environ.get("ONTARIO_VOTE_STEPS", "1500"))
KEYS = ("review-0", "review-1", "review-2", "review-3", "closed", "elsewhere")
BROWSERS, ACCOUNTS = 14, 10

FREE = {
    "ckanext.ontario.votes.network_per_hour": "1000000",
    "ckanext.ontario.votes.voter_per_hour": "1000000",
}

HELD = """
    SELECT b.package_id,
           (SELECT array[n_user, n_anon] FROM ontario_votes_tally AS t
            WHERE t.package_id = b.package_id) AS tally,
           (SELECT array[sum(n_user), sum(n_anon)]::int[] FROM ontario_votes_daily AS d
            WHERE d.package_id = b.package_id) AS days,
           array[count(*) FILTER (WHERE kind = 'u'), count(*) FILTER (WHERE kind = 'a')]::int[]
               AS ballots
    FROM ontario_votes_ballot AS b
    WHERE b.package_id = ANY(:ids) AND b.void_id IS NULL
    GROUP BY b.package_id
"""


@pytest.fixture(scope="module")
def pair(world: Any, tmp_path_factory: Any) -> Iterator[Any]:
    """A server of two web processes, which say what they asked Solr, on the others' database."""
    folder, counting = tmp_path_factory.mktemp("pair"), "bench.served:application"
    with another(world.server, folder, processes=2, application=counting, **FREE) as server:
        yield server


@pytest.fixture(scope="module")
def voters(voting: Any) -> list[Voter]:
    """Browsers that never voted, and accounts with a token and a session each."""
    names = [f"{voting.owner}-crowd-{number}" for number in range(ACCOUNTS)]
    accounts = [
        ("user_create", {"name": one, "email": f"{one}@ontario.ca", "password": PASSWORD})
        for one in names
    ]
    tokens = [("api_token_create", {"user": one, "name": "tests"}) for one in names]
    given = [one["token"] for one in fill(voting.server, *accounts, *tokens)[-ACCOUNTS:]]
    return [
        *(Voter("a", [browser(voting.url)]) for _ in range(BROWSERS)),
        *(
            Voter("u", [Way({"Authorization": token}), browser(voting.url, name)])
            for name, token in zip(names, given, strict=True)
        ),
    ]


def browser(url: str, name: str = "") -> Way:
    """Return a browser that read a page, logged in or not; it has a session, and no vote."""
    one = Client(url)
    script = log_in(one, name) if name else {}
    page = html.fromstring(one.session.get(f"{url}/votes/suggest", timeout=60).text)
    [guard] = page.xpath("//form//input[@name='ontario_guard']/@value")[:1]
    cookies = requests.utils.dict_from_cookiejar(one.session.cookies)
    assert "ontario_voter" not in cookies
    return Way(script, cookies, guard)


def held(database: Any, records: list[str]) -> dict[str, dict[str, tuple[int, int]]]:
    """Return what the tables hold of records: of accounts and of browsers apart."""
    with database.connect() as connection:
        rows = connection.execute(sa.text(HELD), {"ids": records}).mappings().all()
    kinds = ("ballots", "tally", "days")
    found = {row["package_id"]: {kind: tuple(row[kind]) for kind in kinds} for row in rows}
    return {one: found.get(one, dict.fromkeys(kinds, (0, 0))) for one in records}


def kill_one(folder: Any) -> int:
    """Kill a web process in the middle of its work; return its id."""
    service = find("web", folder)
    assert service is not None
    victim = psutil.Process(service.pid).children()[0]
    victim.send_signal(signal.SIGKILL)
    return victim.pid


def test_a_crowd_loses_and_doubles_nothing_though_processes_are_killed(
    world: Any, voting: Any, pair: Any, voters: list[Voter], database: Any
) -> None:
    records = [voting.records[key] for key in KEYS]
    urls = [pair.url, pair.url, voting.url, world.url]  # the last one's limits are soon passed
    killed: list[int] = []

    def kill() -> None:
        killed.append(kill_one(pair.ini.parent))

    crowd = Crowd(voters, records, urls, {STEPS // 3: kill, STEPS * 2 // 3: kill})
    seconds = crowd.vote(STEPS)
    figures = f"{STEPS} steps, {crowd.sent} answers, {crowd.broken} broken, {seconds:.1f} s"
    print(figures)  # noqa: T201 -- of a long run, seen with -s
    assert len(set(killed)) == 2
    assert crowd.broken
    assert not crowd.searches
    search = requests.get(f"{pair.url}/api/3/action/package_search?rows=0", timeout=60)
    assert float(search.headers["X-Bench-Http"]) > 0
    expected = crowd.expected()
    assert held(database, records) == {
        one: dict.fromkeys(("ballots", "tally", "days"), votes) for one, votes in expected.items()
    }
    for voter in voters:
        for way in voter.ways:
            assert way.votes(voting.url) == voter.mine()
    chief = Client(voting.url, voting.tokens["chief"])
    assert chief.ask("ontario_vote_reconcile", dry_run=True)["tallies"] == []
