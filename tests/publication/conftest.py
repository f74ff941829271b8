"""Both portals: the internal one in this process, the public one as a real server."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests.helpers import call_action
from tests import factories
from werkzeug.datastructures import FileStorage

from ckanext.ontario.publication import config, gathering
from ckanext.ontario.publication.model import OUTBOX, RELEASE
from ckanext.ontario.publication.projection import content_hash
from ckanext.ontario.publication.transfer import outbox, received, wire
from ckanext.ontario.shared import clock
from ckanext.ontario.stack import commands
from ckanext.ontario.stack.processes import spawn, stop

SERVICE_USER = "ontario-publisher"


@dataclass
class Outside:
    """The public portal, and who may call it."""

    server: Any
    token_file: Path
    tokens: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def url(self) -> str:
        return str(self.server.url)

    @property
    def token(self) -> str:
        return self.token_file.read_text()

    def headers(self, who: str = "") -> dict[str, str]:
        """Of nobody, or of a user by name."""
        if not who:
            return {}
        if who == SERVICE_USER:
            return {"Authorization": self.token}
        return {"Authorization": self.tokens[who]}

    def action(self, name: str, who: str = "", /, **data: Any) -> requests.Response:
        url = f"{self.url}/api/3/action/{name}"
        return requests.post(url, json=data, headers=self.headers(who), timeout=120)

    def ask(self, name: str, who: str = "", /, **data: Any) -> Any:
        answer = self.action(name, who, **data)
        assert answer.status_code == 200, (name, answer.status_code, answer.text[:500])
        return answer.json()["result"]

    def deliver(self, *records: Any, who: str = SERVICE_USER) -> list[dict[str, Any]]:
        return self.ask("ontario_publication_receive", who, records=list(records))["answers"]

    def show(self, identifier: str) -> dict[str, Any] | None:
        answer = self.action("package_show", id=identifier)
        return answer.json()["result"] if answer.status_code == 200 else None

    def found(self, identifier: str) -> bool:
        return bool(self.ask("package_search", fq=f"id:{identifier}")["count"])

    def rows(self, resource_id: str) -> list[dict[str, Any]] | None:
        """Of a resource's table; ``None`` when it has none."""
        answer = self.action("datastore_search", resource_id=resource_id)
        return answer.json()["result"]["records"] if answer.status_code == 200 else None

    def download(self, shown: dict[str, Any], number: int = 0) -> requests.Response:
        return requests.get(shown["resources"][number]["url"], timeout=60)

    def storage(self) -> Path:
        text = Path(self.server.ini).read_text()
        (line,) = (one for one in text.splitlines() if one.startswith("ckan.storage_path"))
        return Path(line.partition("=")[2].strip())

    def bytes_anywhere(self, needle: bytes) -> list[Path]:
        found = (path for path in self.storage().rglob("*") if path.is_file())
        return [path for path in found if needle in path.read_bytes()]


@pytest.fixture(scope="session")
def outside(public_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Outside:
    """The public portal with its service user, an ordinary user and an administrator."""
    return peopled(public_server, tmp_path_factory.mktemp("token") / "publication.token")


def peopled(server: Any, file: Path) -> Outside:
    """Give a public portal its people; the service user's token goes to a file."""
    printed = subprocess.run(
        [sys.executable, "-m", "tests.publication.people", str(file)],
        env={**os.environ, "CKAN_INI": str(server.ini)},
        check=True,
        capture_output=True,
        text=True,
    )
    return Outside(server, file, json.loads(printed.stdout.splitlines()[-1]))


@pytest.fixture(scope="session")
def worker(outside: Outside) -> Iterator[None]:
    """The public portal's background worker."""
    folder = Path(outside.server.ini).parent
    environment = {"CKAN_INI": str(outside.server.ini), "GUNICORN_CMD_ARGS": ""}
    spawn("worker", commands.worker(), folder, environment)
    yield
    stop(["worker"], folder)


def until(check: Callable[[], Any], seconds: float = 60) -> Any:
    """Wait for something to be true, and return it."""
    end = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.2)
    return found


@pytest.fixture
def connected(internal: Any, outside: Outside) -> Iterator[Outside]:
    """The internal portal knows where the public one is."""
    with delivering_to(outside.url, outside.token_file):
        yield outside


@contextlib.contextmanager
def delivering_to(url: str, token_file: Path) -> Iterator[None]:
    """Let the internal portal deliver to an address for the length of the block."""
    before = {key: tk.config.get(key) for key in (config.PUBLIC_URL, config.TOKEN_FILE)}
    tk.config[config.PUBLIC_URL] = url
    tk.config[config.TOKEN_FILE] = str(token_file)
    yield
    tk.config.update(before)


