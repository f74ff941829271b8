"""Pages of sources and runs: the form of each kind, trials, reports, decisions, schedules."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from ckan import model
from ckanext.harvest.model import HarvestJob, HarvestSource
from lxml import html

from ckanext.ontario.harvest import approvals, ingest, live
from ckanext.ontario.harvest import model as tables
from ckanext.ontario.harvest.fields import FieldKind
from ckanext.ontario.harvest.harvester import harvesters

from .conftest import Harvests, row, rows, text
from .people import Caller
from .test_http import OUTSIDERS, document, people

__all__ = ["people"]


def page(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text[:2000]
    return html.fromstring(answer.data)


def words(found: Any) -> str:
    return " ".join(found.xpath("string(//main | //*[@role='main'])").split())


# --- the form --------------------------------------------------------------------------------


def form(harvests: Harvests, **fields: Any) -> dict[str, Any]:
    return {
        "title": "Health inventory",
        "name": "health-inventory",
        "owner_org": harvests.organization_id,
        "source_type": "inventory",
        "options_of": "inventory",
        "frequency": "MANUAL",
        "url": "",
        "config": "",
        "option-profile": "ontario",
        "option-sheet": "",
        **fields,
    }


def test_every_option_of_a_kind_is_on_its_form(people: dict[str, Caller]) -> None:
    for kind, harvester in harvesters().items():
        found = page(people["administrator"].get(f"/harvest/new?source_type={kind}"))
        inputs = {each.get("name"): each for each in found.xpath("//form//*[@name]")}
        for field in harvester.fields:
            label = found.xpath(f"//label[@for='field-{field.input}']")
            assert label, (kind, field.name)
            if field.kind is FieldKind.CHOICE:
                assert inputs[field.input].xpath("option/@value") == list(field.choices)
        assert ("document" in inputs) == bool(harvester.uploads)
        known = getattr(harvester.reader, "known", None)
        if known is not None:  # what a reader takes is what its form asks for
            assert {field.name for field in harvester.fields} == set(known), kind


def test_only_administrators_are_asked_about_other_organizations(
    people: dict[str, Caller],
) -> None:
    for name, asked in (("editor", False), ("administrator", True)):
        found = page(people[name].get("/harvest/new?source_type=inventory"))
        assert bool(found.xpath("//*[@name='option-publishers']")) == asked


def test_a_form_becomes_a_source_with_its_options(
    harvests: Harvests, people: dict[str, Caller]
) -> None:
    data = form(
        harvests,
        document=document(text(rows(1))),
        config='{"organizations": {"MOH": "moh"}}',
        **{"option-sheet": " Data ", "option-guids": "refuse"},
    )
    answer = people["editor"].post("/harvest/save", data={**data, "do": "save"})
    assert answer.status_code == 302, answer.text[:3000]
    stored: Any = model.Session.query(HarvestSource).one()
    assert stored.url.startswith("upload:")
    options = {"profile": "ontario", "sheet": "Data", "guids": "refuse"}
    assert json.loads(stored.config) == {**options, "organizations": {"MOH": "moh"}}

    shown = page(people["editor"].get(f"/harvest/edit/{data['name']}"))
    assert shown.xpath("//*[@name='option-sheet']/@value") == ["Data"]
    assert "organizations" in shown.xpath("string(//*[@name='config'])")
    assert "sheet" not in shown.xpath("string(//*[@name='config'])")
    again = {**form(harvests), "id": stored.id, "url": stored.url, "do": "save"}
    assert people["editor"].post("/harvest/save", data=again).status_code == 302
    model.Session.expire_all()
    assert json.loads(HarvestSource.get(stored.id).config) == {"profile": "ontario"}


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"option-profile": "x"}, "option-profile", "Choose one of the values"),
        ({"url": ""}, "url", "Missing"),
        ({"config": "{"}, "config", "JSON"),
    ],
)
def test_a_wrong_form_comes_back_with_what_was_written(
    harvests: Harvests, people: dict[str, Caller], fields: Any, field: str, said: str
) -> None:
    data = {**form(harvests), "option-sheet": "Mine", "do": "save", **fields}
    shown = page(people["editor"].post("/harvest/save", data=data))
    assert said in words(shown)
    assert shown.xpath("//*[@name='option-sheet']/@value") == ["Mine"]
    if field.startswith("option-"):
        assert shown.xpath(f"//*[@name='{field}']/@aria-invalid") == ["true"]
    assert model.Session.query(HarvestSource).count() == 0


# --- trials ----------------------------------------------------------------------------------


def test_a_trial_tells_all_and_keeps_nothing(
    harvests: Harvests, people: dict[str, Caller], versions: Any
) -> None:
    before = {k: v for k, v in versions().items() if k != "ontario_harvest_upload"}
    content = [row(1), row(2, access="Partly open")]
    data = {**form(harvests), "document": document(text(content)), "do": "try"}
    for prefix, title in (("", "Trial:"), ("/fr", "Essai")):
        data["document"] = document(text(content))
        shown = page(people["editor"].post(f"{prefix}/harvest/save", data=data))
        assert title in words(shown)
        assert "choice_unknown" in words(shown)
        assert "Water quality 1" in words(shown) or prefix
    after = {k: v for k, v in versions().items() if k != "ontario_harvest_upload"}
    assert after == before
    hidden = shown.xpath("//form[contains(@action, '/harvest/save')]//input")
    sent = {each.get("name"): each.get("value") for each in hidden}
    assert sent["url"].startswith("upload:")
    again = page(people["editor"].post("/harvest/save", data={**sent, "do": "change"}))
    assert again.xpath("//*[@name='title']/@value") == ["Health inventory"]
    assert people["editor"].post("/harvest/save", data={**sent, "do": "save"}).status_code == 302
    assert model.Session.query(HarvestSource).one().url == sent["url"]


def test_a_trial_of_a_source_tells_changes_field_by_field(
    harvests: Harvests, people: dict[str, Caller]
) -> None:
    run = harvests.run(rows(10))
    changed = [row(1, en="Lake levels"), *rows(9)[1:]]
    data = {
        **form(harvests, name=harvests.name),
        "id": run["source_id"],
        "document": document(text(changed)),
        "do": "try",
    }
    said = words(page(people["editor"].post("/harvest/save", data=data)))
    assert "Lake levels" in said
    assert "Water quality 1" in said
    assert "What would be missing" in said
    assert tables.count_records(run["source_id"]) == 10


def test_a_trial_is_for_those_who_may_save(harvests: Harvests, people: dict[str, Caller]) -> None:
    run = harvests.run(rows(1))
    for name in OUTSIDERS:
        for more in ({}, {"id": run["source_id"]}):
            data = {**form(harvests), "document": document(text(rows(1))), "do": "try", **more}
            answer = people[name].post("/harvest/save", data=data)
            assert answer.status_code in {302, 401, 403, 404}, name
            assert "Water quality" not in answer.text
    own = form(harvests, owner_org=str(model.Group.get("edu").id), id=run["source_id"])
    other = people["another ministry"].post("/harvest/save", data={**own, "do": "try"})
    assert other.status_code == 404


# --- reports ---------------------------------------------------------------------------------

MANY = [row(n, access="?" if n % 2 else "Under Review", formats="csv") for n in range(1, 131)]


def test_a_report_is_filtered_and_paged(harvests: Harvests, people: dict[str, Caller]) -> None:
    run = harvests.run(MANY)
    address = f"/harvest/{harvests.name}/job/{run['job_id']}"
    first = page(people["editor"].get(f"{address}?severity=error"))
    assert len(first.xpath("//table//tbody/tr")) == 50
    assert "65 issues" in words(first)
    assert "Page 1 of 2" in words(first)
    after = first.xpath("//a[@rel='next']/@href")[0]
    second = page(people["editor"].get(after))
    assert len(second.xpath("//table//tbody/tr")) == 15
    rows_ = second.xpath("//table//tbody/tr/td[2]/text()")
    assert not set(rows_) & set(first.xpath("//table//tbody/tr/td[2]/text()"))
    for query, none in (
        ("column=Access+Level", False),
        ("code=choice_unknown", False),
        ("text=ACCESS", False),
        ("text=100%25", True),
        ("code=nothing", True),
        ("page=99", True),
        ("page=-1&severity=loud", False),
    ):
        shown = page(people["editor"].get(f"{address}?{query}"))
        assert bool(shown.xpath("//table//tbody/tr")) != none, query


def test_a_file_of_issues_has_the_language_and_filters_of_its_link(
    harvests: Harvests, people: dict[str, Caller]
) -> None:
    run = harvests.run(MANY)
    address = f"/harvest/{harvests.name}/job/{run['job_id']}"
    shown = page(people["editor"].get(f"{address}?severity=error"))
    links = [link for link in shown.xpath("//a/@href") if "issues.csv" in link]
    assert len(links) == 2
    for link in links:
        answer = people["editor"].get(link)
        found = list(csv.DictReader(io.StringIO(answer.text)))
        assert len(found) == 65
        assert ("Ligne" in found[0]) == ("lang=fr" in link)


def test_a_run_shows_what_it_changed(harvests: Harvests, people: dict[str, Caller]) -> None:
    harvests.run(rows(3))
    run = harvests.run([row(1, en="Lake levels", url="https://example.com/x"), *rows(4)[1:]])
    address = f"/harvest/{harvests.name}/job/{run['job_id']}/changes"
    said = words(page(people["editor"].get(f"{address}?kind=updated")))
    assert "1 record" in said
    assert "Water quality 1" in said
    assert "Lake levels" in said
    only = people["editor"].action("ontario_harvest_change_list", run_id=run["id"], text="lake")
    (change,) = only.json["result"]["changes"]
    found = {one["field"]: (one["before"], one["after"]) for one in change["changes"]}
    assert found["title_translated"][0]["en"] == "Water quality 1"
    assert found["title_translated"][1]["en"] == "Lake levels"
    assert set(found) <= {"title_translated", "url"}
    every = people["editor"].action("ontario_harvest_change_list", run_id=run["id"])
    assert every.json["result"]["total"] == 2
    for name in OUTSIDERS:
        assert people[name].get(address).status_code != 200, name
        answer = people[name].action("ontario_harvest_change_list", run_id=run["id"])
        assert answer.status_code in {401, 403, 404}, name


# --- decisions -------------------------------------------------------------------------------


def test_the_page_of_what_is_gone_says_why_and_who(
    harvests: Harvests, people: dict[str, Caller]
) -> None:
    harvests.run(rows(60))
    run = harvests.run(rows(5))
    address = f"/harvest/{harvests.name}/job/{run['job_id']}"
    assert f"{address}/gone" in people["editor"].get(address).text
    shown = page(people["editor"].get(f"{address}/gone"))
    assert "More than a tenth" in words(shown)
    assert "You may not" in words(shown)
    assert people["director"].name in words(shown) or "Ask one of them" in words(shown)
    assert not shown.xpath("//form[contains(@action, '/approve')]")
    assert len(shown.xpath("//table//tbody/tr")) == 50
    more = page(people["editor"].get(f"{address}/gone?page=2"))
    assert len(more.xpath("//table//tbody/tr")) == 5
    assert page(people["director"].get(f"{address}/gone")).xpath(
        "//form[contains(@action, '/approve')] | //form[contains(@action, '/refuse')]"
    )
    for name in OUTSIDERS:
        assert people[name].get(f"{address}/gone").status_code != 200, name


def test_a_director_keeps_what_is_gone(
    harvests: Harvests, people: dict[str, Caller], packages: Any
) -> None:
    harvests.run(rows(10))
    run = harvests.run(rows(5))
    address = f"/harvest/{harvests.name}/job/{run['job_id']}"
    assert people["editor"].post(f"{address}/refuse").status_code == 403
    assert people["director"].post(f"{address}/refuse").status_code == 302
    model.Session.expire_all()
    assert tables.count_records(run["source_id"]) == 10
    assert approvals.find(run["id"])["state"] == "refused"
    assert "stay as they are" in people["editor"].get(address).text
    late = people["director"].post(f"{address}/approve")
    assert late.status_code == 302
    assert {each["record_status"] for each in packages().values()} == {"active"}
    asked = harvests.run(rows(5))
    assert approvals.find(asked["id"])["state"] == "waiting"


# --- a run that is under way -----------------------------------------------------------------


def test_a_run_under_way_says_how_far_it_is(harvests: Harvests, people: dict[str, Caller]) -> None:
    done = harvests.run(rows(3))
    ingest.patch_run(done["id"], {"status": "running", "phase": "plan", "finished": None})
    model.Session.commit()
    live.progress(done["job_id"])("read", 1200, None)
    address = f"/harvest/{harvests.name}/job/{done['job_id']}"
    shown = page(people["editor"].get(address))
    assert "1,200 rows" in words(shown)
    assert shown.xpath("//progress")
    assert shown.xpath("//*[@role='status' and @aria-live='polite']")
    assert not shown.xpath("//meta[@http-equiv='refresh']")
    by_itself = page(people["editor"].get(f"{address}?refresh=10"))
    assert by_itself.xpath("//meta[@http-equiv='refresh']/@content") == ["10"]
    assert "lignes" in words(page(people["editor"].get(f"/fr{address}")))
    ingest.patch_run(done["id"], {"phase": "apply"})
    model.Session.commit()
    data = people["editor"].action("ontario_harvest_run_show", job_id=done["job_id"]).json["result"]
    assert data["progress"]["stage"] == "index"
    assert (data["progress"]["done"], data["progress"]["total"]) == (3, 3)


def test_rate_and_remaining_time_are_of_what_is_written(harvests: Harvests) -> None:
    run = harvests.run(rows(3))
    tables.add_batch(
        {"run_id": run["id"], "source_id": run["source_id"], "number": 99, "kind": "write",
         "state": "waiting", "size": 3, "payload": b""}
    )  # fmt: skip
    running = {**run, "status": "running", "phase": "apply", "timings": {}}
    found = live.show(running)
    assert found is not None
    assert (found["stage"], found["done"], found["total"]) == ("write", 3, 6)
    assert found["rate"] > 0
    assert found["remaining"] >= 0
    assert live.show(run) is None


def test_a_harvest_that_waits_for_its_turn_has_a_page(
    harvests: Harvests, people: dict[str, Caller]
) -> None:
    source_id = harvests.source(rows(1))
    answer = people["editor"].post(f"/harvest/refresh/{source_id}")
    assert answer.location.endswith(f"/harvest/{harvests.name}/job/last")
    to = people["editor"].get(f"/harvest/{harvests.name}/job/last").location
    assert "waits for its turn" in words(page(people["editor"].get(to)))
    job = HarvestJob.filter(source_id=source_id).one()
    other = Harvests(harvests.folder)
    other.name = "other-source"
    other.source(rows(2))
    assert people["editor"].get(f"/harvest/other-source/job/{job.id}").status_code == 404
