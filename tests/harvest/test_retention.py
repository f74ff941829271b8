"""Old runs are forgotten, and none that anything still needs."""

from __future__ import annotations

from typing import Any

import pytest
from ckan import model
from ckan.tests.helpers import changed_config
from ckanext.harvest.model import HarvestJob, HarvestObject
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.harvest import approvals, changes, clearing, ingest
from ckanext.ontario.harvest import model as tables
from ckanext.ontario.harvest.locks import source_lock

from .conftest import Harvests, act, row, rows


def left(source_id: str) -> list[str]:
    return [run["id"] for run in ingest.call("run_list", {"source_id": source_id, "limit": 100})]


def test_the_latest_runs_stay(harvests: Harvests, packages: Any) -> None:
    runs = [harvests.run([*rows(2), row(3 + number)]) for number in range(4)]
    source_id = runs[0]["source_id"]
    counted = act("ontario_harvest_run_clean", keep=2, dry_run=True)
    assert counted == {"removed": 2, "sources": {source_id: 2}}
    assert len(left(source_id)) == 4
    assert act("ontario_harvest_run_clean", keep=2)["removed"] == 2
    assert left(source_id) == [runs[3]["id"], runs[2]["id"]]
    for table, column in ((tables.HarvestBatch, "run_id"), (tables.HarvestChange, "run_id")):
        query = model.Session.query(getattr(table, column)).distinct()
        assert {value for (value,) in query} == {runs[3]["id"], runs[2]["id"]}
    jobs = {job.id for job in HarvestJob.filter(source_id=source_id)}
    assert jobs == {runs[3]["job_id"], runs[2]["job_id"]}
    objects = model.Session.query(HarvestObject.harvest_job_id).distinct()
    assert {value for (value,) in objects} <= jobs
    assert changes.list_changes(runs[0]["id"], limit=1)[1] == 0
    assert harvests.run()["counters"]["unchanged"] == 3
    assert len(packages()) == 6


def test_a_run_with_an_open_decision_stays(harvests: Harvests) -> None:
    harvests.run(rows(10))
    asked = harvests.run(rows(5))
    source_id = asked["source_id"]
    failed = [harvests.run(b"nothing,known\n1,2\n") for _number in range(3)]
    assert act("ontario_harvest_run_clean", keep=1)["removed"] == 3
    assert set(left(source_id)) == {failed[-1]["id"], asked["id"]}
    assert approvals.find(asked["id"])["state"] == "waiting"
    assert act("ontario_harvest_gone_list", run_id=asked["id"])["total"] == 5
    assert act("ontario_harvest_gone_approve", run_id=asked["id"]) == {"inactive": 5}


def test_a_run_whose_report_is_shown_stays(harvests: Harvests) -> None:
    first = harvests.run(rows(2))
    same = [harvests.run() for _number in range(3)]
    assert act("ontario_harvest_run_clean", keep=1)["removed"] == 2
    assert set(left(first["source_id"])) == {same[-1]["id"], first["id"]}


def test_a_run_under_way_stays_and_its_source_is_left_alone(harvests: Harvests) -> None:
    runs = [harvests.run([*rows(2), row(3 + number)]) for number in range(3)]
    ingest.patch_run(runs[0]["id"], {"status": "running"})
    model.Session.commit()
    with source_lock(runs[0]["source_id"]):
        assert act("ontario_harvest_run_clean", keep=1)["removed"] == 0
    assert act("ontario_harvest_run_clean", keep=1)["removed"] == 1
    assert set(left(runs[0]["source_id"])) == {runs[2]["id"], runs[0]["id"]}


def test_the_setting_says_how_many_and_0_keeps_all(harvests: Harvests) -> None:
    runs = [harvests.run([*rows(2), row(3 + number)]) for number in range(3)]
    with changed_config("ckanext.ontario.harvest.keep_runs", 0):
        assert act("ontario_harvest_run_clean")["removed"] == 0
    with changed_config("ckanext.ontario.harvest.keep_runs", 2):
        assert act("ontario_harvest_run_clean")["removed"] == 1
    assert len(left(runs[0]["source_id"])) == 2


RUN = st.fixed_dictionaries(
    {
        "id": st.uuids().map(str),
        "status": st.sampled_from(["running", "finished", "failed", "aborted"]),
        "same_as": st.none(),
        "details": st.sampled_from([{}, {"record": {"guid": "1", "result": None}}]),
    }
)


@given(st.lists(RUN, max_size=12, unique_by=lambda run: run["id"]), st.integers(1, 5), st.data())
def test_what_is_needed_is_kept(runs: list[dict[str, Any]], keep: int, data: Any) -> None:
    ids = [run["id"] for run in runs]
    waiting = set(data.draw(st.lists(st.sampled_from(ids), max_size=2))) if ids else set()
    for number, run in enumerate(runs[:-1]):
        run["same_as"] = data.draw(st.sampled_from([None, *ids[number + 1 :]]))
    kept = clearing.needed(runs, keep, waiting)
    assert waiting <= kept
    assert set(ids[:keep]) <= kept
    assert {run["id"] for run in runs if run["status"] == "running"} <= kept
    shown = {run["same_as"] for run in runs if run["id"] in set(ids[:keep])}
    assert shown - {None} <= kept
    whole = [run for run in runs if run["status"] == "finished" and not run["details"]]
    assert {run["id"] for run in whole[:1]} <= kept


@pytest.mark.parametrize("keep", ["many", -1])
def test_a_wrong_number_is_refused(clean: None, keep: Any) -> None:
    with pytest.raises(Exception, match=r"whole number|Choose from"):
        act("ontario_harvest_run_clean", keep=keep)
