"""What a source's own pages say: its datasets, its harvests, and where datasets name it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from ckan import model
from ckanext.harvest.model import HarvestSource
from lxml import html

from ckanext.ontario.harvest import times

from .conftest import Harvests, row, rows
from .people import Caller
from .test_http import people

__all__ = ["people"]

ENGLISH = ("ckanext-harvest’s", "Harvest Sources", "Harvest Jobs", "Last Harvest Job", "Reharvest")


def shown(person: Caller, address: str) -> Any:
    answer = person.get(address)
    assert answer.status_code == 200, answer.text[:2000]
    return html.fromstring(answer.data)


def words(page: Any) -> str:
    return " ".join(page.xpath("string(//body)").split())


def test_drafts_of_a_source_are_listed_to_those_who_may_see_them(
    harvests: Harvests, people: dict[str, Caller]
) -> None:
    harvests.run(rows(22))
    name = model.Package.get(harvests.source()).name
    first = shown(people["editor"], f"/harvest/{name}")
    second = shown(people["editor"], f"/harvest/{name}?page=2")
    listed = [
        link
        for page in (first, second)
        for link in page.xpath("//a[contains(@href, '/dataset/')]/@href")
    ]
    assert len({link for link in listed if "water-quality" in link}) == 22
    assert "22 datasets" in words(first)
    assert first.xpath("//dd[../dt = 'Datasets now at the source']/text()") == ["22"]


def test_pages_of_a_source_have_no_english_in_french(
    harvests: Harvests, people: dict[str, Caller]
) -> None:
    run = harvests.run([*rows(2), row(3, access="Partly open")])
    name = model.Package.get(run["source_id"]).name
    for address in (
        "/harvest",
        f"/harvest/{name}",
        f"/harvest/about/{name}",
        f"/harvest/admin/{name}",
        f"/harvest/{name}/job",
        "/harvest/new",
        f"/harvest/edit/{name}",
    ):
        said = words(shown(people["editor"], f"/fr{address}"))
        assert "Sources de moissonnage" in said, address
        assert not [text for text in ENGLISH if text in said], address
        assert "Ministry of Health" not in said, address
    assert "There is no description" not in said


def test_the_last_harvest_and_all_are_told_with_their_counts(
    harvests: Harvests, people: dict[str, Caller]
) -> None:
    run = harvests.run([*rows(2), row(3, access="Partly open")])
    harvests.run(rows(2))
    name = model.Package.get(run["source_id"]).name
    (table,) = shown(people["editor"], f"/harvest/{name}/job").xpath("//table")
    cells = [[cell.text_content().strip() for cell in line] for line in table.xpath("tbody/tr")]
    assert [line[1:] for line in cells] == [
        ["Finished", "0", "0", "2", "0", "0"],
        ["Finished", "2", "0", "0", "1", "0"],
    ]
    assert all("p.m." in line[0] or "a.m." in line[0] for line in cells)
    overview = words(shown(people["editor"], f"/harvest/admin/{name}"))
    assert "The last harvest Finished" in overview


def test_a_source_that_was_never_harvested_says_so(
    harvests: Harvests, people: dict[str, Caller]
) -> None:
    name = model.Package.get(harvests.source(rows(1))).name
    for address in (f"/harvest/admin/{name}", f"/harvest/{name}/job"):
        assert "has not been harvested yet" in words(shown(people["editor"], address))
    assert "No dataset that you may see" in words(shown(people["editor"], f"/harvest/{name}"))


def test_an_uploaded_document_stays_when_its_source_is_edited(
    harvests: Harvests, people: dict[str, Caller]
) -> None:
    source_id = harvests.source(rows(1))

    def stored() -> tuple[str, str]:
        model.Session.remove()
        source: Any = HarvestSource.get(source_id)
        return source.title, source.url

    before = stored()[1]
    page = shown(people["editor"], f"/harvest/edit/{harvests.name}")
    (form,) = page.xpath("//form[@id='source-new']")
    assert form.fields["url"] == ""
    assert before not in words(page)
    data = {**dict(form.form_values()), "title": "New title", "do": "save"}
    assert people["editor"].post("/harvest/save", data=data).status_code == 302
    assert stored() == ("New title", before)
    data = {**data, "url": "https://example.com/a.csv"}
    assert people["editor"].post("/harvest/save", data=data).status_code == 302
    assert stored() == ("New title", "https://example.com/a.csv")


@pytest.mark.parametrize("address", ["/harvest/upload", "/harvest/test-source/schedule"])
def test_what_is_wrong_is_said_in_words(
    harvests: Harvests, people: dict[str, Caller], address: str
) -> None:
    harvests.source(rows(1))
    answer = people["editor"].post(
        address, data={"expression": "99 2 *", "zone": "UTC", "do": "check"}
    )
    (alert,) = html.fromstring(answer.data).xpath("//*[@role='alert']//li")
    assert "[" not in alert.text_content()
    assert alert.xpath("a/@href")[0] in ("#field-document", "#field-expression")


def test_a_dataset_names_its_source_to_those_who_may_see_it(
    harvests: Harvests, people: dict[str, Caller], packages: Any
) -> None:
    source_id = harvests.run(rows(1))["source_id"]
    dataset = packages()["1"]["name"]
    page = shown(people["editor"], f"/dataset/{dataset}")
    (link,) = page.xpath(
        "//section[@aria-labelledby='record-internal']//a[contains(@href,'/harvest/')]"
    )
    assert link.text_content() == "Test source"
    assert link.get("href") == f"/harvest/{model.Package.get(source_id).name}"
    assert source_id not in words(page)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (datetime(2026, 11, 27, 18, 42, tzinfo=timezone.utc), "November 27, 2026, 1:42 p.m."),
        ("2026-07-01T03:30:00", "June 30, 2026, 11:30 p.m."),
        (None, ""),
    ],
)
def test_times_are_torontos(value: Any, said: str, internal: Any) -> None:
    with internal.flask_app.test_request_context("/", environ_overrides={"CKAN_LANG": "en"}):
        assert times.moment(value).replace("\u00a0", " ").replace("\u202f", " ") == said


def test_numbers_and_lengths_are_the_languages(internal: Any) -> None:
    with internal.flask_app.test_request_context("/", environ_overrides={"CKAN_LANG": "fr"}):
        assert times.number(1234567).split() == ["1", "234", "567"]
        assert times.seconds(2.14) == "2,1\u00a0s"
        assert times.moment("2026-11-27T18:42:00+00:00") == "27 novembre 2026, 13\u00a0h\u00a042"
        assert times.seconds(185) == "3\u00a0min 5\u00a0s"
