"""Pages and actions over HTTP: who sees a report, who starts, stops and decides."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from ckan import model
from ckan.tests import factories
from ckanext.harvest.model import HarvestJob, HarvestSource
from lxml import html

from ckanext.ontario.harvest import model as tables
from ckanext.ontario.harvest import sources
from ckanext.ontario.harvest.harvester import harvesters

from .conftest import Harvests, row, rows, text
from .people import Caller, caller, member

BAD = [row(1), row(2, access="=cmd|' /C calc'!A0"), row(3)]


@pytest.fixture
def people(internal: Any, harvests: Harvests) -> dict[str, Caller]:
    return {
        "nobody": Caller(internal),
        "without a ministry": member(internal, None),
        "another ministry": member(internal, "edu", "admin"),
        "member": member(internal, "moh", "member"),
        "editor": member(internal, "moh"),
        "director": member(internal, "moh", "admin"),
        "administrator": caller(internal, factories.Sysadmin()["name"]),
    }


INSIDERS = ("editor", "director", "administrator")
OUTSIDERS = ("nobody", "without a ministry", "another ministry", "member")

READS = {
    "ontario_harvest_run_list": "source_id",
    "ontario_harvest_run_show": "id",
    "ontario_harvest_issue_list": "run_id",
    "harvest_job_show": "job",
    "harvest_job_report": "job",
    "harvest_job_list": "source_id",
}


@pytest.mark.parametrize("action", READS)
def test_reports_are_for_the_ministrys_editors(
    harvests: Harvests, people: dict[str, Caller], action: str
) -> None:
    run = harvests.run(BAD)
    key = READS[action]
    value = {"source_id": run["source_id"], "job": run["job_id"]}.get(key, run["id"])
    data = {"id" if key == "job" else key: value}
    for name, person in people.items():
        answer = person.action(action, **data)
        assert (answer.status_code == 200) == (name in INSIDERS), (name, answer.text)
        assert ("calc" in answer.text) == (
            name in INSIDERS and action in {"ontario_harvest_issue_list", "harvest_job_report",
                                            "harvest_job_show"}
        ), name  # fmt: skip


def test_sources_and_objects_are_for_the_ministrys_editors(
    harvests: Harvests, people: dict[str, Caller]
) -> None:
    run = harvests.run(rows(1))
    carrier = tables.batches(run["id"], kind="write")[0]["id"]
    for name, person in people.items():
        listed = person.action("harvest_source_list")
        assert (run["source_id"] in listed.text) == (name == "administrator"), name
        shown = person.action("harvest_object_show", id=carrier)
        assert (shown.status_code == 200) == (name in INSIDERS), name
        assert "Water quality" not in shown.text
        objects = person.action(
            "harvest_object_list", source_id=run["source_id"], only_current=False
        )
        assert (carrier in objects.text) == (name in INSIDERS), name


def test_the_page_of_a_job_shows_the_report(harvests: Harvests, people: dict[str, Caller]) -> None:
    run = harvests.run(BAD)
    address = f"/harvest/{harvests.name}/job/{run['job_id']}"
    for language, prefix, words in (
        ("en", "", ("Refused", "What to do")),
        ("fr", "/fr", ("Access Level",)),
    ):
        answer = people["editor"].get(prefix + address)
        assert answer.status_code == 200
        page = html.fromstring(answer.data)
        issue = people["editor"].action("ontario_harvest_issue_list", run_id=run["id"]).json
        found = next(each for each in issue["result"]["issues"] if each["code"] == "choice_unknown")
        shown = " ".join(page.text_content().split())
        assert " ".join(found["message"][language].split()) in shown
        assert " ".join(found["suggestion"][language].split()) in shown
        assert all(word in shown for word in words)
    for name in OUTSIDERS:
        assert people[name].get(address).status_code != 200, name


def test_all_issues_as_csv_without_formulas(harvests: Harvests, people: dict[str, Caller]) -> None:
    run = harvests.run(BAD)
    address = f"/harvest/{harvests.name}/job/{run['job_id']}/issues.csv"
    answer = people["editor"].get(address)
    assert answer.mimetype == "text/csv"
    found = list(csv.DictReader(io.StringIO(answer.text)))
    bad = next(each for each in found if each["Code"] == "choice_unknown")
    assert (bad["Row"], bad["Column"], bad["Severity"]) == ("3", "Access Level", "error")
    assert not any(
        cell.startswith(("=", "+", "-", "@")) for each in found for cell in each.values()
    )
    for name in OUTSIDERS:
        assert people[name].get(address).status_code in {302, 401, 404}, name


@pytest.mark.parametrize("verb", ["refresh", "clear", "delete"])
def test_a_link_asks_and_only_a_guarded_post_does(
    harvests: Harvests, people: dict[str, Caller], verb: str
) -> None:
    run = harvests.run(rows(2))
    jobs = HarvestJob.filter(source_id=run["source_id"]).count()
    address = f"/harvest/{verb}/{run['source_id']}"
    allowed = ("administrator",) if verb == "delete" else INSIDERS
    for name, person in people.items():
        answer = person.get(address)
        assert (answer.status_code == 200) == (name in allowed), name
    assert HarvestJob.filter(source_id=run["source_id"]).count() == jobs
    assert HarvestSource.get(run["source_id"]).active
    for name in OUTSIDERS:
        assert people[name].post(address).status_code in {302, 401, 403, 404}, name
    assert HarvestJob.filter(source_id=run["source_id"]).count() == jobs
    assert people[allowed[0]].post(address).status_code == 302
    model.Session.expire_all()
    changed = {
        "refresh": HarvestJob.filter(source_id=run["source_id"]).count() == jobs + 1,
        "clear": tables.count_records(run["source_id"]) == 0,
        "delete": not HarvestSource.get(run["source_id"]).active,
    }
    assert changed[verb]


def test_a_director_decides_what_is_gone(harvests: Harvests, people: dict[str, Caller]) -> None:
    harvests.run(rows(10))
    run = harvests.run(rows(5))
    address = f"/harvest/{harvests.name}/job/{run['job_id']}/approve"
    page = people["director"].get(f"/harvest/{harvests.name}/job/{run['job_id']}")
    assert address.replace("/approve", "/gone") in page.text
    assert people["editor"].get(f"/harvest/{harvests.name}/job/{run['job_id']}").status_code == 200
    assert people["editor"].post(address).status_code == 403
    assert tables.count_records(run["source_id"]) == 10
    assert people["director"].post(address).status_code == 302
    model.Session.expire_all()
    assert tables.count_records(run["source_id"]) == 5


# --- a source with a document, without JavaScript --------------------------------------------


def form(**fields: Any) -> dict[str, Any]:
    return {
        "title": "Health inventory",
        "name": "health-inventory",
        "source_type": "inventory",
        "frequency": "MANUAL",
        "save": "Save",
        **fields,
    }


def document(content: str, name: str = "inventory.csv") -> Any:
    return (io.BytesIO(content.encode()), name)


def test_the_forms_ask_for_a_document_and_a_profile(people: dict[str, Caller]) -> None:
    upload = html.fromstring(people["editor"].get("/harvest/upload").data)
    fields = upload.xpath("//form[@enctype='multipart/form-data']")[0]
    assert fields.xpath(".//input[@type='file' and @name='document']")
    assert fields.xpath(".//input[@name='ontario_guard']")
    form = html.fromstring(people["editor"].get("/harvest/new?source_type=inventory").data)
    for page, name in ((upload, "profile"), (form, "option-profile")):
        options = page.xpath(f"//select[@name='{name}']/option/@value")
        assert options[0] == "ontario"
        assert "federal" in options
    assert people["without a ministry"].get("/harvest/upload").status_code == 403


def test_a_document_becomes_a_source_and_is_replaced(
    harvests: Harvests, people: dict[str, Caller]
) -> None:
    data = {
        "title": "Health inventory",
        "owner_org": harvests.organization_id,
        "profile": "ontario",
        "document": document(text(rows(2))),
    }
    answer = people["editor"].post("/harvest/upload", data=data)
    assert answer.status_code == 302, answer.text[:3000]
    source: Any = model.Session.query(HarvestSource).one()
    assert source.url.startswith("upload:")
    assert '"profile": "ontario"' in source.config
    assert _run_now(source.id)["counters"]["created"] == 2

    name = model.Package.get(source.id).name
    replaced = people["editor"].post(
        f"/harvest/{name}/document", data={"document": document(text(rows(3)))}
    )
    assert replaced.status_code == 302, replaced.text[:3000]
    model.Session.expire_all()
    run = _run_now(source.id)
    assert (run["counters"]["created"], run["counters"]["unchanged"]) == (1, 2)
    assert '"profile": "ontario"' in HarvestSource.get(source.id).config


@pytest.mark.parametrize(
    ("sent", "words"),
    [({}, "Choose a file"), ({"document": ("", "empty.csv")}, "empty"), ({"title": ""}, "Missing")],
)
def test_a_wrong_upload_says_what_is_wrong(
    harvests: Harvests, people: dict[str, Caller], sent: dict[str, Any], words: str
) -> None:
    data = {"title": "T", "owner_org": harvests.organization_id, "profile": "ontario", **sent}
    if sent.get("document"):
        data["document"] = document(*sent["document"])
    elif "title" in sent:
        data = {**data, "owner_org": "", "document": document(text(rows(1)))}
        words = "whose"
    answer = people["editor"].post("/harvest/upload", data=data)
    assert answer.status_code == 200
    assert words in answer.text
    assert model.Session.query(HarvestSource).count() == 0


def _run_now(source_id: str) -> dict[str, Any]:
    return sources.run_now(source_id, harvesters()["inventory"])


def test_another_ministrys_editor_can_not_upload_here(
    harvests: Harvests, people: dict[str, Caller]
) -> None:
    for name in OUTSIDERS:
        data = {"title": "T", "owner_org": harvests.organization_id, "document": document("x")}
        answer = people[name].post("/harvest/upload", data=data)
        assert answer.status_code in {302, 401, 403, 404}, name
        assert model.Session.query(HarvestSource).count() == 0
    uploads = model.Session.query(tables.HarvestUpload).count()
    assert uploads == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"config": "{"}, "JSON"),
        ({"config": '{"profile": "nobody-has-this"}'}, "nobody-has-this"),
        ({"config": '{"colour": "red"}'}, "colour"),
        ({"config": '{"publishers": "some"}'}, "some"),
        ({"config": '{"organizations": ["x"]}'}, "organizations"),
        ({"config": '{"publishers": "any"}'}, "publishers"),
        ({"config": '{"local_fields": ["name"]}'}, "local_fields"),
        ({"config": '{"takeover": true}'}, "takeover"),
        ({"config": '{"takeover": "yes"}'}, "takeover"),
        ({"config": '{"language": "de"}', "source_type": "dcat_us"}, "language"),
        ({"config": '{"page_size": 0}', "source_type": "ckan_portal"}, "page_size"),
    ],
)
def test_a_wrong_source_says_what_is_wrong(
    harvests: Harvests, people: dict[str, Caller], fields: dict[str, Any], words: str
) -> None:
    fields = {"url": "https://example.com/inventory.csv", **fields}
    answer = people["editor"].post(
        "/harvest/new", data=form(owner_org=harvests.organization_id, **fields)
    )
    assert answer.status_code == 200
    page = html.fromstring(answer.data)
    said = " ".join(page.xpath("string(//*[contains(@class, 'error-explanation')])").split())
    assert words in said
    assert model.Package.get("health-inventory") is None


@pytest.mark.parametrize("kind", ["dcat_us", "ckan_portal", "dcat", "arcgis_hub"])
def test_the_form_makes_a_source_of_every_kind(
    harvests: Harvests, people: dict[str, Caller], kind: str
) -> None:
    page = html.fromstring(people["editor"].get("/harvest/new").data)
    (link,) = page.xpath(f"//a[contains(concat(@href, '&'), 'source_type={kind}&')]")
    assert link.text_content().strip()
    chosen = html.fromstring(people["editor"].get(link.get("href")).data)
    assert chosen.xpath("//input[@name='source_type']/@value") == [kind]
    fields = {"source_type": kind, "url": "https://example.com/", "profile": "ontario"}
    fields["config"] = '{"language": "fr"}'
    owner = harvests.organization_id
    answer = people["editor"].post("/harvest/new", data=form(owner_org=owner, **fields))
    assert answer.status_code == 302, answer.text[:3000]
    source: Any = model.Session.query(HarvestSource).one()
    assert (source.type, json.loads(source.config)) == (kind, {"language": "fr"})


@pytest.mark.parametrize("opened", [{"publishers": "any"}, {"takeover": True}])
def test_an_open_source_is_the_administrators(
    harvests: Harvests, people: dict[str, Caller], opened: dict[str, Any]
) -> None:
    harvests.config = opened
    source_id = harvests.source(rows(1))
    assert (
        people["editor"].action("harvest_source_patch", id=source_id, title="Mine").status_code
        == 403
    )
    assert people["editor"].post(f"/harvest/refresh/{source_id}").status_code == 404
    answer = people["administrator"].action("harvest_source_patch", id=source_id, title="Ours")
    assert answer.status_code == 200, answer.text
    sneaky = people["editor"].action(
        "harvest_source_create",
        **form(owner_org=harvests.organization_id, url="https://example.com/x.csv"),
        extras=[{"key": "config", "value": json.dumps(opened)}],
    )
    assert sneaky.status_code == 409
    assert next(iter(opened)) in sneaky.text
