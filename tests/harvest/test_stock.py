"""ckanext-harvest's own actions and commands, answered from the engine's tables."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ckan import model
from ckan.lib.search.common import make_connection
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckan.tests.helpers import changed_config
from ckanext.harvest import queue, utils
from ckanext.harvest.model import HarvestGatherError, HarvestJob, HarvestObject

from ckanext.ontario.harvest import ingest
from ckanext.ontario.harvest import model as tables
from statements import statements

from .conftest import Harvests, act, deliver, row, rows

STATS = {"added", "updated", "not modified", "errored", "deleted"}


def test_a_jobs_statistics_are_the_runs(harvests: Harvests) -> None:
    harvests.run(rows(10))
    run = harvests.run([row(1, en="Changed"), *rows(9)[1:], row(11), row(12, access="?")])
    job = act("harvest_job_show", id=run["job_id"])
    assert job["stats"] == {
        "added": 1, "updated": 1, "not modified": 8, "errored": 1, "deleted": 0,
    }  # fmt: skip
    assert job["status"] == "Finished"
    assert job["finished"]
    assert job["object_error_summary"][0]["error_count"] == 1
    assert job["gather_error_summary"] == []
    listed = act("harvest_job_list", source_id=run["source_id"])
    assert listed[0]["stats"] == job["stats"]
    status = act("harvest_source_show_status", id=run["source_id"])
    assert status["job_count"] == 2
    assert status["total_datasets"] == 11
    assert status["last_job"]["stats"] == job["stats"]
    report = act("harvest_job_report", id=run["job_id"])
    assert report["gather_errors"] == []
    ((_key, entry),) = report["object_errors"].items()
    assert entry["errors"][0]["line"] == 12


def test_a_failed_job_says_why(harvests: Harvests) -> None:
    run = harvests.run(b"nothing,known\n1,2\n")
    job = act("harvest_job_show", id=run["job_id"])
    assert (job["status"], job["stats"]["errored"]) == ("Finished", 1)
    assert len(job["gather_error_summary"]) == 1
    report = act("harvest_job_report", id=run["job_id"])
    assert len(report["gather_errors"]) == 1


def test_a_job_without_a_run_is_ckanext_harvests(harvests: Harvests) -> None:
    source_id = harvests.source(rows(1))
    job = act("harvest_job_create", source_id=source_id, run=False)
    shown = act("harvest_job_show", id=job["id"])
    assert set(shown["stats"]) == STATS
    assert "run" not in shown


def test_run_test_harvests(harvests: Harvests) -> None:
    source_id = harvests.source(rows(2))
    utils.run_test_harvester(source_id, force_import=None)
    assert tables.count_records(source_id) == 2
    job: Any = HarvestJob.filter(source_id=source_id).one()
    assert job.status == "Finished"


def test_the_scheduled_tick_starts_what_is_due(harvests: Harvests) -> None:
    source_id = harvests.source(rows(2))
    act("harvest_source_patch", id=source_id, frequency="ALWAYS")
    act("harvest_jobs_run")
    deliver()
    assert tables.count_records(source_id) == 2


def test_clearing_sets_inactive_and_a_harvest_brings_back(
    harvests: Harvests, packages: Any
) -> None:
    run = harvests.run(rows(3))
    names = {each["name"] for each in packages().values()}
    act("harvest_source_clear", id=run["source_id"])
    found = packages()
    assert {each["record_status"] for each in found.values()} == {"inactive"}
    assert HarvestJob.filter(source_id=run["source_id"]).count() == 0
    assert model.Session.query(HarvestObject).count() == 0
    assert ingest.call("run_list", {"source_id": run["source_id"]}) == []
    again = harvests.run()
    assert again["counters"]["updated"] == 3
    assert {each["name"] for each in packages().values()} == names
    assert {each["record_status"] for each in packages().values()} == {"active"}


@pytest.mark.parametrize("keep", [False, True])
def test_clearing_the_history_keeps_the_datasets(
    harvests: Harvests, packages: Any, keep: bool
) -> None:
    harvests.run(rows(3))
    last = harvests.run([*rows(3), row(4)])
    act("harvest_source_job_history_clear", id=last["source_id"], keep_current=keep)
    assert len(packages()) == 4
    left = [run["id"] for run in ingest.call("run_list", {"source_id": last["source_id"]})]
    assert left == ([last["id"]] if keep else [])
    assert HarvestJob.filter(source_id=last["source_id"]).count() == len(left)
    assert harvests.run()["counters"]["unchanged"] == 4


def test_importing_a_record_again_harvests_it_alone(harvests: Harvests, packages: Any) -> None:
    run = harvests.run(rows(3))
    wanted = {"2": {"guid": "2"}, "1": {"package_id": packages()["1"]["name"]}}
    for guid, key in wanted.items():
        assert act("harvest_objects_import", **key) == 1
        deliver()
        (last,) = ingest.call("run_list", {"source_id": run["source_id"], "limit": 1})
        assert last["details"]["record"] == {"guid": guid, "result": "unchanged"}
    assert tables.count_records(run["source_id"], forced=True) == 0
    assert act("harvest_objects_import", guid="9") == 0


def test_importing_again_is_else_done_by_the_next_harvest(harvests: Harvests) -> None:
    run = harvests.run(rows(3))
    act("harvest_job_create", source_id=run["source_id"], run=False)
    assert act("harvest_objects_import", guid="2") == 1
    assert harvests.run()["counters"] == {
        "rows": 3, "changed": 1, "unchanged": 2, "updated": 1, "kept": 0, "invalid": 0,
    }  # fmt: skip
    assert act("harvest_objects_import", source_id=run["source_id"]) == 3
    assert harvests.run()["counters"]["updated"] == 3


@pytest.mark.parametrize(
    "action",
    ["send_mail", "send_error_email", "send_summary_email", "prepare_error_mail",
     "prepare_summary_mail", "get_mail_extra_vars"],
)  # fmt: skip
def test_helpers_that_are_no_actions_refuse(clean: None, action: str) -> None:
    admin = factories.Sysadmin()
    with pytest.raises(tk.NotAuthorized):
        tk.get_action(action)({"user": admin["name"]}, {})


@pytest.mark.parametrize("content", [rows(2), [row(1, access="?")], b"nothing,known\n1\n"])
def test_mail_says_where_to_look_in_both_languages(
    harvests: Harvests, monkeypatch: pytest.MonkeyPatch, content: Any
) -> None:
    sent: list[tuple[str, str, str]] = []
    monkeypatch.setattr(
        "ckan.lib.mailer.mail_recipient",
        lambda _name, address, subject, body: sent.append((address, subject, body)),
    )
    admin = factories.Sysadmin(email="admin@ontario.ca")
    with changed_config("ckan.harvest.status_mail.errored", True):
        run = harvests.run(content)
    if content == rows(2):
        assert sent == []
        return
    _address, subject, body = next(each for each in sent if each[0] == admin["email"])
    assert "attention" in subject
    assert "/fr/harvest/" in body
    assert body.count(run["job_id"]) == 2
    assert "Water quality" not in body


def test_a_source_is_in_the_search_without_its_configuration(
    harvests: Harvests, indexed: Any
) -> None:
    harvests.config = {"organizations": {"a secret word": "moh"}, "profile": "ontario"}
    harvests.run(rows(1))
    solr = make_connection()
    solr.commit()
    (found,) = solr.search("dataset_type:harvest", fl="*")
    for key in ("data_dict", "validated_data_dict"):
        found.pop(key)
    assert "secret" not in str(found)


def test_what_is_gone_is_never_queued_as_an_object(harvests: Harvests, packages: Any) -> None:
    """DCATJSONHarvester queues deletions as ``{"harvest_object_id": null}``."""
    harvests.run(rows(10))
    before = model.Session.query(HarvestObject).count()
    source_id = harvests.source(rows(9))
    job = act("harvest_job_create", source_id=source_id, run=True)
    consumer = queue.get_gather_consumer()
    method, header, body = consumer.basic_get("")
    queue.gather_callback(consumer, method, header, body)
    assert queue.get_connection().llen(queue.get_fetch_routing_key()) == 0
    assert model.Session.query(HarvestObject).count() == before
    assert ingest.run_of(job_id=job["id"])["counters"]["inactive"] == 1
    assert len(packages()) == 10


def test_no_record_is_copied_into_the_jobs_objects(harvests: Harvests) -> None:
    """ckanext-harvest keeps each record's document for each job, for ever."""
    harvests.run(rows(3))
    harvests.run(rows(3, internal="x"))
    objects: list[Any] = model.Session.query(HarvestObject).all()
    assert len(objects) == 2
    assert {each.content for each in objects} == {None}
    assert [each.extras for each in objects] == [[], []]
    batches: list[Any] = model.Session.query(tables.HarvestBatch).all()
    assert {each.payload for each in batches} == {None}


def test_a_name_is_found_without_looking_at_others(harvests: Harvests) -> None:
    """ckanext-harvest reads every name that begins like the title, and gives up after 999."""
    with statements() as asked:
        harvests.run(rows(3, en="The same", fr="Le même"))
    names = [each for each in asked if re.search(r"\bname\b[^,]*?(LIKE|~|>=)", each, re.IGNORECASE)]
    assert names == []


def test_gather_errors_of_ckanext_harvest_are_not_needed(harvests: Harvests) -> None:
    harvests.run(b"nothing,known\n1,2\n")
    assert model.Session.query(HarvestGatherError).count() == 0
