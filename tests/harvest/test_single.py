"""One record harvested alone: nothing else is planned, touched or forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests.helpers import changed_config
from ckanext.harvest import queue
from ckanext.harvest.model import HarvestJob
from lxml import html

from ckanext.ontario.harvest import approvals, changes, ingest, report, sources
from ckanext.ontario.harvest import model as tables
from ckanext.ontario.harvest.harvester import harvesters
from ckanext.ontario.harvest.locks import source_lock
from ckanext.ontario.harvest.single import Alone

from . import site
from .conftest import Harvests, act, deliver, row, rows, text
from .people import Caller
from .test_http import INSIDERS, people
from .test_runs import codes, conflicts, counts, titles

__all__ = ["people"]


def alone(harvests: Harvests, guid: str = "2") -> dict[str, Any]:
    """Harvest one record of the source as its document is now; return the run."""
    return sources.run_record_now(harvests.source(), guid, harvesters()["inventory"])


@pytest.fixture
def known() -> Callable[[], dict[str, tuple[Any, ...]]]:
    """A function that returns each record's row as the harvest knows it."""

    def read() -> dict[str, tuple[Any, ...]]:
        model.Session.rollback()
        found = model.Session.execute(sa.select(tables.RECORD)).mappings()
        return {each["guid"]: tuple(each.values()) for each in found}

    return read


def test_an_unchanged_record_is_written_and_no_other_is_touched(
    harvests: Harvests, packages: Any, known: Any
) -> None:
    whole = harvests.run(rows(3))
    other = {"en": "Mine", "fr": "À moi"}
    for guid in ("1", "2"):
        act("package_patch", id=packages()[guid]["id"], title_translated=other)
    before, records = packages(), known()
    run = alone(harvests)
    assert run["details"]["record"] == {"guid": "2", "result": "updated"}
    assert counts(run) == {"rows": 1, "changed": 1}
    assert conflicts(run) == [(3, "field_overwritten")]
    after = packages()
    assert titles(after) == {"1": "Mine", "2": "Water quality 2", "3": "Water quality 3"}
    assert {key: after[key] for key in ("1", "3")} == {key: before[key] for key in ("1", "3")}
    assert {key: known()[key] for key in ("1", "3")} == {key: records[key] for key in ("1", "3")}
    assert alone(harvests)["details"]["record"]["result"] == "unchanged"

    again = harvests.run()
    assert again["same_as"] == whole["id"]
    assert counts(again) == {"rows": 3, "unchanged": 3}
    assert titles(packages())["1"] == "Mine"


def test_a_changed_document_is_read_for_the_one_record(
    harvests: Harvests, packages: Any, known: Any
) -> None:
    harvests.run(rows(10))
    records = known()
    harvests.source([row(1, en="Changed"), row(2, en="Changed too"), row(11)])
    run = alone(harvests)
    assert counts(run) == {"rows": 1, "changed": 1}
    assert approvals.find(run["id"]) is None
    found = titles(packages())
    assert (len(found), found["1"], found["2"]) == (10, "Water quality 1", "Changed too")
    assert {key: row_ for key, row_ in known().items() if key != "2"} == {
        key: row_ for key, row_ in records.items() if key != "2"
    }

    whole = harvests.run()
    assert counts(whole) == {"rows": 3, "new": 1, "changed": 1, "unchanged": 1, "gone": 8}
    assert approvals.find(whole["id"])["state"] == "waiting"


def test_the_document_of_the_last_whole_harvest_again_takes_the_record_back(
    harvests: Harvests, packages: Any
) -> None:
    harvests.run(rows(3))
    harvests.source([row(1), row(2, en="Changed"), row(3)])
    alone(harvests)
    assert titles(packages())["2"] == "Changed"
    back = harvests.run(rows(3))
    assert back["same_as"] is None
    assert counts(back) == {"rows": 3, "changed": 1, "unchanged": 2}
    assert titles(packages())["2"] == "Water quality 2"


