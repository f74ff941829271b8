"""A run that is killed anywhere, or loses what it needs, ends run again as if nothing had been."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckanext.harvest import queue

from ckanext.ontario.harvest import ingest, report, sources
from ckanext.ontario.harvest import model as tables
from ckanext.ontario.stack import redis
from ckanext.ontario.stack.processes import stop
from ckanext.ontario.stack.testing import free_port

from .children import KILLED, PATIENCE, At, Children
from .conftest import make_ministries, row, rows, text
from .footprint import differences, footprint
from .own_postgres import OwnPostgres
from .site import Site, opened
from .wire import Wire

LINK = {"url": "https://files.ontario.ca/a.csv", "formats": "csv"}
BEFORE = rows(6, **LINK)
AFTER = [row(1, en="Changed", **LINK), *BEFORE[1:5], row(7, **LINK)]
"""Against BEFORE: 1 is changed, 6 is gone, 7 is new."""


@pytest.fixture(scope="module")
def children(
    clean_module: None, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Children]:
    folder = tmp_path_factory.mktemp("children")
    config = {"ckanext.ontario.harvest.batch_size": 1}
    made = Children(Path(str(pytestconfig.option.ckan_ini)), folder, **config)
    make_ministries()
    yield made.ready()
    made.stop()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with opened() as made:
        yield made


@pytest.fixture(scope="module")
def own_postgres(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnPostgres]:
    folder = tmp_path_factory.mktemp("own")
    for each in (folder, *folder.parents):  # Postgres runs as a user of its own
        if each.stat().st_uid == os.getuid() and each != each.parent:
            each.chmod(each.stat().st_mode | 0o11)
    ini = Path(str(pytestconfig.option.ckan_ini))
    made = OwnPostgres(folder, ini, str(tk.config["sqlalchemy.url"]))
    yield made
    made.stop()


_numbers = itertools.count(1)


class Case:
    """One source at the site, harvested once and about to be harvested again."""

    def __init__(self, children: Children, site: Site) -> None:
        self.children, self.site = children, site
        children.config["ckanext.ontario.harvest.allowed_hosts"] = [site.host]
        number = next(_numbers)
        self.source_id = sources.ensure(
            name=f"source-{number}",
            title="A site",
            url=f"http://{site.host}/{number}.csv",
            kind="inventory",
            organization_id=str(model.Group.get("moh").id),
            config={},
        )
        site.publish(text(BEFORE).encode())
        whole = {"ckanext.ontario.harvest.batch_size": 100}
        assert self.harvest(config=whole) == 0
        site.publish(text(AFTER).encode())

    def harvest(self, **how: Any) -> int:
        return self.children.run("harvest", source_id=self.source_id, **how)

    @property
    def runs(self) -> list[dict[str, Any]]:
        model.Session.rollback()
        return ingest.call("run_list", {"source_id": self.source_id})


@pytest.fixture
def case(children: Children, site: Site) -> Iterator[Case]:
    yield Case(children, site)
    children.clear()
    queue.get_connection().flushdb()


@pytest.fixture(scope="module")
def undisturbed(children: Children, site: Site) -> dict[str, Any]:
    """What a run leaves behind that nothing happened to."""
    case = Case(children, site)
    assert case.harvest() == 0
    left = footprint(case.source_id)
    assert {guid: each.get("record_status") for guid, each in left["packages"].items()} == {
        **dict.fromkeys("123457", "active"),
        "6": "inactive",
    }
    assert left["packages"]["1"]["title_translated"]["en"] == "Changed"
    assert all(left["solr"].values())
    undone = ("strays", "waiting for the index", "running", "payloads", "copies of records")
    assert not any(left[key] for key in undone)
    return left


def by_command(case: Case) -> None:
    """Start again as ``ckan ontario-harvest run`` does."""
    assert case.harvest() == 0


def by_queue(case: Case, **how: Any) -> None:
    """Start again as the scheduler and the consumers do, with what is left in the queues."""
    assert case.children.run("minutes", count=3, **how) == 0


PLACES = {
    "read": At("harvest.planning:Planner._take", 4),
    "plan, a batch is stored": At("harvest.model:add_batch", 2),
    "plan, before its commit": At("harvest.gathering:_Gathering._checkpoint"),
    "plan, after its commit": At("harvest.gathering:_Gathering._checkpoint", when="after"),
    "batch 1 claimed": At("harvest.applying:_write"),
    "batch 1 written": At("harvest.applying:_end"),
    "batch 1 before its commit": At("harvest.applying:_end", when="after"),
    "batch 1 committed": At("harvest.applying:_after_commit"),
    "batch 1 in Solr, still marked": At("ingest.model:clear_pending"),
    "batch 1 over": At("harvest.harvester:apply_batch", when="after"),
    "batch 2 before its commit": At("harvest.applying:_end", 2, "after"),
    "batch 2 committed": At("harvest.applying:_after_commit", 2),
    "index": At("harvest.finishing:_index"),
    "index over": At("harvest.finishing:_index", when="after"),
    "gone, claimed": At("harvest.applying:set_inactive"),
    "gone, written": At("harvest.applying:set_inactive", when="after"),
    "gone, committed": At("harvest.applying:_after_commit", 3),
    "finish": At("harvest.finishing:_finish"),
    "finish over": At("harvest.finishing:_finish", when="after"),
    "job over": At("harvest.finishing:end_job", when="after"),
}


BY_COMMAND = ("read", "plan, after its commit", "batch 2 committed", "gone, written", "finish")


@pytest.mark.parametrize(
    ("place", "again"),
    [*((place, by_queue) for place in PLACES), *((place, by_command) for place in BY_COMMAND)],
)
def test_killed_at(case: Case, undisturbed: dict[str, Any], place: str, again: Any) -> None:
    assert case.harvest(at=PLACES[place]) == KILLED
    again(case)
    assert differences(footprint(case.source_id), undisturbed) == []


def test_killed_in_a_download(case: Case, undisturbed: dict[str, Any]) -> None:
    case.site.half.clear()
    case.site.rest.clear()
    running = case.children.start("harvest", source_id=case.source_id)
    assert case.site.half.wait(10)
    running.kill()
    case.site.rest.set()
    by_command(case)
    assert differences(footprint(case.source_id), undisturbed) == []


# --- what else goes away ---------------------------------------------------------------------


def codes(case: Case) -> list[str]:
    """What the latest run found wrong with the document or with us."""
    return [issue["code"] for issue in report.issues(case.runs[0], severity=["fatal"], limit=9)]


def test_the_site_vanishes_in_the_middle(case: Case, undisturbed: dict[str, Any]) -> None:
    before = footprint(case.source_id)
    case.site.vanishes = True
    assert case.harvest() == 0
    case.site.vanishes = False
    assert (case.runs[0]["status"], codes(case)) == ("failed", ["download_failed"])
    assert differences(footprint(case.source_id), before) == []
    by_command(case)
    assert differences(footprint(case.source_id), undisturbed) == []


def test_the_site_vanishes_and_had_not_said_how_much_there_is(
    case: Case, undisturbed: dict[str, Any]
) -> None:
    """Nothing shows that the document was cut between two rows: nothing is called gone."""
    whole = text(BEFORE).encode()
    cut = whole.index(b"\r\n6,") + 2
    case.site.publish(whole[:cut])
    case.site.announces_length = False
    assert case.harvest() == 0
    case.site.announces_length = True
    shown = report.summary(case.runs[0])
    assert shown["approval"]["reasons"] == ["document_incomplete"]
    assert footprint(case.source_id)["packages"]["6"]["record_status"] == "active"
    case.site.publish(text(AFTER).encode())
    by_command(case)
    assert differences(footprint(case.source_id), undisturbed) == []


def test_solr_is_down_for_a_while(case: Case, undisturbed: dict[str, Any], solr_url: str) -> None:
    with Wire.to(solr_url) as wire:
        running = case.children.start(
            "harvest",
            source_id=case.source_id,
            at=At("harvest.applying:_after_commit", call=0),
            waits=True,
            config={"solr_url": wire.url},
        )
        running.reached()
        wire.cut()
        running.go_on().reached()
        assert footprint(case.source_id)["waiting for the index"] > 0
        wire.mend()
        running.go_on().reached()
        assert running.go_on().ended() == 0
    assert differences(footprint(case.source_id), undisturbed) == []


def test_solr_is_down_to_the_end(case: Case, undisturbed: dict[str, Any], solr_url: str) -> None:
    with Wire.to(solr_url) as wire:
        wire.cut()
        assert case.harvest(config={"solr_url": wire.url}) == 0
    assert case.runs[0]["status"] == "finished"
    assert footprint(case.source_id)["waiting for the index"] == 3
    by_command(case)
    assert differences(footprint(case.source_id), undisturbed) == []


def test_redis_loses_everything(case: Case, undisturbed: dict[str, Any], tmp_path: Path) -> None:
    port = free_port()
    settings = {"ckan.redis.url": redis.url(port, "test")}
    redis.start(tmp_path / "first", port, "test")
    try:
        case.children.run("order", source_id=case.source_id, config=settings)
        running = case.children.start(
            "consume",
            queue="gather",
            at=At("harvest.gathering:_Gathering._checkpoint"),
            waits=True,
            config=settings,
        )
        running.reached()
    finally:
        stop(["redis"], tmp_path / "first")
    running.go_on().ended()
    redis.start(tmp_path / "second", port, "test")
    try:
        by_queue(case, config=settings)
    finally:
        stop(["redis"], tmp_path / "second")
    assert differences(footprint(case.source_id), undisturbed) == []


@pytest.mark.parametrize("first_dies", [False, True])
def test_two_consumers_on_one_batch(
    case: Case, undisturbed: dict[str, Any], first_dies: bool
) -> None:
    case.children.run("order", source_id=case.source_id)
    assert case.children.run("consume", queue="gather") == 0
    batch = tables.batches(case.runs[0]["id"], kind="write")[0]["id"]
    model.Session.rollback()
    written = At("harvest.applying:_end", when="after")
    first = case.children.start("deliver", carrier=batch, at=written, waits=True)
    first.reached()
    second = case.children.start("deliver", carrier=batch)
    until_somebody_waits()
    if first_dies:
        first.kill()
    else:
        assert first.go_on().ended() == 0
    assert second.ended() == 0
    by_queue(case)
    assert differences(footprint(case.source_id), undisturbed) == []


def until_somebody_waits() -> None:
    """Wait until a process waits for a row that another one holds."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'transactionid'"
    until = time.monotonic() + PATIENCE
    engine = model.ensure_engine().execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        while not connection.exec_driver_sql(query + " AND datname = current_database()").scalar():
            assert time.monotonic() < until
            time.sleep(0.02)


