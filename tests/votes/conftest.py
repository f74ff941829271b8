"""Web processes of the public portal that vote, and those who call them over HTTP."""

from __future__ import annotations

import configparser
import contextlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from ckan import model
from redis import Redis
from tests.catalogue.filling import fill

import factories
from ckanext.ontario.stack import commands
from ckanext.ontario.stack.processes import spawn, stop, wait_until
from ckanext.ontario.stack.testing import PortalServer, free_port
from ckanext.ontario.votes.model import BINDING, OF_RECORDS, SUGGESTION

ROOT = Path(__file__).parents[2]
API = "/api/3/action"
TOPIC = "environment-and-natural-resources"
PASSWORD = "correct-horse-battery-9"
OFF = {"license_id": "other-closed", "resources": []}


@dataclass
class Client:
    """Somebody with a cookie jar, an API token, or neither; a browser says where it stands."""

    url: str
    token: str = ""
    browser: bool = True
    origin: str = ""
    """Of the page that a browser shows, where the site's address is another than ``url``."""
    session: requests.Session = field(default_factory=requests.Session)

    def post(self, action: str, headers: dict[str, str] | None = None, **data: Any) -> Any:
        """Call an action and return the whole answer."""
        own = {"Origin": self.origin or self.url} if self.browser else {}
        sent = {**own, **({"Authorization": self.token} if self.token else {}), **(headers or {})}
        address = f"{self.url}{API}/{action}"
        return self.session.post(address, json=data, headers=sent, timeout=60)

    def get(self, action: str, **data: Any) -> Any:
        """Call an action by GET and return the whole answer."""
        sent = {"Authorization": self.token} if self.token else {}
        address = f"{self.url}{API}/{action}"
        return self.session.get(address, params=data, headers=sent, timeout=60)

    def ask(self, action: str, **data: Any) -> Any:
        """Call an action that must answer, and return its result."""
        answer = self.post(action, **data)
        assert answer.status_code == 200, (action, answer.status_code, answer.text[:500])
        return answer.json()["result"]

    def vote(self, dataset: str, value: bool = True) -> Any:
        """Vote, or take the vote back."""
        return self.ask("ontario_vote_set", id=dataset, value=value)


def log_in(one: Client, name: str) -> dict[str, str]:
    """Log in as a browser does; return the header that CKAN asks of scripts of its pages."""
    form = {"login": name, "password": PASSWORD}
    assert one.session.post(f"{one.url}/user/login", data=form, timeout=60).status_code == 200
    page = one.session.get(f"{one.url}/dataset/", timeout=60).text
    token = re.search(r'<meta name="_csrf_token" content="([^"]+)"', page)
    assert token, page[:2000]
    return {"X-CSRFToken": token[1]}


@contextlib.contextmanager
def another(
    server: Any, folder: Any, processes: int = 1, application: str = "", **options: str
) -> Iterator[PortalServer]:
    """Serve the same portal by one more process, or several behind one port, with other options."""
    port = free_port()
    read = _options(server.ini)
    url = f"http://127.0.0.1:{port}"
    read["app:main"].update({"ckan.site_url": url, **options})
    ini = folder / "ckan.ini"
    with ini.open("w") as target:
        read.write(target)
    environment = {
        "CKAN_INI": str(ini),
        "GUNICORN_CMD_ARGS": "",
        "WEB_CONCURRENCY": str(processes),
        "PYTHONPATH": str(ROOT),
    }
    command = [*commands.web(port), *([application] if application else [])]
    process = spawn("web", command, folder, environment)
    try:
        wait_until(lambda: commands.answers(f"{url}/ontario/health"), 120, process)
        yield PortalServer(url, ini)
    finally:
        stop(["web"], folder)


@pytest.fixture(scope="module")
def world(public_server: Any) -> Any:
    """Ministries, a topic, records of each kind, and accounts; made once for a module."""
    return plant(public_server)


def _options(ini: Path) -> configparser.ConfigParser:
    read = configparser.ConfigParser(interpolation=None)
    read.optionxform = str
    read.read(ini)
    return read


def _forget_limits(ini: Path) -> None:
    """Begin to count anew: all tests come from one network, those of other modules too."""
    with Redis.from_url(_options(ini)["app:main"]["ckan.redis.url"]) as redis:
        for name in redis.scan_iter("ontario:votes:*:suggestions:*"):
            redis.delete(name)


