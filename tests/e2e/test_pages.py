"""A visitor finds a dataset, reads who may use it, and gets its file."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, expect
from tests.catalogue.filling import fill
from tests.e2e.portals import prepare

from factories import dataset_values

NewContext = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def records(public_server: Any) -> dict[str, str]:
    """Records of each access level on the public portal: a path for each page."""
    asked = f"{public_server.url}/api/3/action/organization_show?id=mnr"
    if requests.get(asked, timeout=30).status_code != HTTPStatus.OK:
        prepare(public_server)
    file = dataset_values()["resources"][0]
    here = {**file, "url": f"{public_server.url}/ontario/health", "format": "TXT", "size": 2}
    years = [
        {**here, "data_range_start": f"{year}-01-01", "data_range_end": f"{year}-12-31"}
        for year in range(2018, 2026)
    ]
    shared: dict[str, Any] = {"owner_org": "mnr", "maintainer_branch": {"en": "Water Branch"}}
    closed = {"license_id": "other-closed", "resources": []}
    why = {"en": "Each row is about one person.", "fr": "Chaque ligne porte sur une personne."}
    found = fill(
        public_server,
        *(
            ("package_create", dataset_values(**shared, **values))
            for values in (
                {
                    "name": "seen-open",
                    "title_translated": {"en": "Seen herons", "fr": "Hérons observés"},
                    "resources": [*years, {**here, "type": "application"}],
                    "opened_date": "2024-01-01",
                },
                {
                    "name": "seen-review",
                    "access_level": "under_review",
                    "planned_release_date": "2031-03-01",
                    **closed,
                },
                {
                    "name": "seen-restricted",
                    "access_level": "restricted",
                    "exemption": "privacy",
                    "exemption_rationale": why,
                    **closed,
                },
                {"name": "seen-inactive", "record_status": "inactive"},
            )
        ),
    )
    paths = {one["name"]: f"/dataset/{one['name']}" for one in found}
    return {**paths, "file": f"{paths['seen-open']}/resource/{found[0]['resources'][0]['id']}"}


VISITS = {
    "": ("herons", "Seen herons", "Download TXT"),
    "/fr": ("hérons", "Hérons observés", "Télécharger TXT"),
}
"""Language of the address → words typed, title found, link clicked."""


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("prefix", VISITS)
def test_a_visitor_finds_and_downloads_a_file(
    new_context: NewContext,
    public_server: Any,
    records: dict[str, str],
    javascript: bool,
    prefix: str,
) -> None:
    words, title, button = VISITS[prefix]
    page = new_context("phone", javascript=javascript).new_page()
    page.goto(f"{public_server.url}{prefix}/")
    page.fill("#home-q", words)
    page.press("#home-q", "Enter")
    page.get_by_role("link", name=title).first.click()
    expect(page.locator("h1")).to_have_text(title)
    with page.expect_download() as got:
        page.get_by_role("link", name=re.compile(button)).first.click()
    assert got.value.path().read_text() == "ok"
    # An older year is folded; opening it needs no script.
    older = page.locator("details", has_text="2018").first
    older.locator("summary").click()
    expect(older.get_by_role("link", name=re.compile(button))).to_be_visible()


def test_a_visitor_reads_why_and_switches_the_language(
    page: Page, public_server: Any, records: dict[str, str]
) -> None:
    page.goto(f"{public_server.url}{records['seen-restricted']}")
    data = page.locator(".record-data")
    expect(data).to_contain_text("Exemption: Privacy.")
    page.get_by_role("main").get_by_role("link", name="Niveaux d’eau").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(data).to_contain_text("Exemption : Vie privée.")
    expect(data.get_by_role("link", name="Écrire à l’unité")).to_have_attribute(
        "href", "mailto:surface.water@ontario.ca"
    )


@pytest.mark.parametrize("prefix", ["", "/fr"])
@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_pages_are_accessible_and_fit(
    new_context: NewContext,
    public_server: Any,
    records: dict[str, str],
    violations: Callable[[Page], list[str]],
    prefix: str,
    width: str,
) -> None:
    page = new_context(width).new_page()
    for path in ("/", *records.values()):
        page.goto(f"{public_server.url}{prefix}{path}")
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert violations(page) == [], path
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wider <= 0, path


def test_a_record_prints_without_the_page_around_it(
    page: Page, public_server: Any, records: dict[str, str]
) -> None:
    page.goto(f"{public_server.url}{records['seen-open']}")
    page.emulate_media(media="print")
    expect(page.locator(".masthead")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
