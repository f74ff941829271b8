"""What people do: sign in, find in both languages, describe a record, read a harvest report."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.e2e.portals import Portals

SignIn = Callable[[Page, str, str], None]


def count(page: Page) -> int:
    """Return the number in the search page's heading."""
    heading = page.locator(".search-form h1, .search-form h2").first.inner_text()
    number = re.search(r"\d[\d\s,\u202f\xa0]*", heading)
    return int(re.sub(r"\D", "", number.group())) if number else 0


@pytest.mark.parametrize(
    ("path", "word"), [("/dataset/", "Log in"), ("/fr/dataset/", "Ouvrir une session")]
)
def test_a_stranger_on_the_internal_portal_gets_the_log_in_page(
    page: Page, portals: Portals, path: str, word: str
) -> None:
    page.goto(f"{portals.internal}{path}")
    assert "/user/login" in page.url
    expect(page.locator("body")).to_contain_text(re.compile(word, re.IGNORECASE))


def test_a_stranger_on_the_public_portal_reads_it_in_both_languages(
    page: Page, portals: Portals
) -> None:
    page.goto(f"{portals.public}/dataset/?q=eau")
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="Français").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    assert "q=eau" in page.url


def test_an_editor_finds_the_same_records_however_energy_is_typed(
    page: Page, portals: Portals, sign_in: SignIn
) -> None:
    sign_in(page, portals.internal, "editor")
    counts = set()
    for words in ("énergie", "energie", "l'énergie", "l’énergie"):
        page.goto(f"{portals.internal}/dataset/")
        page.fill(".search-form input[name=q]", words)
        page.press(".search-form input[name=q]", "Enter")
        counts.add(count(page))
    assert len(counts) == 1
    assert counts.pop() > 0


@pytest.mark.parametrize("javascript", [True, False])
def test_a_record_reads_in_the_readers_language(
    new_context: Callable[..., BrowserContext],
    portals: Portals,
    sign_in: SignIn,
    javascript: bool,
) -> None:
    page = new_context(javascript=javascript).new_page()
    sign_in(page, portals.internal, "editor")
    page.goto(f"{portals.internal}/dataset/?q=hourly+air+quality")
    page.get_by_role("link", name="Hourly air quality readings").first.click()
    expect(page.locator("h1").first).to_contain_text("Hourly air quality readings")
    page.get_by_role("link", name="Français").first.click()
    expect(page.locator("h1").first).to_contain_text("Qualité de l’air")


def test_an_editor_is_told_in_french_what_a_record_lacks(
    page: Page, portals: Portals, sign_in: SignIn
) -> None:
    sign_in(page, portals.internal, "editor")
    page.goto(f"{portals.internal}/fr/dataset/new")
    page.locator("button[name=save], button[type=submit].btn-primary").last.click()
    alert = page.locator(".error-explanation, [role=alert]").first
    expect(alert).to_be_visible()
    expect(alert).to_contain_text(re.compile("Titre", re.IGNORECASE))


def test_a_harvest_report_names_the_refused_rows(
    page: Page, portals: Portals, sign_in: SignIn
) -> None:
    sign_in(page, portals.internal, "admin")
    page.goto(f"{portals.internal}/harvest")
    page.locator(".dataset-list a, .source-list a, article a, h2 a, h3 a").filter(
        has_text=re.compile("Environment", re.IGNORECASE)
    ).first.click()
    expect(page.locator("body")).to_contain_text(re.compile("inventory", re.IGNORECASE))
