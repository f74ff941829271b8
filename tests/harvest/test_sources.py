"""Documents at an address, and readers that do what no good reader does."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests.helpers import changed_config
from ckanext.harvest.model import HarvestJob

from ckanext.ontario.harvest import ingest, report, sources, uploads
from ckanext.ontario.harvest import model as tables
from ckanext.ontario.harvest.harvester import harvesters
from ckanext.ontario.harvest.planning import Planner
from ckanext.ontario.harvest.reader import DocumentError, Issue, Record, Severity

from .conftest import Harvests, act, row, rows, text
from .people import member
from .site import Site, opened


@pytest.fixture
def site(harvests: Harvests) -> Iterator[Site]:
    with opened() as made, changed_config("ckanext.ontario.harvest.allowed_hosts", [made.host]):
        yield made


def source_at(url: str, harvests: Harvests) -> str:
    return sources.ensure(
        name="a-site",
        title="A site",
        url=url,
        kind="inventory",
        organization_id=harvests.organization_id,
        config={},
    )


def run(source_id: str) -> dict[str, Any]:
    return sources.run_now(source_id, harvesters()["inventory"])


def codes(run: dict[str, Any]) -> list[str]:
    return [issue["code"] for issue in report.issues(run, limit=100)]


def test_a_document_that_the_server_says_is_the_same_is_not_read(
    harvests: Harvests, site: Site, versions: Any, solr_requests: list[str]
) -> None:
    site.document = text(rows(3)).encode()
    source_id = source_at(site.url, harvests)
    assert run(source_id)["counters"]["created"] == 3
    before = versions()
    solr_requests.clear()
    second, third = run(source_id), run(source_id)
    assert site.answers == [200, 304, 304]
    assert (second["counters"]["unchanged"], third["counters"]["unchanged"]) == (3, 3)
    assert (versions(), solr_requests) == (before, [])

    site.tag = '"2"'  # the same document under another name
    assert run(source_id)["same_as"]
    site.document, site.tag = text(rows(4)).encode(), '"3"'
    assert run(source_id)["counters"]["created"] == 1
    assert site.answers == [200, 304, 304, 200, 200]


def test_an_outage_of_the_site_changes_nothing(
    harvests: Harvests, site: Site, versions: Any
) -> None:
    site.document = text(rows(3)).encode()
    source_id = source_at(site.url, harvests)
    run(source_id)
    before = versions()
    for status, document in ((404, b""), (200, b'{"error": "down"}'), (200, b"")):
        site.status, site.document, site.tag = status, document, f'"{status}{len(document)}"'
        failed = run(source_id)
        assert failed["status"] == "failed"
        assert len(codes(failed)) == 1
    assert versions() == before
    assert tables.count_records(source_id) == 3


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x.csv", "file:///etc/passwd", "http://169.254.169.254/latest/"]
)
def test_no_address_leads_into_the_network(harvests: Harvests, url: str) -> None:
    failed = run(source_at(url, harvests))
    assert failed["status"] == "failed"
    assert codes(failed)[0].startswith("download_")


# --- readers ---------------------------------------------------------------------------------


class Tiny:
    """A reader that yields what the test says."""

    kind = "inventory"
    mapping_version = "tiny"

    def __init__(self, *items: Any) -> None:
        self.items = items

    def read(self, _path: Any, _options: Any) -> Iterator[Any]:
        for item in self.items:
            if isinstance(item, BaseException):
                raise item
            yield item


def record(guid: str, **dataset: Any) -> Record:
    title = {"en": f"Title {guid[:20]}", "fr": f"Titre {guid[:20]}"}
    whole = {"title_translated": title, "access_level": "under_review", **dataset}
    return Record(guid=guid, row=int(guid) if guid.isdigit() else None, dataset=whole)


@pytest.fixture
def read(harvests: Harvests, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that harvests what a reader yields."""
    number = itertools.count()

    def harvest(*items: Any) -> dict[str, Any]:
        monkeypatch.setattr(type(harvesters()["inventory"]), "reader", Tiny(*items))
        return harvests.run(text([row(next(number))]).encode())

    return harvest


def test_an_identifier_twice_is_an_error_and_the_first_stays(read: Any, packages: Any) -> None:
    done = read(record("1"), record("2"), record("1", url="https://example.com/other"))
    assert (done["counters"]["created"], done["counters"]["invalid"]) == (2, 1)
    assert codes(done).count("duplicate_identifier") == 1
    assert not packages()["1"].get("url")