def test_the_next_whole_harvest_asks_the_server_about_its_own_document(harvests: Harvests) -> None:
    with site.opened() as web, changed_config("ckanext.ontario.harvest.allowed_hosts", [web.host]):
        web.publish(text(rows(3)).encode())
        source_id = sources.ensure(
            name=harvests.name, title="Web", url=web.url, kind="inventory",
            organization_id=harvests.organization_id, config={},
        )  # fmt: skip
        inventory = harvesters()["inventory"]
        whole = sources.run_now(source_id, inventory)
        run = sources.run_record_now(source_id, "2", inventory)
        assert run["details"]["record"]["result"] == "unchanged"
        again = sources.run_now(source_id, inventory)
        assert web.answers == [200, 200, 304]
        assert (again["same_as"], counts(again)) == (whole["id"], {"rows": 3, "unchanged": 3})


def test_what_is_refused_leaves_the_dataset_and_the_next_harvest_as_they_were(
    harvests: Harvests, packages: Any, known: Any
) -> None:
    harvests.run(rows(3))
    before, records = packages(), known()
    harvests.source([row(1, access="?"), row(2, access="Partly open"), row(3)])
    run = alone(harvests)
    assert report.summary(run)["record"] == {"guid": "2", "result": "refused"}
    assert report.summary(run)["outcome"] == "attention"
    assert codes(run, "error") == [(3, "choice_unknown")]
    assert (packages(), known()) == (before, records)
    assert counts(harvests.run(rows(3))) == {"rows": 3, "unchanged": 3}


def test_a_record_that_is_not_in_the_document_is_named_in_both_languages(
    harvests: Harvests, packages: Any, known: Any
) -> None:
    whole = harvests.run(rows(3))
    harvests.source([row(1), row(3)])
    before, records = packages(), known()
    run = alone(harvests)
    assert (run["status"], run["details"]["record"]["result"]) == ("failed", None)
    (issue,) = report.issues(run, limit=9)
    assert issue["code"] == "record_not_in_document"
    assert "“2”" in issue["message"]["en"]
    assert "«\xa02\xa0»" in issue["message"]["fr"]
    assert (packages(), known()) == (before, records)
    assert harvests.run(rows(3))["same_as"] == whole["id"]


def test_an_empty_document_is_said_to_be_empty(harvests: Harvests) -> None:
    harvests.run(rows(3))
    harvests.source([])
    assert codes(alone(harvests), "fatal") == [(0, "inventory_without_rows")]
    harvests.source(b"nothing,known\n1,2\n")
    assert codes(alone(harvests), "fatal") == [(0, "header_unknown")]


def test_a_record_that_comes_twice_is_taken_once_and_told(harvests: Harvests) -> None:
    harvests.run(rows(3))
    harvests.source([row(1), row(2, en="First"), row(2, en="Second"), row(3)])
    run = alone(harvests)
    assert run["details"]["record"]["result"] == "updated"
    assert codes(run, "error") == [(4, "identifier_repeated")]


def test_a_purged_dataset_is_made_again_and_a_deleted_one_is_left(
    harvests: Harvests, packages: Any
) -> None:
    harvests.run(rows(3))
    found = packages()
    act("dataset_purge", id=found["2"]["id"])
    assert alone(harvests)["details"]["record"]["result"] == "created"
    assert set(packages()) == {"1", "2", "3"}
    act("package_delete", id=found["3"]["id"])
    run = alone(harvests, "3")
    assert run["details"]["record"]["result"] == "kept"
    assert (4, "record_deleted_here") in codes(run, "warning")


def test_what_came_back_while_a_decision_waited_is_not_called_gone(
    harvests: Harvests, packages: Any
) -> None:
    harvests.run(rows(10))
    asked = harvests.run(rows(5))
    harvests.source(rows(6))
    assert alone(harvests, "6")["details"]["record"]["result"] == "unchanged"
    assert approvals.find(asked["id"])["state"] == "waiting"
    assert act("ontario_harvest_gone_approve", run_id=asked["id"]) == {"inactive": 4}
    inactive = {key for key, each in packages().items() if each["record_status"] == "inactive"}
    assert inactive == {"7", "8", "9", "10"}


