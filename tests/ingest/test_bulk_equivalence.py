"""The bulk writer comes to what CKAN's actions come to: rows, documents, activity, answers."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib.search.common import make_connection
from ckan.tests.helpers import call_action, changed_config
from ckanext.activity.model import Activity
from tests.conftest import _clean_all
from tests.ingest import corpus

from ckanext.ontario.ingest import config, index
from ckanext.ontario.ingest.bulk import showing
from ckanext.ontario.publication.workflow import fingerprint

Dataset = dict[str, Any]
Steps = Callable[["World"], None]

ORGANIZATIONS = ["mecp", "moh", "edu"]
TABLES = (
    "package", "resource", "package_extra", "package_tag", "tag", "member", "activity",
    "ontario_publication_record", "ontario_publication_history", "ontario_schema_alias",
)  # fmt: skip
OWN = {"id", "fingerprint", "index_id", "indexed_ts", "_version_"}
"""Keys that differ by nature: ids of rows, and hashes over ids."""

LABELS = "permission_labels"
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:(?!00:00(?!\.))\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?")
"""An instant of the clock; days that records mention are kept as midnights."""


class World:
    """An empty portal on which one of the writers writes."""

    def __init__(self, bulk_from: int) -> None:
        _clean_all()
        call_action("ontario_schema_seed")
        self.user = call_action("get_site_user")["name"]
        self.bulk_from = bulk_from
        self.answers: list[Any] = []
        self.writers: set[str] = set()
        self.snapshots: list[dict[str, list[str]]] = []

    def write(self, datasets: list[Dataset], **record: Any) -> None:
        """Write a batch, index it, and keep the answer."""
        records = [{"key": str(n), "dataset": one, **record} for n, one in enumerate(datasets)]
        with changed_config(config.BULK_FROM, self.bulk_from):
            answer = call_action("ontario_ingest_write", {"user": self.user}, records=records)
        assert answer["aside"] == []
        self.writers.add(answer["writer"])
        self.answers.append([{**one, "id": bool(one["id"])} for one in answer["results"]])
        call_action("ontario_ingest_index")
        self.snapshots.append(self.snapshot())

    def shown(self) -> list[Dataset]:
        """Return all records as they can be sent back, in the order of their names."""
        context = {"use_cache": False, "for_update": True}
        return [call_action("package_show", context, id=one) for one in self.ids()]

    def ids(self) -> list[str]:
        model.Session.rollback()
        query = sa.text("SELECT id FROM package WHERE type = 'dataset' ORDER BY name")
        return list(model.Session.execute(query).scalars())

    def snapshot(self) -> dict[str, list[str]]:
        """Return all that was written, as texts in which ids and instants are names."""
        names = self._names()
        found: dict[str, list[Any]] = {
            table: [_row(r) for r in model.Session.execute(sa.text(f'SELECT * FROM "{table}"'))]  # noqa: S608
            for table in TABLES
        }
        found["shown"] = [
            call_action("package_show", {"use_cache": False}, id=i) for i in self.ids()
        ]
        found["solr"] = [dict(doc) for doc in make_connection().search("*:*", rows=5000)]
        found["answers"] = self.answers[-1]
        return {part: sorted(_text(one, names) for one in rows) for part, rows in found.items()}

    def _names(self) -> dict[str, str]:
        queries = {
            "package": "SELECT id, name FROM package",
            "group": 'SELECT id, name FROM "group"',
            "tag": "SELECT id, name FROM tag",
            "user": 'SELECT id, name FROM "user"',
            "resource": "SELECT r.id, p.name || r.url || r.position || r.state FROM resource r"
            " JOIN package p ON p.id = r.package_id",
        }
        return {
            key: f"{kind}:{name}"
            for kind, query in queries.items()
            for key, name in model.Session.execute(sa.text(query))
        }


def _row(row: Any) -> Dataset:
    values = dict(row._mapping)
    for name in ("data", "extras"):
        if isinstance(values.get(name), str):
            values[name] = json.loads(values[name])
    return values


def _text(value: Any, names: dict[str, str]) -> str:
    text = json.dumps(_plain(value), default=str)
    text = UUID.sub(lambda found: names.get(found[0], "<id>"), text)
    read = json.loads(INSTANT.sub("<instant>", text))
    if isinstance(read.get(LABELS), list):  # in the order of the ids
        read[LABELS].sort()
    return json.dumps(read, sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if key not in OWN}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, str) and value[:1] == "{" and value[-1:] == "}":
        try:
            return _plain(json.loads(value))
        except ValueError:
            return value
    return value


def require_same(steps: Steps) -> World:
    """Take the steps with both writers and compare everything; return the bulk writer's world."""
    actions = World(10**9)
    steps(actions)
    rows = World(1)
    steps(rows)
    assert (actions.writers, rows.writers) == ({"actions"}, {"rows"})
    for number, (expected, found) in enumerate(zip(actions.snapshots, rows.snapshots, strict=True)):
        for part, texts in expected.items():
            missing = Counter(texts) - Counter(found[part])
            more = Counter(found[part]) - Counter(texts)
            where = f"batch {number}, {part}"
            assert not missing + more, f"{where}: {_differences(missing, more)}"
    _require_documents(rows.ids())
    return rows


def _differences(missing: Counter[str], more: Counter[str]) -> list[tuple[str, ...]]:
    """Return what stands where texts that should be the same part."""
    found: list[tuple[str, ...]] = []
    for text in sorted(missing):
        start = max(0, max((_common(text, other) for other in more), default=0) - 60)
        nearest = [other[start : start + 160] for other in more if other.startswith(text[:start])]
        found.append((text[start : start + 160], *nearest[:1]))
    return found[:6] or [(text[:200],) for text in more]


def _common(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _require_documents(ids: list[str]) -> None:
    builder = index._Builder()
    with showing.reading(ids) as reader:
        for one in ids:
            assert reader.document(one) == builder.document(one)
    for stored in fingerprint.read(ids):
        if stored.copy is not None and stored.package["state"] != "deleted":
            assert stored.copy["fingerprint"] == stored.fingerprint


def test_the_samples_first_and_changed(internal: Any) -> None:
    known = list(corpus.samples())
    assert len(known) > 50

    def steps(world: World) -> None:
        batch = [
            {**one, "owner_org": organization, "type": "dataset", "private": True}
            for organization, one in known
        ]
        world.write(batch)
        shown = world.shown()[::4]
        world.write(corpus.changed(1, shown, ORGANIZATIONS))

    world = require_same(steps)
    statuses = Counter(one["status"] for answer in world.answers for one in answer)
    assert statuses["created"] > 50
    assert statuses["updated"] > 10


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_hard_records(internal: Any, seed: int) -> None:
    def steps(world: World) -> None:
        world.write(corpus.hard(seed, 40, ORGANIZATIONS))
        world.write(corpus.changed(seed, world.shown(), ORGANIZATIONS))
        world.write(corpus.changed(seed + 100, world.shown(), ORGANIZATIONS))

    world = require_same(steps)
    statuses = Counter(one["status"] for answer in world.answers for one in answer)
    assert min(statuses["created"], statuses["updated"], statuses["refused"]) > 0
    assert model.Session.query(Activity).count() > 0
