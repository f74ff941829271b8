"""The public portal: open data preselected on the page only, and datasets only in the API."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import etree, html

TESTS = Path(__file__).parent.parent

FILL = """
import os, sys
import pylibmagic
from ckan.cli import load_config
from ckan.config.middleware import make_app

app = make_app(load_config(os.environ["CKAN_INI"]))
with app._wsgi_app.test_request_context():
    from factories import call, make_dataset, make_organization

    # A word that no record of other tests on this portal has.
    words = {"en": ["pubwaters"], "fr": ["motpub"]}
    closed = {"license_id": "other-closed", "resources": [], "keywords": words}
    waters = make_organization(name="waters")
    make_dataset(None, waters, name="pub-open", keywords=words)
    make_dataset(None, waters, name="pub-review", access_level="under_review",
                 planned_release_date="2031-01-01", **closed)
    make_dataset(None, waters, name="pub-closed", access_level="restricted", exemption="privacy",
                 exemption_rationale={"en": "Names.", "fr": "Des noms."}, **closed)
    from ckan import model
    from ckan.lib import search
    other = make_dataset(None, waters, name="pub-other-type")
    package = model.Package.get(other["id"])
    package.type = "showcase"
    model.Session.commit()
    search.rebuild(package.id)
"""
ATOM = {"a": "http://www.w3.org/2005/Atom"}

Get = Callable[..., Any]


@pytest.fixture(scope="module")
def get(public_server: Any) -> Get:
    """Read an address of the public portal as nobody in particular."""
    done = subprocess.run(
        [sys.executable, "-c", FILL],
        env={**os.environ, "CKAN_INI": str(public_server.ini), "PYTHONPATH": str(TESTS)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    with requests.Session() as session:
        yield lambda address, **more: session.get(public_server.url + address, timeout=60, **more)


def names(answer: Any) -> set[str]:
    assert answer.status_code == 200
    links = html.fromstring(answer.content).xpath(
        "//li[contains(@class,'ontario-item')]//h2/a/@href"
    )
    return {link.rpartition("/")[2] for link in links if "/pub-" in link}


def api(get: Get, **query: Any) -> set[str]:
    answer = get("/api/3/action/package_search", params={"rows": 1000, **query})
    assert answer.status_code == 200, answer.text
    return {one["name"] for one in answer.json()["result"]["results"] if "pub-" in one["name"]}


@pytest.mark.parametrize(("prefix", "word"), [("", "Open"), ("/fr", "Ouvert")])
def test_the_page_opens_with_open_data_and_says_so(get: Get, prefix: str, word: str) -> None:
    answer = get(f"{prefix}/dataset/", params={"utm_source": "news"})
    assert names(answer) == {"pub-open"}
    tree = html.fromstring(answer.content)
    [pill] = tree.xpath("//a[@class='ontario-pill']")
    assert word in pill.text_content()
    assert pill.get("href") == f"{prefix}/dataset/?access_level=any"
    boxes = tree.xpath("//input[@type='checkbox'][@name='access_level']")
    counts = {
        box.get("value"): int(box.getparent().xpath(".//*[@class='ontario-facet-count']/text()")[0])
        for box in boxes
    }
    assert min(counts["under_review"], counts["restricted"]) >= 1  # the other levels are counted
    assert tree.xpath("//*[@class='ontario-pills-note']")
    # What the page selected by itself stands in every address that leads on.
    [feed] = tree.xpath("//head/link[@type='application/atom+xml']/@href")
    assert "access_level=open" in feed


def test_removing_the_pill_shows_every_level(get: Get) -> None:
    assert names(get("/dataset/?access_level=any")) == {"pub-open", "pub-review", "pub-closed"}


@pytest.mark.parametrize(
    "query",
    ["organization=waters", "q=pubwaters", "q=&organization=waters", "organization=waters&page=1"],
)
def test_an_address_that_names_a_search_has_no_hidden_filter(get: Get, query: str) -> None:
    assert names(get(f"/dataset/?{query}")) == {"pub-open", "pub-review", "pub-closed"}


def test_the_box_at_the_top_searches_open_data_visibly(get: Get) -> None:
    form = html.fromstring(get("/about").content).xpath("//header//form")[0]
    fields = {i.get("name"): i.get("value") for i in form.xpath(".//input")}
    assert fields["access_level"] == "open"


def test_the_api_selects_nothing_by_itself(get: Get) -> None:
    assert api(get) == {"pub-open", "pub-review", "pub-closed"}
    assert api(get, q="access_level:restricted") == {"pub-closed"}


@pytest.mark.parametrize(
    "query",
    [
        {"fq": "dataset_type:showcase"},
        {"q": "dataset_type:showcase"},
        {"fq": "+dataset_type:(showcase OR nothing)"},
    ],
)
def test_another_record_type_is_shown_when_it_is_named(get: Get, query: Any) -> None:
    assert api(get, **query) == {"pub-other-type"}


def test_a_filter_of_alternatives_keeps_its_meaning(get: Get) -> None:
    assert api(get, fq="(organization:waters OR organization:none)") == {
        "pub-open",
        "pub-review",
        "pub-closed",
    }
    assert api(get, fq="(organization:none OR organization:nobody)") == set()


def test_local_parameters_stay_refused(get: Get) -> None:
    answer = get("/api/3/action/package_search", params={"fq": "{!lucene tag=a}organization:x"})
    assert answer.status_code in {400, 409}


def test_feeds_have_no_hidden_filter_and_only_datasets(get: Get) -> None:
    answer = get("/fr/feeds/organization/waters.atom")
    tree = etree.fromstring(answer.content)
    links = tree.xpath("//a:entry/a:link/@href", namespaces=ATOM)
    found = {link.rpartition("/")[2] for link in links}
    assert found == {"pub-open", "pub-review", "pub-closed"}
    assert all("/fr/dataset/" in link for link in links)


def test_the_pages_of_publishers_select_nothing_by_themselves(get: Get) -> None:
    assert names(get("/organization/waters")) == {"pub-open", "pub-review", "pub-closed"}
    assert get("/organization/").status_code == 200
    assert get("/de/dataset/").status_code == 404
