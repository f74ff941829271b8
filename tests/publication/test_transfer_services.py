"""A public portal on a PostgreSQL and a Redis of its own, which stop while it is delivered to."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from tests import factories
from tests.catalogue.filling import fill
from tests.publication.between import Between
from tests.publication.conftest import (
    SERVICE_USER,
    Outside,
    Releases,
    delivering_to,
    peopled,
    until,
)

from ckanext.ontario.publication.transfer import cli, outbox
from ckanext.ontario.stack import commands, postgres, redis
from ckanext.ontario.stack.processes import spawn, stop
from ckanext.ontario.stack.testing import TestServices

Make = Callable[..., dict[str, Any]]


@dataclass
class Apart:
    """A public portal whose services nobody else uses."""

    own: TestServices
    outside: Outside

    @property
    def database(self) -> str:
        return self.own.portal("public", "_server").sqlalchemy_url

    def restart_postgres(self) -> None:
        assert postgres.stop(self.own.folder / "postgres")
        postgres.start(self.own.folder / "postgres")

    def stop_redis(self) -> None:
        assert stop(["redis"], self.own.folder / "redis") == ["redis"]

    def start_redis(self) -> None:
        port = urlsplit(self.own.redis_url).port
        assert port
        redis.start(self.own.folder / "redis", port, "test")

    def count(self, statement: str) -> int:
        engine = sa.create_engine(self.database)
        with engine.connect() as connection:
            found = connection.execute(sa.text(statement)).scalar_one()
        engine.dispose()
        return int(found)


@pytest.fixture(scope="module")
def apart(services: TestServices) -> Iterator[Apart]:
    """A public portal on services of its own but for Solr."""
    folder = Path(tempfile.mkdtemp(prefix="ontario-test-apart-"))
    folder.chmod(0o755)  # Postgres runs as a user of its own
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ONTARIO_SOLR_URL", services.solr_root)
        patch.delenv("ONTARIO_SQLALCHEMY_URL", raising=False)
        patch.delenv("ONTARIO_REDIS_URL", raising=False)
        own = TestServices.start(folder)
    own.prefix = f"apart_{os.getpid()}"
    try:
        with own.server("public") as server:
            yield Apart(own, peopled(server, folder / "publication.token"))
    finally:
        own.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def between(apart: Apart, inside: None) -> Iterator[Between]:
    """What the internal portal takes for that public one."""
    made = Between(apart.outside.url)
    with delivering_to(made.url, apart.outside.token_file):
        yield made
    made.close()


def test_the_public_portals_redis_is_down_while_it_receives(
    apart: Apart, between: Between, releases: Releases, file: Make
) -> None:
    made = file(b"lake,level\nwithout-redis,1\n")
    resource = made["resources"][0]["id"]
    sequence = releases.make(made["id"])
    apart.stop_redis()
    try:
        assert releases.push()["sent"] == 0
        assert releases.state(made["id"], sequence)[0] == "waiting"
    finally:
        apart.start_redis()
    assert releases.push()["sent"] == 1
    assert releases.state(made["id"], sequence) == ("done", None)
    shown = apart.outside.show(made["id"])
    assert shown is not None
    assert apart.outside.download(shown).content == b"lake,level\nwithout-redis,1\n"
    folder = Path(apart.outside.server.ini).parent
    environment = {"CKAN_INI": str(apart.outside.server.ini), "GUNICORN_CMD_ARGS": ""}
    spawn("worker", commands.worker(), folder, environment)
    try:  # the table was asked for too, once Redis was back
        rows = until(lambda: apart.outside.rows(resource))
    finally:
        stop(["worker"], folder)
    assert [row["lake"] for row in rows] == ["without-redis"]


def test_postgresql_restarts_in_the_middle_of_a_push(
    apart: Apart, between: Between, releases: Releases, record: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(outbox, "BATCH", 2)
    made = [record()["id"] for _ in range(5)]
    for one in made:
        releases.make(one)
    before = apart.count("SELECT count(*) FROM package")
    restarts: list[threading.Thread] = []
    restarted = threading.Event()

    def second(number: int) -> None:
        if number == 2:
            restarts.append(_restart_once_it_writes(apart, restarted))

    between.during = second
    releases.push()
    for thread in restarts:
        thread.join()
    assert restarted.is_set()
    assert [releases.state(one, 1)[0] for one in made[:2]] == ["done", "done"]
    for _ in range(5):
        releases.push()
        if {releases.state(one, 1)[0] for one in made} == {"done"}:
            break
    assert [releases.state(one, 1) for one in made] == [("done", None)] * 5
    assert apart.count("SELECT count(*) FROM package") == before + 5
    assert all(apart.outside.show(one) for one in made)
    assert all(apart.outside.found(one) for one in made)
    rows = apart.outside.ask("ontario_publication_status", SERVICE_USER, limit=1000)["rows"]
    assert {(one["id"], one["sequence"]) for one in rows} >= {(one, 1) for one in made}


def _restart_once_it_writes(apart: Apart, done: threading.Event) -> threading.Thread:
    """Lock what the receiver writes last; restart PostgreSQL when it waits there."""
    engine = sa.create_engine(apart.database)
    connection = engine.connect()
    connection.execute(sa.text("LOCK TABLE ontario_publication_received IN SHARE MODE"))
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted"

    def restart() -> None:
        until(lambda: apart.count(query))
        apart.restart_postgres()
        done.set()
        connection.invalidate()
        engine.dispose()

    thread = threading.Thread(target=restart)
    thread.start()
    return thread


def test_what_no_release_brought_is_purged_by_the_flag(
    apart: Apart, between: Between, releases: Releases, record: Make
) -> None:
    known = [record()["id"] for _ in range(10)]
    for one in known:
        releases.make(one)
    assert releases.push()["problem"] is None
    values = factories.dataset_values(name="stray-to-purge", owner_org="mecp")
    (stray,) = fill(apart.outside.server, ("package_create", values))
    assert apart.outside.show(stray["id"]) is not None
    reported = factories.call("ontario_publication_reconcile")
    assert (reported["unknown"], reported["purged"]) == ([stray["id"]], [])
    assert apart.outside.show(stray["id"]) is not None

    done = CliRunner().invoke(cli.ontario_publication, ["reconcile", "--purge-unknown", "--json"])
    assert f'"{stray["id"]}"' in done.output, done.output
    for identifier in (stray["id"], stray["name"]):
        assert apart.outside.action("package_show", id=identifier).status_code == 404
    assert not apart.outside.found(stray["id"])
    assert all(apart.outside.show(one) for one in known)
    after = factories.call("ontario_publication_reconcile")
    assert (after["unknown"], after["repaired"]) == ([], [])
