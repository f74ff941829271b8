"""Real processes: the internal portal's worker delivers, is killed, and begins again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
import sqlalchemy as sa
from ckan import model
from ckan.lib import redis as redis_of_ckan
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk
from tests import factories
from tests.publication.between import Between
from tests.publication.conftest import (
    SERVICE_USER,
    Outside,
    Releases,
    attach,
    delivering_to,
    until,
)
from tests.publication.ministry import Ministry, make_ministry, with_file

from ckanext.ontario.publication.model import OUTBOX
from ckanext.ontario.publication.transfer import outbox
from ckanext.ontario.stack import commands, portals, redis
from ckanext.ontario.stack.processes import Service, spawn, stop
from ckanext.ontario.stack.testing import TestServices, free_port

Make = Callable[..., dict[str, Any]]
MINUTE = 60


@dataclass
class Working:
    """The internal portal's background worker, a process of its own."""

    ini: Path
    running: Service | None = None

    def start(self) -> None:
        environment = {"CKAN_INI": str(self.ini), "GUNICORN_CMD_ARGS": ""}
        self.running = spawn("inside-worker", commands.worker(), self.ini.parent, environment)

    def kill(self) -> None:
        """End it and its children as an outage does, the parent first."""
        assert self.running is not None
        parent = psutil.Process(self.running.pid)
        family = [parent, *parent.children(recursive=True)]
        assert len(family) > 1
        for process in family:
            process.kill()
        psutil.wait_procs(family, timeout=10)

    def stop(self) -> None:
        stop(["inside-worker"], self.ini.parent)


@pytest.fixture
def between(outside: Outside) -> Iterator[Between]:
    """What the internal portal takes for the public one."""
    made = Between(outside.url)
    with delivering_to(made.url, outside.token_file):
        yield made
    made.close()


@pytest.fixture
def working(
    same_generation: None,
    services: TestServices,
    outside: Outside,
    between: Between,
    tmp_path: Path,
) -> Iterator[Working]:
    """The internal portal's worker, not started yet; nothing waits for it."""
    connect_to_redis().flushdb()
    settings = replace(
        services.portal("internal"),
        public_url=between.url,
        publication_token_file=str(outside.token_file),
    )
    made = Working(portals.write(tmp_path / "inside.ini", settings, ["test.ini"]))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def ministry(inside: None) -> Ministry:
    """A ministry with everyone."""
    return make_ministry()


def row(outside: Outside, package_id: str) -> list[dict[str, Any]]:
    """What the public portal remembers of a record."""
    rows = outside.ask("ontario_publication_status", SERVICE_USER, limit=1000)["rows"]
    return [one for one in rows if one["id"] == package_id]


# --- killed ----------------------------------------------------------------------------------


def without_table(shown: dict[str, Any] | None) -> dict[str, Any]:
    """Return a record without what the loader of tables, a job of its own, notes in it."""
    assert shown is not None
    files = [
        {key: value for key, value in one.items() if not key.startswith("datastore_")}
        for one in shown["resources"]
    ]
    return {**shown, "resources": files}


def test_a_worker_killed_between_send_and_acknowledge(
    outside: Outside, between: Between, working: Working, releases: Releases, file: Make
) -> None:
    made = file(b"a,b\nsent-and-not-acknowledged,1\n")
    sequence = releases.make(made["id"])
    working.start()
    with between.holding("answer") as held:
        outbox.wake()
        assert held.reached.wait(MINUTE)
        working.kill()
    first = outside.show(made["id"])
    before = row(outside, made["id"])
    assert between.heard == [["applied"]]
    assert releases.state(made["id"], sequence) == ("waiting", None)

    working.start()
    outbox.wake()
    until(lambda: releases.state(made["id"], sequence) == ("done", None))
    assert between.heard == [["applied"], ["duplicate"]]
    assert without_table(outside.show(made["id"])) == without_table(first)
    assert row(outside, made["id"]) == before
    assert len(outside.bytes_anywhere(b"sent-and-not-acknowledged")) == 2  # kept and placed: a link
    assert outside.ask("package_search", fq=f"id:{made['id']}")["count"] == 1


def test_a_worker_killed_before_anything_arrived(
    outside: Outside, between: Between, working: Working, releases: Releases, file: Make
) -> None:
    made = file(b"a,b\nnever-arrived,1\n")
    sequence = releases.make(made["id"])
    working.start()
    with between.holding("request") as held:
        outbox.wake()
        assert held.reached.wait(MINUTE)
        working.kill()
    assert outside.show(made["id"]) is None
    assert releases.state(made["id"], sequence) == ("waiting", None)

    working.start()
    outbox.wake()
    until(lambda: releases.state(made["id"], sequence) == ("done", None))
    assert between.heard == [["applied"]]
    assert outside.show(made["id"]) is not None


def test_a_worker_whose_database_connections_break_while_it_waits_for_the_answer(
    outside: Outside, between: Between, working: Working, releases: Releases, record: Make,
    services: TestServices,
) -> None:  # fmt: skip
    made = record()
    sequence = releases.make(made["id"])
    before = _backends(services)
    working.start()
    with between.holding("answer") as held:
        outbox.wake()
        assert held.reached.wait(MINUTE)
        theirs = _backends(services) - before
        assert theirs
        _terminate(services, theirs)
    until(lambda: releases.state(made["id"], sequence) == ("done", None))
    assert between.heard == [["applied"]]
    assert outside.show(made["id"]) is not None