def test_a_record_without_an_identifier_leaves_the_others_alone(read: Any, packages: Any) -> None:
    nameless = Issue(Severity.ERROR, "record_unreadable", row=2, params={"reason": "no identifier"})
    read(record("1"), record("3"))
    done = read(record("1"), nameless, record("3", url="https://example.com"), record("4"))
    assert (done["status"], done["counters"]["invalid"]) == ("finished", 1)
    assert set(packages()) == {"1", "3", "4"}
    assert packages()["3"]["url"] == "https://example.com"


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (record("x" * 2000), "guid_too_long"),
        (record("2", resources=[{"url": "https://e.ca"}] * 1501), "too_many_resources"),
        (record("2", keywords={"en": [str(n) for n in range(501)]}), "too_many_keywords"),
        (record("2", colby_notes="x" * 1_000_001), "field_too_large"),
        (record("2", size=float("nan")), "record_unreadable"),
        (record("2", colby_notes="\ud800"), "record_unreadable"),
        (record("2", notes_translated={"en": "x" * 60_000}), "invalid_value"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_record_that_is_too_much_leaves_the_others_alone(
    read: Any, packages: Any, bad: Record, code: str
) -> None:
    done = read(record("1"), bad, record("3"))
    assert set(packages()) == {"1", "3"}
    assert code in codes(done)
    assert done["status"] == "finished"


@pytest.mark.parametrize(
    "end",
    [
        DocumentError(Issue(Severity.FATAL, "internal_error")),
        RuntimeError("a fault of the reader"),
    ],
)
def test_a_reader_that_stops_midway_writes_and_loses_nothing(
    read: Any, packages: Any, versions: Any, end: Exception
) -> None:
    read(record("1"), record("2"))
    assert set(packages()) == {"1", "2"}
    failed = read(record("1", url="https://example.com"), end)
    assert failed["status"] == "failed"
    assert "internal_error" in codes(failed)
    assert not packages()["1"].get("url")


def test_a_document_without_records_is_no_document(read: Any, packages: Any) -> None:
    read(record("1"))
    failed = read()
    assert (failed["status"], codes(failed)) == ("failed", ["no_records"])
    assert set(packages()) == {"1"}


def test_a_run_that_is_stopped_while_it_plans_keeps_nothing(
    harvests: Harvests, packages: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source_id = harvests.source(rows(2))
    reading = Planner.read

    def stopped(self: Any, *args: Any) -> None:
        reading(self, *args)
        job = HarvestJob.filter(source_id=source_id, status="Running").one()
        run_id = ingest.run_of(job_id=job.id)["id"]
        with model.ensure_engine().begin() as other:
            other.exec_driver_sql(
                "UPDATE ontario_ingest_run SET status = 'aborted' WHERE id = %s", (run_id,)
            )

    with monkeypatch.context() as stopping:
        stopping.setattr(Planner, "read", stopped)
        assert run(source_id)["status"] == "aborted"
    assert packages() == {}
    assert run(source_id)["counters"]["created"] == 2


# --- documents over the API ------------------------------------------------------------------


def test_a_program_uploads_a_document(internal: Any, harvests: Harvests) -> None:
    person, other = member(internal, "moh"), member(internal, "edu")
    address = "/api/3/action/ontario_harvest_upload_create"

    def send(who: Any, content: str = "x", organization: str = "moh") -> Any:
        upload = (io.BytesIO(content.encode()), "../../etc/inventory.csv")
        return who.post(address, data={"organization": organization, "upload": upload})

    first = send(person, text(rows(1)))
    assert first.status_code == 200, first.text
    url = first.json["result"]["url"]
    assert send(person, text(rows(1))).json["result"]["url"] == url
    assert send(person, text(rows(2))).json["result"]["url"] != url
    names = {name for (name,) in model.Session.query(tables.HarvestUpload.filename)}
    assert names == {"inventory.csv"}
    assert send(other).status_code == 403
    assert send(person, organization="nobody").status_code == 409
    assert send(person, "").status_code == 409
    with changed_config("ckanext.ontario.harvest.max_upload_size", 10):
        assert send(person, "x" * 11).status_code == 409


def test_a_document_that_the_disk_does_not_take_is_refused(internal: Any, tmp_path: Path) -> None:
    (tmp_path / "ontario_harvest").write_text("a file where the folder should be")
    with (
        changed_config("ckan.storage_path", str(tmp_path)),
        pytest.raises(uploads.UploadRefused) as caught,
    ):
        uploads.store(io.BytesIO(b"x"), "x.csv", "an organization", None)
    assert caught.value.code == "storage_failed"


def test_wrong_questions_are_refused_with_the_field(harvests: Harvests) -> None:
    done = harvests.run(rows(1))
    for data in ({"limit": "x"}, {"limit": 5000}, {"severity": "loud"}):
        with pytest.raises(tk.ValidationError) as caught:
            act("ontario_harvest_issue_list", run_id=done["id"], **data)
        assert set(caught.value.error_dict) == set(data)
    for action, data in (
        ("ontario_harvest_run_show", {"id": "nothing"}),
        ("ontario_harvest_run_list", {"source_id": "nothing"}),
    ):
        with pytest.raises(tk.ObjectNotFound):
            act(action, **data)