@pytest.fixture(scope="module")
def inside(internal: Any, clean_module: None) -> None:
    """An internal portal with its organizations and topics."""
    call_action("ontario_schema_seed")


@pytest.fixture
def same_generation(outside: Outside, inside: None) -> None:
    """The portals agree on the generation, whatever tests before did to the public one."""
    theirs = outside.ask("ontario_publication_status", SERVICE_USER)["generation"]
    received.raise_generation(theirs)
    model.Session.commit()


class Releases:
    """Rows of releases and of the outbox, as the workflow writes them."""

    def make(self, package_id: str, operation: str = "put", **values: Any) -> int:
        """Release a record as it is now; return the sequence."""
        number = self.last(package_id) + 1
        now = clock.now() - timedelta(milliseconds=1)
        content: dict[str, Any] = {"schema_version": ""}
        if operation == "put":
            frozen = gathering.freeze(package_id)
            content = {
                "projection": frozen.projection.public,
                "files": frozen.files,
                "content_hash": frozen.content_hash,
                "schema_version": frozen.schema_version,
            }
        row = {
            "package_id": package_id,
            "sequence": number,
            "operation": operation,
            "source": "approval" if operation == "put" else operation,
            "approved_by": "director",
            "approved_at": now,
            "release_at": now,
            "released_at": now,
            "state": "released",
            **content,
            **values,
        }
        model.Session.execute(sa.insert(RELEASE).values(**row))
        model.Session.execute(
            sa.insert(OUTBOX).values(
                package_id=package_id, sequence=row["sequence"], next_at=now, created=now
            )
        )
        model.Session.commit()
        return int(row["sequence"])

    def last(self, package_id: str) -> int:
        query = sa.select(sa.func.max(RELEASE.c.sequence)).where(RELEASE.c.package_id == package_id)
        return int(model.Session.execute(query).scalar() or 0)

    def state(self, package_id: str, sequence: int) -> tuple[str, str | None]:
        row = model.Session.execute(
            sa.select(OUTBOX.c.state, OUTBOX.c.reason).where(
                OUTBOX.c.package_id == package_id, OUTBOX.c.sequence == sequence
            )
        ).one()
        model.Session.commit()
        return row[0], row[1]

    def hurry(self) -> None:
        """Let what was put off be due."""
        model.Session.execute(
            sa.update(OUTBOX).where(OUTBOX.c.state == "waiting").values(next_at=clock.now())
        )
        model.Session.commit()

    def push(self) -> dict[str, Any]:
        self.hurry()
        return outbox.push()


@pytest.fixture
def releases(inside: None) -> Releases:
    return Releases()


@pytest.fixture
def record(inside: None) -> Callable[..., dict[str, Any]]:
    """A function that makes a record of the internal portal."""

    def make(**values: Any) -> dict[str, Any]:
        return factories.make_dataset(owner_org="mecp", **values)

    return make


@pytest.fixture
def file(record: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """A function that makes a record with an uploaded file."""

    def make(body: bytes, name: str = "levels.csv", **values: Any) -> dict[str, Any]:
        made = record(resources=[], **values)
        attach(made["id"], body, name)
        return factories.call("package_show", id=made["id"])

    return make


def attach(package_id: str, body: bytes, name: str = "levels.csv", **values: Any) -> Any:
    """Upload a file for a record, or for the resource whose ``id`` is given."""
    given: dict[str, Any] = {
        "package_id": package_id,
        "type": "data",
        "format": "CSV",
        "name_translated": {"en": "Levels", "fr": "Niveaux"},
        **values,
    }
    upload = FileStorage(io.BytesIO(body), name)
    action = "resource_patch" if "id" in given else "resource_create"
    return factories.call(action, **given, upload=upload)


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def wired(package_id: str, sequence: int) -> dict[str, Any]:
    """A release as it travels."""
    frozen = gathering.freeze(package_id)
    return wire.dump(
        wire.Item(
            id=package_id,
            name=frozen.projection.public["name"],
            operation=wire.Operation.PUT,
            generation=received.generation(),
            sequence=sequence,
            schema_version=frozen.schema_version,
            released=clock.now(),
            created=clock.now(),
            content_hash=frozen.content_hash,
            projection=frozen.projection.public,
            files=tuple(frozen.files),
        )
    )


def changed(one: dict[str, Any], change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    change(one["projection"])
    return {**one, "content_hash": content_hash(one["projection"], one["files"])}
