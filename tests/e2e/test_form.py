"""An editor drafts and completes a record: both languages, with and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.e2e.portals import PASSWORD, Portals

SignIn = Callable[[Page, str, str], None]


@pytest.mark.parametrize(
    ("language", "javascript", "width"), [("en", True, "desktop"), ("fr", False, "phone")]
)
def test_an_editor_drafts_and_completes_a_record(
    new_context: Callable[..., BrowserContext],
    portals: Portals,
    sign_in: SignIn,
    violations: Callable[[Page], list[str]],
    language: str,
    javascript: bool,
    width: str,
) -> None:
    page = new_context(width, javascript=javascript).new_page()
    sign_in(page, portals.internal, "editor")
    page.goto(f"{portals.internal}/{language}/dataset/new")
    rationale = page.locator("#field-exemption_rationale-en")
    expect(rationale).to_be_visible(visible=not javascript)

    # A mistake: the focus is on the summary, and the summary leads to the input.
    page.fill(f"#field-title_translated-{language}", f"Form journey {language}")
    page.fill("#field-maintainer_email", "nobody")
    page.click("button[value=draft]")
    expect(page.locator("#form-errors")).to_be_focused()
    if javascript:  # axe is a script
        assert violations(page) == []
    page.locator("#form-errors a").first.press("Enter")
    expect(page.locator("#field-maintainer_email")).to_be_focused()
    page.fill("#field-maintainer_email", "")
    page.select_option("#field-access_level", "restricted")
    expect(rationale).to_be_visible()
    page.fill("#field-exemption_rationale-en", "Names of people.")
    page.select_option("#field-access_level", "open")
    expect(rationale).to_be_visible(visible=not javascript)
    page.select_option("#field-access_level", "restricted")
    expect(rationale).to_have_value("Names of people.")
    page.locator("button[value=draft]").press("Enter")

    # The record's page says what is missing next; each gap leads to its input.
    checklist = page.locator(".ontario-checklist")
    expect(checklist).to_be_visible()
    page.wait_for_load_state()  # before its scripts are there, what is clicked may still move
    other = "fr" if language == "en" else "en"
    page.click(f".ontario-checklist a[href$='#field-title_translated-{other}']")
    page.fill(f"#field-title_translated-{other}", "The other language")
    for code in ("en", "fr"):
        page.fill(f"#field-notes_translated-{code}", f"What it holds ({code}).")
    page.select_option("#field-exemption", "privacy")
    page.fill("#field-exemption_rationale-fr", "Noms de personnes.")
    page.click("button[value=file]")
    page.set_input_files(
        "#field-upload", {"name": "a.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"}
    )
    page.fill("#field-name_translated-en", "Levels")
    page.click("button[value=done]")
    page.locator(".ontario-checklist button").click()
    expect(page.locator(".ontario-checklist")).to_be_visible()
    assert page.locator(".ontario-checklist button").count() == 0  # no draft any more
    assert "/edit" not in page.url


STATES = ["/dataset/new", "/dataset/edit/{name}", "/dataset/{name}/resource/new"]


@pytest.fixture(scope="module")
def drafts(browser: Any, portals: Portals) -> Any:
    """A browser context in which an editor is signed in, and a draft of theirs."""
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(f"{portals.internal}/user/login")
    page.fill("#field-login", "editor")
    page.fill("#field-password", PASSWORD)
    page.press("#field-password", "Enter")
    page.wait_for_url(lambda address: "/user/login" not in address)
    page.goto(f"{portals.internal}/dataset/new")
    page.fill("#field-title_translated-en", "Form states")
    page.click("button[value=draft]")
    page.wait_for_url("**/dataset/form-states*")
    yield page
    context.close()


@pytest.mark.parametrize("prefix", ["", "/fr"])
@pytest.mark.parametrize("path", STATES)
def test_each_form_is_accessible_and_narrow(
    drafts: Page, portals: Portals, violations: Callable[[Page], list[str]], path: str, prefix: str
) -> None:
    drafts.goto(f"{portals.internal}{prefix}{path.format(name='form-states')}")
    assert violations(drafts) == []
    wider = drafts.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0
