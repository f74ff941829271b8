"""The internal portal's side of the publishing benchmark, in a CKAN process of its own.

``python -m bench.publishing INI INSIDE-URL OUTSIDE-URL RECORDS SINGLES ROUNDS PID …``: the servers'
process ids come last.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
import psutil
import pylibmagic  # noqa: F401 -- imported for its effect: `magic` finds libmagic through it
import requests
import sqlalchemy as sa
from ckan import model
from werkzeug.datastructures import FileStorage

from bench import costing
from bench.costing import call
from ckanext.ontario.publication import gathering
from ckanext.ontario.publication.model import OUTBOX, RELEASE
from ckanext.ontario.publication.transfer import outbox
from ckanext.ontario.shared import clock
from ckanext.ontario.stack.application import flask_of, load

ORGANIZATION = "mecp"
PATIENCE = 120
"""Seconds that anything may take to be seen."""

CSV = b"lake,level\n" + b"Simcoe,219.15\n" * 75_000
"""A little over a megabyte."""


def main(
    ini: str, inside: str, outside: str, records: str, singles: str, rounds: str, *servers: str
) -> None:
    """Measure, and print seconds as JSON on the last line."""
    os.environ["CKAN_INI"] = ini
    with flask_of(load()).test_request_context():
        call("ontario_schema_seed", {})
        bench = Bench(inside, outside, [int(one) for one in servers])
        measured = {**bench.one_by_one(int(singles)), **bench.file()}
        rows = [bench.at_once(int(records), number) for number in range(int(rounds))]
    measured |= {name: [row[name] for row in rows] for name in rows[0]}
    print(json.dumps(measured))


class Bench:
    """Two portals and what is asked of them."""

    def __init__(self, inside: str, outside: str, servers: Sequence[int]) -> None:
        """Remember where they are; make a token for the peer's calls."""
        self.inside, self.outside, self.servers = inside, outside, servers
        user = call("get_site_user", {})["name"]
        self.token = call("api_token_create", {"user": user, "name": "bench"})["token"]
        self.session = requests.Session()

    def one_by_one(self, count: int) -> dict[str, float]:
        """Release records one after the other, each when the one before is found."""
        taken: list[float] = []
        for number in range(count + 1):
            made = call("package_create", dataset(f"single-{number}"))
            taken.append(costing.timed(lambda made=made: self._until_found(made["id"]))["wall"])
        taken = sorted(taken[1:])  # the first starts everything up
        return {
            "visible_p50": taken[len(taken) // 2],
            "visible_p95": taken[min(len(taken) - 1, int(len(taken) * 0.95))],
        }

    def _until_found(self, package_id: str) -> None:
        release(package_id)
        outbox.wake()
        until(lambda: self._ask("package_search", fq=f"id:{package_id}")["count"])

    def file(self) -> dict[str, float]:
        """Release a record with a megabyte of CSV."""
        made = call("package_create", {**dataset("with-a-file"), "resources": []})
        upload = FileStorage(io.BytesIO(CSV), "levels.csv")
        names = {"en": "Levels", "fr": "Niveaux"}
        resource = call(
            "resource_create",
            {"package_id": made["id"], "upload": upload, "format": "CSV", "type": "data",
             "name_translated": names},
        )["id"]  # fmt: skip
        address = f"{self.outside}/dataset/{made['id']}/resource/{resource}/download/levels.csv"
        began = time.perf_counter()
        release(made["id"])
        outbox.wake()
        until(lambda: self.session.get(address, timeout=60).content == CSV)
        downloaded = time.perf_counter() - began
        until(lambda: self._ask("datastore_search", resource_id=resource, limit=1)["records"])
        return {"file_download": downloaded, "file_table": time.perf_counter() - began}

    def at_once(self, count: int, number: int) -> dict[str, dict[str, float]]:
        """Create records over HTTP, then release as many at once."""
        made: list[str] = []

        def create() -> None:
            for one in range(count):
                answer = self.session.post(
                    f"{self.inside}/api/3/action/package_create",
                    json=dataset(f"bulk-{number}-{one}"),
                    headers={"Authorization": self.token},
                    timeout=60,
                )
                answer.raise_for_status()
                made.append(answer.json()["result"]["id"])

        def freeze() -> None:
            with gathering.together():  # as one approval of many records does
                for one in made:
                    release(one)

        def push() -> None:
            done = outbox.push()
            if done["sent"] != count:
                raise SystemExit(f"not everything was released: {done}")
            until(lambda: self._ask("package_search", fq=f"id:{made[-1]}")["count"])

        works = {"peer": create, "freeze": freeze, "bulk": push}
        return {name: self._timed(work) for name, work in works.items()}

    def _timed(self, work: Callable[[], None]) -> dict[str, float]:
        """Return wall seconds, and processor seconds of this process and of both servers."""
        before = self._busy()
        taken = costing.timed(work)
        return {"wall": taken["wall"], "cpu": taken["cpu"] + self._busy() - before}

    def _busy(self) -> float:
        masters = [psutil.Process(pid) for pid in self.servers]
        family = [one for m in masters for one in (m, *m.children(recursive=True))]
        times = [process.cpu_times() for process in family]
        return sum(one.user + one.system for one in times)

    def _ask(self, action: str, **data: Any) -> dict[str, Any]:
        url = f"{self.outside}/api/3/action/{action}"
        answer = self.session.post(url, json=data, timeout=60)
        empty = {"count": 0, "records": []}
        return answer.json()["result"] if answer.ok else empty


def until(check: Callable[[], Any]) -> None:
    """Wait for something to be true."""
    end = time.monotonic() + PATIENCE
    while not check():
        if time.monotonic() > end:
            raise SystemExit(f"not within {PATIENCE} s")
        time.sleep(0.05)


def release(package_id: str) -> None:
    """Write a release and its row of the outbox, as an approval does."""
    frozen, now = gathering.freeze(package_id), clock.now()
    model.Session.execute(
        sa.insert(RELEASE).values(
            package_id=package_id,
            sequence=1,
            operation="put",
            source="approval",
            projection=frozen.projection.public,
            files=frozen.files,
            content_hash=frozen.content_hash,
            schema_version=frozen.schema_version,
            approved_by="bench",
            approved_at=now,
            release_at=now,
            released_at=now,
            state="released",
        )
    )
    model.Session.execute(
        sa.insert(OUTBOX).values(package_id=package_id, sequence=1, next_at=now, created=now)
    )
    model.Session.commit()


def dataset(name: str) -> dict[str, Any]:
    """Return a complete, open dataset with a link."""
    both = {"en": f"Water levels of lakes ({name})", "fr": f"Niveaux d’eau des lacs ({name})"}
    return {
        "type": "dataset",
        "name": name,
        "owner_org": tk.get_action("organization_show")(
            {"ignore_auth": True}, {"id": ORGANIZATION}
        )["id"],
        "title_translated": both,
        "notes_translated": both,
        "short_description_translated": both,
        "keywords": {"en": ["lakes"], "fr": ["lacs"]},
        "topics": ["environment-and-natural-resources"],
        "asset_type": "dataset",
        "access_level": "open",
        "license_id": "OGL-ON-1.0",
        "exemption": "none",
        "update_frequency": "daily",
        "maintainer_translated": {"en": "Surface Water Unit", "fr": "Unité des eaux de surface"},
        "maintainer_email": "surface.water@ontario.ca",
        "resources": [
            {
                "url": "https://files.ontario.ca/lakes.csv",
                "format": "CSV",
                "type": "data",
                "name_translated": {"en": "Levels", "fr": "Niveaux"},
            }
        ],
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
