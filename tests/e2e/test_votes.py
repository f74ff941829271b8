"""Somebody votes: with a script and without, in both languages, and moves the votes at log-in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.votes.conftest import answer, database, plant  # noqa: F401 -- fixtures

NewContext = Callable[..., BrowserContext]

VOTE = {"": ("Vote", "Voted"), "/fr": ("Voter", "Voté")}


@pytest.fixture(scope="module")
def world(public_server: Any) -> Any:
    """Records of each kind and people, on the public portal."""
    return plant(public_server)


def counts(page: Page) -> Any:
    return page.locator("#votes .votes-count")


def button(page: Page) -> Any:
    return page.locator("#votes button")


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("prefix", VOTE)
def test_a_visitor_votes_and_takes_it_back(
    new_context: NewContext,
    world: Any,
    violations: Callable[[Page], list[str]],
    prefix: str,
    javascript: bool,
) -> None:
    page = new_context("phone", javascript=javascript).new_page()
    address = f"{world.url}{prefix}/dataset/{world.names['closed']}"
    page.goto(address)
    vote, voted = VOTE[prefix]
    expect(button(page)).to_have_attribute("aria-pressed", "false")
    expect(button(page)).to_have_text(vote)
    before = counts(page).inner_text()
    button(page).click()
    expect(button(page)).to_have_attribute("aria-pressed", "true")
    expect(button(page)).to_contain_text(voted)
    expect(counts(page)).not_to_have_text(before)
    if javascript:
        expect(button(page)).to_be_focused()
        expect(page.locator("#votes [role=status]")).not_to_be_empty()
        assert violations(page) == []
    page.goto(address)
    expect(button(page)).to_have_attribute("aria-pressed", "true")
    page.goto(f"{world.url}{'' if prefix else '/fr'}/dataset/{world.names['closed']}")
    expect(button(page)).to_have_attribute("aria-pressed", "true")
    button(page).press("Enter")
    expect(button(page)).to_have_attribute("aria-pressed", "false")
    page.goto(address)
    expect(counts(page)).to_have_text(before)


def test_votes_of_the_browser_move_at_log_in(
    page: Page, world: Any, sign_in: Callable[[Page, str, str], None]
) -> None:
    address = f"{world.url}/dataset/{world.names['review-1']}"
    page.goto(address)
    button(page).click()
    expect(button(page)).to_have_attribute("aria-pressed", "true")
    sign_in(page, world.url, world.users["citizen"])
    page.goto(f"{world.url}/votes")
    page.get_by_role("button", name="Move the votes").click()
    expect(page.locator(".flash-messages")).to_contain_text("1 vote is your account’s now")
    expect(page.locator(".votes-merge")).to_have_count(0)
    page.goto(address)
    expect(counts(page)).to_contain_text("1 with an account")
    expect(button(page)).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("language", ["", "/fr"])
@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_the_ranking_and_requests_are_for_everybody(
    new_context: NewContext,
    world: Any,
    violations: Callable[[Page], list[str]],
    language: str,
    width: str,
) -> None:
    page = new_context(width).new_page()
    page.goto(f"{world.url}/dataset/{world.names['review-2']}")
    button(page).click()
    expect(button(page)).to_have_attribute("aria-pressed", "true")
    page.goto(f"{world.url}{language}/votes?organization={world.owner}")
    expect(page.locator("tbody tr").first).to_be_visible()
    assert violations(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide
    page.locator("a[href*='/votes/suggest']").first.click()
    page.fill("#field-title", f"Bridges {language} {width} {world.owner}")
    assert violations(page) == []
    page.locator(".votes-page form button").click()
    expect(page.locator(".flash-messages .alert")).to_have_count(1)


@pytest.mark.parametrize(
    ("prefix", "said"), [("", "A release is planned"), ("/fr", "Une publication est prévue")]
)
def test_what_the_ministry_answered_is_read_beside_the_votes(
    page: Page,
    world: Any,
    answer: Callable[..., None],  # noqa: F811 -- the fixture
    violations: Callable[[Page], list[str]],
    prefix: str,
    said: str,
) -> None:
    name, record = world.names["review-3"], world.records["review-3"]
    answer(record, 1 if prefix else 2, "planned", "In spring.", "Au printemps.")
    page.goto(f"{world.url}{prefix}/dataset/{name}#votes")
    expect(page.locator("#votes .votes-answers li").first).to_contain_text(said)
    assert violations(page) == []
    page.locator("#votes a[href*='/votes/opening/']").click()
    expect(page.locator("#field-email")).to_be_visible()
    assert violations(page) == []
    page.goto(f"{world.url}{prefix}/votes/about")
    expect(page.locator(".votes-policy h1")).to_be_visible()
    assert violations(page) == []
