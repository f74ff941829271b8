"""Charts and maps of an uploaded file in a browser: without scripts, in both languages."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, expect
from tests.e2e.portals import Portals

COUNTIES = ("Algoma", "Bruce", "Cochrane", "Kenora", "Niagara")
HEADER = "Station,County,Sampled,Phosphorus,Chloride,Latitude,Longitude\n"


def row(n: int) -> str:
    """One sample: five years of months, at eleven stations."""
    day = f"{2019 + n // 12 % 5}-{n % 12 + 1:02d}-15"
    numbers = f"{10 + n % 7 + n / 60:.2f},{40 - n % 9}"
    place = f"{43.2 + n % 11 * 0.9:.3f},{-79.4 - n % 11 * 1.3:.3f}"
    return f"Station {n % 11},{COUNTIES[n % 5]},{day},{numbers},{place}\n"


@pytest.fixture(scope="module")
def samples(internal_server: Any, portals: Portals) -> str:
    """The path of a file that an editor uploaded and the worker read."""
    headers = {"Authorization": internal_server.token("editor")}
    api = f"{portals.internal}/api/3/action"
    names = {"en": "Water samples", "fr": "Échantillons d’eau"}
    record = {"name": "e2e-samples", "owner_org": "mecp", "title_translated": names}
    made = requests.post(
        f"{api}/package_create",
        json=record | {"access_level": "under_review"},
        headers=headers,
        timeout=60,
    )
    assert made.ok, made.text
    body = HEADER + "".join(map(row, range(180)))
    names = json.dumps(names)
    sent = requests.post(
        f"{api}/resource_create",
        data={
            "package_id": "e2e-samples",
            "type": "data",
            "format": "CSV",
            "name_translated": names,
        },
        files={"upload": ("samples.csv", io.BytesIO(body.encode()))},
        headers=headers,
        timeout=60,
    )
    assert sent.ok, sent.text
    internal_server.ckan("jobs", "worker", "--burst")
    return f"/dataset/e2e-samples/resource/{sent.json()['result']['id']}"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_reader_chooses_what_a_chart_shows(
    new_context: Callable[..., BrowserContext],
    portals: Portals,
    sign_in: Callable[[Page, str, str], None],
    violations: Callable[[Page], list[str]],
    samples: str,
    javascript: bool,
) -> None:
    page = new_context(javascript=javascript).new_page()
    sign_in(page, portals.internal, "editor")
    page.goto(f"{portals.internal}{samples}")
    page.get_by_role("link", name="Choose what a chart shows").click()
    picture = page.locator("svg.ontario-drawn--wide")
    expect(picture).to_be_visible()
    expect(picture.locator("title").first).to_have_text("Phosphorus, average by Sampled")
    page.get_by_label("Horizontal axis").select_option("County")
    page.get_by_label("Second values").select_option("Chloride")
    page.get_by_label("Combine values as").select_option("total")
    page.get_by_label("Drawn as").select_option("bars")
    page.get_by_role("button", name="Draw the chart").click()
    expect(page.locator("figcaption")).to_have_text("Phosphorus, total · Chloride, total by County")
    page.get_by_text("The figures of the chart as a table").click()
    expect(page.locator("details tbody tr")).to_have_count(5)
    if javascript:
        assert violations(page) == []


@pytest.mark.parametrize("width", ["desktop", "phone"])
@pytest.mark.parametrize("language", ["", "/fr"])
def test_pictures_are_accessible_and_fit_the_screen(
    new_context: Callable[..., BrowserContext],
    portals: Portals,
    sign_in: Callable[[Page, str, str], None],
    violations: Callable[[Page], list[str]],
    samples: str,
    width: str,
    language: str,
) -> None:
    page = new_context(width).new_page()
    sign_in(page, portals.internal, "editor")
    for address in ("", "/chart", "/chart?x=County&y=Phosphorus&y=Chloride", "/map", "/chart?x=no"):
        page.goto(f"{portals.internal}{language}{samples}{address}")
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
    page.goto(f"{portals.internal}{language}{samples}")
    shown, hidden = ("wide", "narrow") if width == "desktop" else ("narrow", "wide")
    expect(page.locator(f"svg.ontario-drawn--{shown}")).to_be_visible()
    expect(page.locator(f"svg.ontario-drawn--{hidden}")).to_be_hidden()
    expect(page.locator("svg.ontario-drawn--map circle")).to_have_count(11)