def test_a_tick_in_the_middle_of_a_gathering_queues_nothing(
    case: Case, undisturbed: dict[str, Any]
) -> None:
    """ckanext-harvest queues the objects of a running gathering again, and they run twice."""
    case.children.run("order", source_id=case.source_id)
    planned = At("harvest.gathering:_Gathering._checkpoint")
    running = case.children.start("consume", queue="gather", at=planned, waits=True)
    running.reached()
    assert case.children.run("tick") == 0
    connection = queue.get_connection()
    assert connection.llen(queue.get_fetch_routing_key()) == 0
    assert connection.llen(queue.get_gather_routing_key()) == 0
    assert running.go_on().ended() == 0
    assert connection.llen(queue.get_fetch_routing_key()) == 2
    by_queue(case)
    assert differences(footprint(case.source_id), undisturbed) == []


# --- a full disk -----------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 kilobytes."""
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        pytest.skip(f"no disk can be made here: {made.stderr}")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def refuses(case: Case, undisturbed: dict[str, Any], **how: Any) -> None:
    """The run fails and says why, nothing has changed, and the next one goes on."""
    before = footprint(case.source_id)
    assert case.harvest(**how) == 0
    assert (case.runs[0]["status"], codes(case)) == ("failed", ["storage_failed"])
    assert differences(footprint(case.source_id), before) == []
    case.site.publish(text(AFTER).encode())
    by_command(case)
    assert differences(footprint(case.source_id), undisturbed) == []