def test_the_last_whole_harvest_is_kept_for_the_next(harvests: Harvests) -> None:
    whole = harvests.run(rows(3))
    for _number in range(3):
        alone(harvests)
    assert act("ontario_harvest_run_clean", keep=1)["removed"] == 2
    assert harvests.run()["same_as"] == whole["id"]


def test_other_records_are_read_and_left_out(tmp_path: Any) -> None:
    path = tmp_path / "inventory.csv"
    path.write_text(text([row(1, access="?"), row(2), row(3, access="?")]), encoding="utf-8")
    reader = harvesters()["inventory"].reader
    found = list(Alone(reader, "2").read(path, {"filename": path.name}))
    assert [each.guid for each in found] == ["2"]


# --- queues and locks ------------------------------------------------------------------------


def test_through_the_queues(harvests: Harvests, known: Any) -> None:
    harvests.run(rows(3))
    records = known()
    source_id = harvests.source([row(1, en="x"), row(2, en="Changed"), row(3)])
    job_id = sources.queue_record(source_id, "2")
    act("harvest_jobs_run")  # a tick leaves a job alone that waits for its turn
    assert queue.get_connection().llen(queue.get_gather_routing_key()) == 1
    deliver()
    run = ingest.run_of(job_id=job_id)
    assert (run["status"], run["details"]["record"]["result"]) == ("finished", "updated")
    assert act("harvest_job_show", id=job_id)["status"] == "Finished"
    assert {key for key, value in known().items() if value != records[key]} == {"2"}


def test_a_delivery_that_was_lost_is_sent_again_for_the_one_record(
    harvests: Harvests, packages: Any
) -> None:
    harvests.run(rows(3))
    source_id = harvests.source([row(1, en="x"), row(2, en="Changed"), row(3, en="x")])
    job_id = sources.queue_record(source_id, "2")
    queue.get_connection().flushdb()
    act("harvest_jobs_run")
    deliver()
    assert ingest.run_of(job_id=job_id)["details"]["record"]["result"] == "updated"
    assert titles(packages()) == {"1": "Water quality 1", "2": "Changed", "3": "Water quality 3"}


def test_one_run_of_a_source_at_a_time(harvests: Harvests, packages: Any) -> None:
    harvests.run(rows(3))
    source_id = harvests.source([row(1), row(2, en="Changed"), row(3)])
    act("harvest_job_create", source_id=source_id, run=True)
    for start in (sources.queue_record, lambda *_names: alone(harvests)):
        with pytest.raises(sources.AlreadyRunning):
            start(source_id, "2")
    deliver()
    with source_lock(source_id), pytest.raises(sources.AlreadyRunning):
        alone(harvests)
    assert titles(packages())["2"] == "Changed"
    assert HarvestJob.filter(source_id=source_id).count() == 2


def test_a_stopped_run_writes_nothing(harvests: Harvests, packages: Any) -> None:
    whole = harvests.run(rows(3))
    source_id = harvests.source([row(1), row(2, en="Changed"), row(3)])
    job_id = sources.queue_record(source_id, "2")
    act("harvest_job_abort", id=job_id)
    deliver()
    assert ingest.run_of(job_id=job_id)["status"] == "aborted"
    assert titles(packages())["2"] == "Water quality 2"
    assert harvests.run(rows(3))["same_as"] == whole["id"]


# --- who may, and what is said ---------------------------------------------------------------


def test_those_who_may_harvest_the_source_may(
    harvests: Harvests, people: dict[str, Caller], known: Any
) -> None:
    source_id = harvests.run(rows(3))["source_id"]
    before = known()
    for name, person in people.items():
        answer = person.action("ontario_harvest_record_run", source_id=harvests.name, guid="2")
        assert (answer.status_code == 200) == (name in INSIDERS), (name, answer.text)
        if name not in INSIDERS:
            assert answer.status_code in {401, 403, 404}, name
            assert HarvestJob.filter(source_id=source_id, status="Running").count() == 0
            assert known() == before
            continue
        deliver()
        asked = person.ask("ontario_harvest_run_show", job_id=answer.json["result"]["job_id"])
        assert asked["id"] == answer.json["result"]["run_id"]
        assert asked["record"] == {"guid": "2", "result": "unchanged"}


