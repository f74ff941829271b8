"""Votes while Redis is away: they count once, on pages and by the API, and the log says so."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import html
from tests.votes.conftest import PASSWORD, Client, another, log_in

from ckanext.ontario.stack.testing import PortalServer, free_port

SPARE = "ontario_public_spare"


@pytest.fixture(scope="module")
def away(world: Any, tmp_path_factory: Any) -> Iterator[PortalServer]:
    """A process of the portal whose Redis does not answer."""
    options = {
        "ckan.redis.url": f"redis://127.0.0.1:{free_port()}/0",
        "ckanext.ontario.votes.voter_per_day": "1",
        "ckanext.ontario.votes.delay_milliseconds": "1",
    }
    with another(world.server, tmp_path_factory.mktemp("away"), **options) as server:
        yield server


def log_of(server: PortalServer) -> str:
    folder: Path = server.ini.parent
    return "".join(path.read_text(errors="replace") for path in folder.rglob("*.log"))


def test_votes_count_once_while_redis_is_away(world: Any, away: PortalServer, kept: Any) -> None:
    first, second = world.records["closed"], world.records["opening"]
    before = {one: kept(one)["tally"] for one in (first, second)}
    clients = [Client(away.url), Client(away.url, world.tokens["chief"])]
    for one in clients:
        for record in (first, second):
            for _ in range(3):
                assert one.vote(record)["mine"]
    for record in (first, second):
        assert kept(record) == dict.fromkeys(("ballots", "tally", "days"), before[record] + 2)
    waiting = clients[1].ask("ontario_vote_velocity")["batches"]
    assert [one["ballots"] for one in waiting if one["batch"] == ""] == [2]
    for one in clients:
        for record in (first, second):
            assert not one.vote(record, value=False)["mine"]
        title = f"While Redis is away {world.owner}"
        assert one.ask("ontario_vote_suggestion_create", title=title)["state"] == "waiting"
    assert "Votes are not counted for limits, because Redis does not answer" in log_of(away)
    for record in (first, second):
        assert kept(record) == dict.fromkeys(("ballots", "tally", "days"), before[record])


def page(url: str, session: requests.Session, path: str) -> Any:
    answer = session.get(f"{url}{path}", timeout=60)
    assert answer.status_code == 200, (path, answer.status_code)
    return html.fromstring(answer.text)


def fields(found: Any) -> dict[str, str]:
    """Return what the button of a record's page sends."""
    [button] = found.xpath("//section[@id='votes']//button")
    return {one.get("name"): one.get("value") for one in button.xpath("ancestor::form//input")}


def press(
    url: str, cookies: Any, name: str, sent: dict[str, str], origin: str = ""
) -> requests.Response:
    session = requests.Session()
    session.cookies.update(cookies)
    address, headers = f"{url}/dataset/{name}/vote", {"Origin": origin or url}
    return session.post(address, data=sent, headers=headers, timeout=60)


def test_a_browser_votes_on_the_page_though_it_has_no_session(
    world: Any, away: PortalServer, kept: Any
) -> None:
    name, record = world.names["review-0"], world.records["review-0"]
    before, visitor = kept(record)["tally"], requests.Session()
    sent = fields(page(away.url, visitor, f"/dataset/{name}"))
    assert sent["value"] == "true"
    assert set(visitor.cookies.keys()) == {SPARE}
    cookies = visitor.cookies.copy()
    with ThreadPoolExecutor(4) as threads:  # sent by impatience, before any cookie of votes
        answers = list(threads.map(lambda _number: press(away.url, cookies, name, sent), range(4)))
    assert [one.status_code for one in answers] == [200] * 4
    assert "Your vote counts." in answers[0].text
    assert kept(record) == dict.fromkeys(("ballots", "tally", "days"), before + 1)
    for wrong, origin in ((sent, "https://evil.example"), ({"value": "true"}, "")):
        assert press(away.url, cookies, name, wrong, origin).status_code == 403
    other = requests.Session()
    page(away.url, other, f"/dataset/{name}")
    assert press(away.url, other.cookies, name, sent).status_code == 403  # another's form
    assert kept(record)["tally"] == before + 1
    assert "Sessions are not read or kept, because Redis does not answer" in log_of(away)


def test_what_began_without_redis_goes_on_with_it(
    world: Any, away: PortalServer, kept: Any
) -> None:
    name, record = world.names["review-1"], world.records["review-1"]
    before, visitor = kept(record)["tally"], requests.Session()
    sent = fields(page(away.url, visitor, f"/dataset/{name}"))
    for _ in range(2):  # the first press has the spare cookie, the second a session
        address, headers = f"{world.url}/dataset/{name}/vote", {"Origin": world.url}
        pressed = visitor.post(address, data=sent, headers=headers, timeout=60)
        assert pressed.status_code == 200
        assert set(visitor.cookies.keys()) == {"ontario_public", "ontario_voter"}
    assert kept(record) == dict.fromkeys(("ballots", "tally", "days"), before + 1)


def test_who_is_logged_in_reads_as_nobody_meanwhile_and_is_logged_in_after(
    world: Any, away: PortalServer
) -> None:
    one, record = Client(world.url), world.records["review-2"]
    log_in(one, world.users["citizen"])
    dashboard = f"//a[contains(@href, '/user/{world.users['citizen']}')]"
    assert page(world.url, one.session, "/votes").xpath(dashboard)
    assert not page(away.url, one.session, "/votes").xpath(dashboard)
    page(away.url, one.session, f"/dataset/{record}")
    assert page(world.url, one.session, "/votes").xpath(dashboard)
    assert SPARE not in one.session.cookies


@pytest.mark.parametrize("known", [True, False])
def test_the_spare_cookie_makes_nobody_an_account(
    world: Any, away: PortalServer, known: bool
) -> None:
    visitor, name = requests.Session(), world.users["chief"]
    if known:
        page(world.url, visitor, "/votes/suggest")
    form = {"login": name, "password": PASSWORD}
    assert visitor.post(f"{away.url}/user/login", data=form, timeout=60).status_code == 200
    for url in (away.url, world.url):
        asked = visitor.get(f"{url}/api/3/action/user_show?id={name}", timeout=60)
        assert "email" not in asked.json().get("result", {})
