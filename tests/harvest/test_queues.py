"""Runs through the queues, stopped, delivered twice, or in the middle of a fault of ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pysolr
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests.helpers import changed_config
from ckanext.harvest import queue
from ckanext.harvest.model import HarvestObject

from ckanext.ontario.harvest import applying, ingest, sources
from ckanext.ontario.harvest import model as tables
from ckanext.ontario.harvest.locks import source_lock
from ckanext.ontario.harvest.planning import Planner
from ckanext.ontario.ingest import writer

from .conftest import Harvests, act, deliver, rows


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


def test_two_sources_that_refuse_each_others_records_and_plan_at_the_same_time(
    harvests: Harvests, tmp_path: Path
) -> None:
    other = Harvests(tmp_path, "edu")
    other.name = "other-source"
    jobs: list[str] = []
    for each in (harvests, other):
        each.config = {"guids": "refuse"}
        jobs.append(queued(each, rows(2)))
        carriers = gathered(jobs[-1])
        assert len(carriers) == 2
    deliver()
    counts = [ingest.run_of(job_id=job)["counters"] for job in jobs]
    assert [each.get("created", 0) for each in counts] == [2, 0]
    assert [each.get("refused", 0) for each in counts] == [0, 2]
    assert model.Session.query(tables.HarvestRecord).count() == 2


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
