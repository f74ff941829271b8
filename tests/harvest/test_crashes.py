"""A run that is killed anywhere and started again ends as if it had never been killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pysolr
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests.helpers import changed_config
from ckanext.harvest import queue
from ckanext.harvest.model import HarvestJob, HarvestObject

from ckanext.ontario.harvest import applying, finishing, gathering, harvester, ingest, sources
from ckanext.ontario.harvest import model as tables
from ckanext.ontario.harvest.locks import source_lock
from ckanext.ontario.harvest.planning import Planner
from ckanext.ontario.ingest import writer

from .conftest import Harvests, act, row, rows

BEFORE = rows(6)
AFTER = [row(1, en="Changed"), *rows(5)[1:], row(7)]
"""Against BEFORE: 1 is changed, 6 is gone, 7 is new."""


@pytest.fixture(autouse=True)
def small_batches(clean: None) -> Any:
    with changed_config("ckanext.ontario.harvest.batch_size", 1):
        yield


@pytest.fixture
def state(packages: Any, indexed: Any) -> Callable[[], Any]:
    """A function that returns all that a harvest is to leave behind."""

    def read() -> Any:
        found = {
            guid: (each["name"], each["title_translated"], each.get("record_status") or "active")
            for guid, each in packages().items()
        }
        table = tables.RECORD
        query = sa.select(table.c.guid, table.c.hash, table.c.missing_since.is_not(None))
        known = sorted(tuple(each) for each in model.Session.execute(query))
        waiting = model.Session.execute(sa.text("SELECT count(*) FROM ontario_ingest_pending"))
        return found, known, indexed(), waiting.scalar()

    return read


def dies(target: Any, name: str, *, after: int = 0) -> Callable[[pytest.MonkeyPatch], None]:
    """Return what makes the process die at the call of ``name``, or after so many calls of it."""
    original = getattr(target, name)

    def arm(monkeypatch: pytest.MonkeyPatch) -> None:
        calls = [0]

        def dying(*args: Any, **kwargs: Any) -> Any:
            calls[0] += 1
            if calls[0] > after:
                raise SystemExit(name)
            return original(*args, **kwargs)

        monkeypatch.setattr(target, name, dying)

    return arm


DEATHS = {
    "while reading": dies(Planner, "_take", after=3),
    "while storing batches": dies(tables, "add_batch", after=1),
    "before the plan is committed": dies(gathering._Gathering, "_checkpoint"),
    "when the plan is committed": dies(harvester, "apply_batch"),
    "inside the first batch": dies(applying, "_end"),
    "between a batch and its index": dies(applying, "_after_commit"),
    "inside the second batch": dies(applying, "_end", after=1),
    "before the index": dies(finishing, "_index"),
    "before what is gone": dies(finishing, "_gone"),
    "inside what is gone": dies(applying, "set_inactive"),
    "before the end": dies(finishing, "_finish"),
    "before the job ends": dies(finishing, "end_job"),
}


def harvest_again_by_command(harvests: Harvests) -> None:
    harvests.run()


def harvest_again_by_queue(harvests: Harvests) -> None:
    """What the scheduler's tick and the consumers do with what is left in the queues."""
    source_id = harvests.source()
    for _tick in range(3):
        act("harvest_jobs_run")
        deliver()
    assert {job.status for job in HarvestJob.filter(source_id=source_id)} == {"Finished"}


def deliver() -> None:
    """Consume both queues until they are empty."""
    for consumer, callback in (
        (queue.get_gather_consumer(), queue.gather_callback),
        (queue.get_fetch_consumer(), queue.fetch_callback),
    ):
        while True:
            method, header, body = consumer.basic_get("")
            if body is None:
                break
            callback(consumer, method, header, body)