def _backends(services: TestServices) -> set[int]:
    """The connections of the internal portal's database."""
    url = sa.engine.make_url(services.portal("internal").sqlalchemy_url)
    engine = sa.create_engine(services.postgres_url)
    with engine.connect() as connection:
        query = sa.text("SELECT pid FROM pg_stat_activity WHERE datname = :name")
        found = set(connection.execute(query, {"name": url.database}).scalars())
    engine.dispose()
    return found


def _terminate(services: TestServices, pids: set[int]) -> None:
    engine = sa.create_engine(services.postgres_url)
    with engine.connect() as connection:
        for pid in pids:
            connection.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    engine.dispose()


# --- between an approval and its delivery ----------------------------------------------------


def test_an_edit_and_another_file_between_approval_and_push(
    outside: Outside, working: Working, ministry: Ministry
) -> None:
    made = with_file(ministry, "lake,level\napproved-bytes,1\n", name="edited-in-between")
    factories.call("ontario_release_submit", ministry.editor, id=made["id"])
    ministry.approve(made["id"])  # no worker yet: it waits
    approved = made["title_translated"]
    edited = {"en": "canary-not-approved", "fr": "canary-not-approved"}
    factories.call("package_patch", ministry.editor, id=made["id"], title_translated=edited)
    attach(made["id"], b"lake,level\ncanary-not-approved,1\n", id=made["resources"][0]["id"])
    working.start()
    shown = until(lambda: outside.show(made["id"]))
    assert shown["title_translated"] == approved
    assert b"approved-bytes" in outside.download(shown).content
    assert outside.bytes_anywhere(b"canary-not-approved") == []
    assert (
        factories.call("ontario_release_show", ministry.editor, id=made["id"])["state"] == "draft"
    )


def test_from_open_to_restricted_within_a_minute(
    outside: Outside, working: Working, worker: None, ministry: Ministry
) -> None:
    made = with_file(ministry, "lake,level\ncanary-restricted,1\n", name="no-longer-open")
    resource = made["resources"][0]["id"]
    working.start()
    factories.call("ontario_release_submit", ministry.editor, id=made["id"])
    ministry.approve(made["id"])
    shown = until(lambda: outside.show(made["id"]))
    until(lambda: outside.rows(resource))
    api = f"{outside.url}/api/3/action"
    page = f"{outside.url}/dataset/{made['name']}/resource/{resource}"
    doors = (
        shown["resources"][0]["url"],
        page,
        f"{page}/table",
        f"{outside.url}/datastore/dump/{resource}",
        f"{api}/datastore_search?resource_id={resource}",
        f"{api}/datastore_info?id={resource}",
        f"{api}/resource_show?id={resource}",
        f"{api}/resource_view_list?id={resource}",
    )
    assert {door: code(door) for door in doors} == dict.fromkeys(doors, 200)

    restricted = {
        "access_level": "restricted",
        "exemption": "privacy",
        "exemption_rationale": {"en": "Names of people.", "fr": "Noms de personnes."},
    }
    factories.call("package_patch", ministry.editor, id=made["id"], **restricted)
    factories.call("ontario_release_submit", ministry.editor, id=made["id"])
    begun = time.monotonic()
    ministry.approve(made["id"])
    until(lambda: {code(door) for door in doors} == {404}, seconds=MINUTE)
    assert time.monotonic() - begun < MINUTE
    assert outside.bytes_anywhere(b"canary-restricted") == []
    now = outside.show(made["id"])
    assert now is not None
    assert (now["access_level"], now["resources"]) == ("restricted", [])


def code(address: str) -> int:
    return requests.get(address, timeout=60, allow_redirects=False).status_code


# --- Redis -----------------------------------------------------------------------------------


@pytest.fixture
def apart_redis(tmp_path: Path, inside: None) -> Iterator[tuple[Path, int]]:
    """A Redis of this test's own, and the internal portal on it."""
    folder, port = tmp_path / "redis", free_port()
    redis.start(folder, port, "test")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redis_of_ckan, "_connection_pool", None)
        patch.setitem(tk.config, "ckan.redis.url", redis.url(port, "test"))
        yield folder, port
    stop(["redis"], folder)


def test_an_approval_while_redis_is_down(
    connected: Outside, releases: Releases, ministry: Ministry, apart_redis: tuple[Path, int]
) -> None:
    folder, port = apart_redis
    made = ministry.submitted(name="approved-without-redis")
    assert connect_to_redis().ping()
    stop(["redis"], folder)
    answer = ministry.approve(made["id"])
    assert answer["state"] == "approved"
    waiting = sa.select(OUTBOX.c.state).where(OUTBOX.c.package_id == made["id"])
    assert model.Session.execute(waiting).scalars().all() == ["waiting"]
    assert connected.show(made["id"]) is None
    redis.start(folder, port, "test")
    assert factories.call("ontario_publication_push")["sent"] >= 1  # as the scheduler does
    assert model.Session.execute(waiting).scalars().all() == ["done"]
    assert connected.show(made["id"]) is not None
    outbox.wake()
    assert connect_to_redis().keys("*publication:awake*")