def test_the_disk_is_full_while_planning(
    case: Case, undisturbed: dict[str, Any], small_disk: Path
) -> None:
    refuses(case, undisturbed, folder=small_disk)


def test_the_disk_is_full_while_downloading(
    case: Case, undisturbed: dict[str, Any], small_disk: Path
) -> None:
    case.site.publish(text([*AFTER, row(8, internal="x" * 20_000)]).encode())
    refuses(case, undisturbed, folder=small_disk)


def test_a_file_may_not_grow(case: Case, undisturbed: dict[str, Any]) -> None:
    refuses(case, undisturbed, largest_file=256)


# --- the database ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [At("harvest.model:add_batch", 2), At("harvest.applying:_end"), At("harvest.finishing:_index")],
)
def test_postgres_crashes_and_comes_back(
    case: Case, undisturbed: dict[str, Any], own_postgres: OwnPostgres, place: At, tmp_path: Path
) -> None:
    children = own_postgres.with_copy_of_the_database(case.children)
    running = children.start("harvest", source_id=case.source_id, at=place, waits=True)
    running.reached()
    own_postgres.crash()
    running.go_on().ended()
    assert children.run("harvest", source_id=case.source_id) == 0
    seen = tmp_path / "seen.json"
    assert children.run("look", source_id=case.source_id, file=str(seen)) == 0
    found = json.loads(seen.read_text())
    assert differences(found, json.loads(json.dumps(undisturbed))) == []