def plant(server: Any) -> Any:
    """Make what tests vote on and who votes, by the portal's own commands."""
    _forget_limits(server.ini)
    name = f"votes-{next(factories._numbers)}-{free_port()}"
    groups = [
        ("group_create", {"name": TOPIC, "title_translated": {"en": "Env", "fr": "Env"}})
        for _ in range(not _has_topic(server))
    ]
    people = [f"{name}-{who}" for who in ("citizen", "other", "chief")]
    title = {"en": "Ministry of Votes", "fr": "Ministère des votes"}
    owners = [
        ("organization_create", {"name": one, "title_translated": title, "category": "ministry"})
        for one in (name, f"{name}-b")
    ]
    accounts = [
        ("user_create", {"name": one, "email": f"{one}@ontario.ca", "password": PASSWORD})
        for one in people
    ]
    rights = ("user_patch", {"id": people[2], "sysadmin": True})
    tokens = [("api_token_create", {"user": one, "name": "tests"}) for one in people]
    made = fill(server, *groups, *owners, *accounts, rights, *tokens, *_records(name))
    records = {one["name"].removeprefix(f"{name}-"): one for one in made[-8:]}
    given = [one["token"] for one in made[-11:-8]]
    url = server.url
    return SimpleNamespace(
        server=server,
        url=url,
        owner=name,
        other_owner=f"{name}-b",
        records={key: one["id"] for key, one in records.items()},
        names={key: one["name"] for key, one in records.items()},
        users=dict(zip(("citizen", "other", "chief"), people, strict=True)),
        tokens=dict(zip(("citizen", "other", "chief"), given, strict=True)),
    )


def _has_topic(server: Any) -> bool:
    return TOPIC in requests.get(f"{server.url}{API}/group_list", timeout=60).json()["result"]


def _records(owner: str) -> list[tuple[str, dict[str, Any]]]:
    review = {**OFF, "access_level": "under_review", "planned_release_date": "2031-01-01"}
    rationale = {"en": "Names.", "fr": "Des noms."}
    exempt = {"exemption": "privacy", "exemption_rationale": rationale}
    closed = {**OFF, "access_level": "restricted", **exempt}
    kinds: dict[str, dict[str, Any]] = {
        **{f"review-{number}": review for number in range(4)},
        "closed": closed,
        "elsewhere": {**review, "owner_org": f"{owner}-b", "topics": []},
        "opening": review,
        "open": {},
    }
    return [
        (
            "package_create",
            {**factories.dataset_values(name=f"{owner}-{key}"), "owner_org": owner, **values},
        )
        for key, values in kinds.items()
    ]


@pytest.fixture(scope="session")
def unlimited(public_server: Any, tmp_path_factory: Any) -> Any:
    """The public portal served by one more process, without limits in the way."""
    limits = ("network_per_hour", "voter_per_hour", "suggestions_per_hour")
    free = {f"ckanext.ontario.votes.{one}": "1000000" for one in limits}
    with another(public_server, tmp_path_factory.mktemp("voting"), **free) as server:
        yield server


@pytest.fixture(scope="module")
def voting(world: Any, unlimited: Any) -> Any:
    """The world of a module, asked of that process."""
    return SimpleNamespace(**{**vars(world), "url": unlimited.url, "web": unlimited})


@pytest.fixture(scope="module")
def database(world: Any) -> Iterator[sa.engine.Engine]:
    """The portal's own database."""
    url = _options(world.server.ini)["app:main"]["sqlalchemy.url"].replace("%%", "%")
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    yield engine
    engine.dispose()


@pytest.fixture
def answer(database: Any) -> Callable[..., None]:
    """Return a function that puts an approved answer on the public portal, as a delivery does."""

    def put(package_id: str, sequence: int, kind: str, english: str, french: str) -> None:
        values = {"one": package_id, "number": sequence, "kind": kind, "en": english, "fr": french}
        statement = (
            "INSERT INTO ontario_votes_received (package_id, sequence, kind, text_en, text_fr, at)"
            " VALUES (:one, :number, :kind, :en, :fr, '2026-03-01T12:00:00Z')"
        )
        with database.begin() as connection:
            connection.execute(sa.text(statement), values)

    return put


@pytest.fixture
def kept(database: Any) -> Callable[[str], dict[str, int]]:
    """Return what the tables hold of a record: ballots that count, the tally, sums by day."""

    def read(package_id: str) -> dict[str, int]:
        queries = {
            "ballots": "SELECT count(*) FROM ontario_votes_ballot WHERE void_id IS NULL AND",
            "tally": "SELECT coalesce(sum(n_user + n_anon), 0) FROM ontario_votes_tally WHERE",
            "days": "SELECT coalesce(sum(n_user + n_anon), 0) FROM ontario_votes_daily WHERE",
        }
        with database.connect() as connection:
            return {
                key: int(
                    connection.scalar(sa.text(f"{query} package_id = :one"), {"one": package_id})
                )
                for key, query in queries.items()
            }

    return read


@pytest.fixture
def client(voting: Any) -> Callable[..., Client]:
    """Return a function that makes a new client: anonymous, or with somebody's token."""

    def make(who: str = "", **more: Any) -> Client:
        return Client(voting.url, voting.tokens[who] if who else "", **more)

    return make


def output(done: Any) -> Any:
    """Return the JSON that a command printed last."""
    return json.loads(done.stdout.splitlines()[-1])


def clear() -> None:
    """Leave no vote and no suggestion in the database of this process."""
    model.Session.rollback()
    for table in (*OF_RECORDS, BINDING, SUGGESTION):
        model.Session.execute(sa.delete(table))
    model.Session.commit()


@pytest.fixture
def empty(internal: Any) -> Iterator[None]:
    """The tables of votes in the database of this process, empty before and after."""
    clear()
    yield
    clear()