@pytest.mark.parametrize("again", [harvest_again_by_command, harvest_again_by_queue])
@pytest.mark.parametrize("moment", DEATHS)
def test_killed_and_started_again(
    harvests: Harvests, state: Any, monkeypatch: pytest.MonkeyPatch, moment: str, again: Any
) -> None:
    harvests.run(BEFORE)
    source_id = harvests.source(AFTER)
    with monkeypatch.context() as armed:
        DEATHS[moment](armed)
        with pytest.raises(SystemExit):
            harvests.run()
    model.Session.remove()
    again(harvests)
    found, known, index, waiting = state()
    assert {guid: (title["en"], status) for guid, (_name, title, status) in found.items()} == {
        "1": ("Changed", "active"),
        **{str(n): (f"Water quality {n}", "active") for n in (2, 3, 4, 5, 7)},
        "6": ("Water quality 6", "inactive"),
    }
    assert [(guid, missing) for guid, _hash, missing in known] == [
        (str(n), n == 6) for n in range(1, 8)
    ]
    assert index == {name for name, _title, _status in found.values()}
    assert waiting == 0
    assert ingest.call("run_list", {"source_id": source_id, "status": "running"}) == []


def test_killed_by_the_kernel(
    harvests: Harvests, state: Any, pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    source_id = harvests.source(rows(4))
    script = tmp_path / "harvest.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import os, signal
            from ckan.cli import load_config
            from ckan.config.middleware import make_app
            app = make_app(load_config({str(pytestconfig.option.ckan_ini)!r}))
            from ckanext.ontario.harvest import applying, sources
            from ckanext.ontario.harvest.harvester import harvesters
            end, ended = applying._end, []
            def ending(*args):
                if len(ended) == 2:
                    os.kill(os.getpid(), signal.SIGKILL)
                ended.append(end(*args))
            applying._end = ending
            with app._wsgi_app.test_request_context():
                from ckan.common import config
                config["ckanext.ontario.harvest.batch_size"] = 1
                sources.run_now({source_id!r}, harvesters()["inventory"])
            """
        )
    )
    model.Session.remove()
    killed = subprocess.run([sys.executable, str(script)], check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-2000:]
    assert len(state()[0]) == 2
    harvest_again_by_queue(harvests)
    found, _known, index, waiting = state()
    assert set(found) == {"1", "2", "3", "4"}
    assert (len(index), waiting) == (4, 0)


def test_two_consumers_on_one_batch_write_it_once(
    internal: Any, harvests: Harvests, state: Any
) -> None:
    job_id = queued(harvests, rows(3))
    carriers = gathered(job_id)
    reader = harvester.harvesters()["inventory"].reader
    source_id = harvests.source()
    model.Session.remove()

    def consume(carrier: str) -> None:
        with internal.flask_app.test_request_context():
            applying.apply_batch(carrier, source_id, reader)
            model.Session.remove()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(consume, carriers * 2))
    batches = tables.batches(ingest.run_of(job_id=job_id)["id"], kind="write")
    assert [batch["outcome"]["created"] for batch in batches] == [1, 1, 1]
    assert {batch["state"] for batch in batches} == {"applied"}
    assert len(state()[0]) == 3


def queued(harvests: Harvests, content: Any) -> str:
    source_id = harvests.source(content)
    return str(act("harvest_job_create", source_id=source_id, run=True)["id"])


def gathered(job_id: str) -> list[str]:
    """Gather what is queued, and return the carriers without their being delivered."""
    consumer = queue.get_gather_consumer()
    method, header, body = consumer.basic_get("")
    queue.gather_callback(consumer, method, header, body)
    ids = model.Session.query(HarvestObject.id).filter_by(harvest_job_id=job_id)
    return [each for (each,) in ids]


def test_through_the_queues(harvests: Harvests, state: Any) -> None:
    job_id = queued(harvests, rows(3))
    deliver()
    assert act("harvest_job_show", id=job_id)["status"] == "Finished"
    assert len(state()[0]) == 3


def test_delivered_twice_and_out_of_order(harvests: Harvests, state: Any) -> None:
    job_id = queued(harvests, rows(3))
    for carrier in [*reversed(gathered(job_id)), *gathered_again(job_id)]:
        queue.get_fetch_publisher().send({"harvest_object_id": carrier})
    deliver()
    assert len(state()[0]) == 3
    run = ingest.run_of(job_id=job_id)
    assert (run["status"], run["counters"]["created"]) == ("finished", 3)


def gathered_again(job_id: str) -> list[str]:
    queue.get_gather_publisher().send({"harvest_job_id": job_id})
    return gathered(job_id)


def test_a_stopped_run_writes_no_more(harvests: Harvests, state: Any) -> None:
    job_id = queued(harvests, rows(3))
    first, *_rest = gathered(job_id)
    queue.get_fetch_publisher().send({"harvest_object_id": first})
    consumer = queue.get_fetch_consumer()
    method, header, body = consumer.basic_get("")
    queue.fetch_callback(consumer, method, header, body)
    act("harvest_job_abort", id=job_id)
    deliver()
    assert len(state()[0]) == 1
    assert ingest.run_of(job_id=job_id)["status"] == "aborted"
    assert harvests.run()["counters"]["created"] == 2


def test_one_run_of_a_source_at_a_time(harvests: Harvests) -> None:
    source_id = harvests.source(rows(1))
    with source_lock(source_id), pytest.raises(sources.AlreadyRunning):
        harvests.run()
    with source_lock(source_id):
        job_id = queued(harvests, None)
        gathered(job_id)
        run = ingest.run_of(job_id=job_id)
        assert run["status"] == "failed"
    assert harvests.run()["status"] == "finished"


def test_an_outage_of_solr_is_repaired_by_the_next_run(
    harvests: Harvests, state: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    harvests.source(rows(2))
    with monkeypatch.context() as outage:
        outage.setattr(pysolr.Solr, "add", _down)
        run = harvests.run()
    assert run["status"] == "finished"
    assert state()[3] == 2
    harvests.run()
    assert state()[3] == 0
    assert len(state()[2]) == 2


def _down(*_args: Any, **_kwargs: Any) -> None:
    raise pysolr.SolrError("Solr is down")


def test_an_exception_while_gathering_deletes_nothing(
    harvests: Harvests, state: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    harvests.run(rows(2))
    with monkeypatch.context() as broken:
        broken.setattr(Planner, "read", _broken)
        run = harvests.run(rows(1))
    assert run["status"] == "failed"
    assert len(state()[0]) == 2
    assert harvests.run(rows(2))["counters"]["unchanged"] == 2


def _broken(*_args: Any) -> None:
    raise RuntimeError("a fault of ours")


def test_a_batch_that_can_not_be_written_keeps_no_other_from_it(
    harvests: Harvests, state: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = applying._write
    with monkeypatch.context() as broken:

        def breaking(records: Any, *args: Any) -> Any:
            if records[0]["guid"] == "2":
                raise RuntimeError("a fault of ours")
            return write(records, *args)

        broken.setattr(applying, "_write", breaking)
        run = harvests.run(rows(3))
    assert (run["status"], run["counters"]["refused"]) == ("finished", 1)
    assert set(state()[0]) == {"1", "3"}
    assert harvests.run()["counters"]["created"] == 1


def test_a_plugin_that_commits_midway_loses_nothing(
    harvests: Harvests, state: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = writer._save

    def ending(dataset: dict[str, Any], user: str, *, new: bool) -> str:
        found = save(dataset, user, new=new)
        if dataset["harvest_guid"] == "2":
            model.Session.commit()
            model.Session.commit()
        return found

    with changed_config("ckanext.ontario.harvest.batch_size", 3):
        monkeypatch.setattr(writer, "_save", ending)
        run = harvests.run(rows(3))
    assert (run["status"], run["counters"].get("refused", 0)) == ("finished", 0)
    found, known, _index, _waiting = state()
    assert set(found) == {"1", "2", "3"}
    assert len(known) == 3
    monkeypatch.undo()
    harvests.run(rows(3, internal="x"))
    assert len(state()[0]) == 3