def test_what_can_not_be_is_said_in_the_callers_language(
    harvests: Harvests, people: dict[str, Caller]
) -> None:
    source_id = harvests.run(rows(1))["source_id"]
    editor = people["editor"]
    for language, said in (("en", "no record “9”"), ("fr", "aucune fiche «\u00a09\u00a0»")):
        asked = {"source_id": source_id, "guid": "9"}
        wrong = editor.refused("ontario_harvest_record_run", language, **asked)
        assert said in wrong["guid"][0]
    assert "guid" in editor.refused("ontario_harvest_record_run", source_id=source_id)
    nowhere = editor.action("ontario_harvest_record_run", source_id="nothing", guid="1")
    assert nowhere.status_code == 404
    editor.ask("ontario_harvest_record_run", source_id=source_id, guid="1")
    busy = editor.refused("ontario_harvest_record_run", "fr", source_id=source_id, guid="1")
    assert "déjà" in busy["source_id"][0]
    deliver()
    act("harvest_source_patch", id=source_id, state="deleted")
    model.Session.query(sources.HarvestSource).filter_by(id=source_id).update({"active": False})
    model.Session.commit()
    off = people["administrator"].action(
        "ontario_harvest_record_run", source_id=source_id, guid="1"
    )
    assert off.status_code == 409


def test_a_button_harvests_one_record_and_its_page_says_what_came_of_it(
    harvests: Harvests, people: dict[str, Caller], packages: Any
) -> None:
    harvests.run(rows(3))
    harvests.source([row(1, en="x"), row(2, en="Changed"), row(3)])
    editor = people["editor"]
    shown = editor.page(f"/harvest/{harvests.name}/records?text=quality+2")
    (link,) = [each for each in shown.xpath("//table//a/@href") if "guid=" in each]
    asked = editor.page(link)
    assert asked.xpath("//form//input[@name='guid']/@value") == ["2"]
    assert "no other record is touched" in asked.text_content()
    answer = editor.post(f"/harvest/{harvests.name}/again", data={"guid": "2"})
    assert answer.location.endswith(f"/harvest/{harvests.name}/job/last")
    to = editor.get(answer.location).location
    assert "of one record alone: 2" in words(editor.page(to))
    deliver()
    assert titles(packages()) == {"1": "Water quality 1", "2": "Changed", "3": "Water quality 3"}
    assert "Its dataset was changed" in words(editor.page(to))
    assert "Son jeu de données a été modifié" in words(editor.page(f"/fr{urlsplit(to).path}"))
    harvests.source([row(1), row(3)])
    editor.post(f"/harvest/{harvests.name}/again", data={"guid": "2"})
    deliver()
    to = editor.get(f"/harvest/{harvests.name}/job/last").location
    failed = words(editor.page(to))
    assert "It was not written" in failed
    assert "The document holds no record “2”" in failed
    assert "document could not be used" not in failed


def words(found: html.HtmlElement) -> str:
    return " ".join(found.xpath("string(//main | //*[@role='main'])").split())


def test_a_marked_record_is_written_by_the_next_harvest(
    harvests: Harvests, people: dict[str, Caller]
) -> None:
    run = harvests.run(rows(3))
    people["editor"].ask("ontario_harvest_record_force", source_id=run["source_id"], guid="2")
    done = harvests.run()
    assert (done["counters"]["updated"], done["counters"]["unchanged"]) == (1, 2)
    rows_, total = changes.list_changes(done["id"], limit=5)
    assert (total, rows_[0]["guid"], rows_[0]["changes"]) == (1, "2", [])
    unknown = people["editor"].action(
        "ontario_harvest_record_force", source_id=run["source_id"], guid="9"
    )
    assert unknown.status_code == 409
