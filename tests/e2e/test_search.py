"""Searching in a browser: filters by keyboard and without a script, pills, help, both languages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.e2e.portals import Portals

SignIn = Callable[[Page, str, str], None]


def found(page: Page) -> int:
    """The number in the heading of the results."""
    text = page.locator(".ontario-search-count").inner_text()
    return int(re.sub(r"\D", "", text.split("“")[0].split("«")[0]) or 0)


def results(page: Page) -> list[str]:
    return page.locator(".ontario-item h2").all_inner_texts()


@pytest.mark.parametrize("javascript", [True, False])
def test_two_ministries_are_selected_and_one_removed(
    new_context: Callable[..., BrowserContext],
    portals: Portals,
    sign_in: SignIn,
    javascript: bool,
) -> None:
    page = new_context(javascript=javascript).new_page()
    sign_in(page, portals.internal, "editor")
    page.goto(f"{portals.internal}/dataset/")
    everything = found(page)
    boxes = page.locator(".ontario-facet input[name=organization]")
    for at in (0, 1):
        boxes.nth(at).check()
    page.get_by_role("button", name="Apply filters").click()
    both = found(page)
    assert 0 < both <= everything
    pills = page.locator(".ontario-pill")
    expect(pills).to_have_count(2)
    assert page.url.count("organization=") == 2
    assert page.locator(".ontario-facet input[name=organization]:checked").count() == 2
    pills.first.click()
    expect(page.locator(".ontario-pill")).to_have_count(1)
    assert 0 < found(page) < both
    page.get_by_role("link", name="Clear all filters").click()
    assert found(page) == everything


def test_more_values_open_by_keyboard(page: Page, portals: Portals, sign_in: SignIn) -> None:
    sign_in(page, portals.internal, "editor")
    page.goto(f"{portals.internal}/dataset/")
    tags = page.locator(".ontario-facet", has=page.locator("input[name=keywords_en]"))
    tags.locator("> summary").focus()
    page.keyboard.press("Enter")
    more = tags.locator(".ontario-facet-more > summary")
    more.focus()
    page.keyboard.press("Enter")
    hidden = tags.locator(".ontario-facet-more input").first
    expect(hidden).to_be_visible()
    hidden.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")  # Enter in a field sends its form
    expect(page.locator(".ontario-pill")).to_have_count(1)
    assert "keywords_en=" in page.url


def test_titles_are_sorted_in_the_readers_language(
    page: Page, portals: Portals, sign_in: SignIn
) -> None:
    sign_in(page, portals.internal, "editor")
    page.goto(f"{portals.internal}/fr/dataset/")
    page.select_option("#catalogue-sort", "title")
    page.get_by_role("button", name="Actualiser").click()
    forward = results(page)
    page.select_option("#catalogue-sort", "title_desc")
    page.get_by_role("button", name="Actualiser").click()
    assert results(page)[0] != forward[0]
    expect(page.locator("#catalogue-sort")).to_have_value("title_desc")
    page.get_by_role("link", name="English").first.click()
    expect(page.locator("#catalogue-sort")).to_have_value("title_desc")


@pytest.mark.parametrize("width", ["desktop", "phone"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_nothing_found_leads_on(
    new_context: Callable[..., BrowserContext],
    portals: Portals,
    sign_in: SignIn,
    violations: Callable[[Page], list[str]],
    language: str,
    width: str,
) -> None:
    page = new_context(width).new_page()
    sign_in(page, portals.internal, "editor")
    prefix = "/fr" if language == "fr" else ""
    page.goto(f"{portals.internal}{prefix}/dataset/?q=air+zzyzzx&organization=mecp")
    assert found(page) == 0
    assert violations(page) == []
    page.locator(".ontario-nothing li a").first.click()
    assert found(page) > 0


@pytest.mark.parametrize("path", ["/dataset/", "/organization/", "/group/", "/organization/mecp"])
def test_pages_on_a_phone_fit_and_are_accessible(
    new_context: Callable[..., BrowserContext],
    portals: Portals,
    sign_in: SignIn,
    violations: Callable[[Page], list[str]],
    path: str,
) -> None:
    page = new_context("phone").new_page()
    sign_in(page, portals.internal, "editor")
    page.goto(f"{portals.internal}/fr{path}")
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0
    assert violations(page) == []
    if path == "/dataset/":  # results come first on a phone; the filters open on demand
        assert not page.locator(".ontario-filters .ontario-apply").is_visible()
        page.locator(".ontario-filters > summary").click()
        assert page.locator(".ontario-filters .ontario-apply").is_visible()


def test_a_visitor_sees_that_open_data_is_selected(page: Page, portals: Portals) -> None:
    page.goto(f"{portals.public}/fr/dataset/")
    pill = page.locator(".ontario-pill")
    expect(pill).to_have_count(1)
    expect(pill).to_contain_text("Ouvert")
    pill.click()
    expect(page.locator(".ontario-pill")).to_have_count(0)
    assert "access_level=any" in page.url
