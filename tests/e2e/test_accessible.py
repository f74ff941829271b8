"""Every page type in both languages and two widths: WCAG 2.2 AA by axe-core, and reflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page
from tests.e2e.conftest import refused_by_policy
from tests.e2e.portals import PASSWORD, Portals

SIGNED_OUT = {
    "internal log-in": ("internal", "/user/login"),
    "internal password reset": ("internal", "/user/reset"),
    "public home": ("public", "/"),
    "public search": ("public", "/dataset/"),
    "public organizations": ("public", "/organization/"),
    "public topics": ("public", "/group/"),
    "public inventory explorer": ("public", "/inventory"),
    "public dumps": ("public", "/dumps/"),
    "public votes": ("public", "/votes"),
    "public policy of votes": ("public", "/votes/about"),
    "public request for data": ("public", "/votes/suggest"),
    "public accessibility": ("public", "/accessibility"),
    "public report of a barrier": ("public", "/accessibility/report"),
    "public not found": ("public", "/dataset/no-such-record"),
    "public log-in": ("public", "/user/login"),
}
SIGNED_IN = {
    "home": "/",
    "search": "/dataset/?q=eau",
    "search without result": "/dataset/?q=zzzzzz",
    "dataset form": "/dataset/new",
    "organizations": "/organization/",
    "organization": "/organization/moh",
    "topics": "/group/",
    "topic": "/group/health-and-care",
    "harvest sources": "/harvest",
    "harvest source form": "/harvest/new",
    "dashboard": "/dashboard/datasets",
    "account": "/user/editor",
    "inventory explorer": "/inventory?by=groups",
    "translations": "/translations?state=current",
    "not found": "/dataset/no-such-record",
}


def prefix(language: str) -> str:
    return "/fr" if language == "fr" else ""


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", SIGNED_OUT)
def test_pages_for_everyone(
    page: Page,
    portals: Portals,
    violations: Callable[[Page], list[str]],
    name: str,
    language: str,
) -> None:
    portal, path = SIGNED_OUT[name]
    page.goto(f"{getattr(portals, portal)}{prefix(language)}{path}")
    assert page.locator("html").get_attribute("lang") == language
    assert violations(page) == []


@pytest.fixture(scope="module")
def editor(browser: Any, portals: Portals) -> Any:
    """A browser context in which an editor is signed in."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    refused: list[str] = []
    refused_by_policy(context, refused)
    page = context.new_page()
    page.goto(f"{portals.internal}/user/login")
    page.fill("#field-login", "editor")
    page.fill("#field-password", PASSWORD)
    page.press("#field-password", "Enter")
    page.wait_for_url(lambda address: "/user/login" not in address)
    page.close()
    yield context
    context.close()
    assert refused == []


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", SIGNED_IN)
def test_pages_for_staff(
    editor: BrowserContext,
    portals: Portals,
    violations: Callable[[Page], list[str]],
    name: str,
    language: str,
) -> None:
    page = editor.new_page()
    page.goto(f"{portals.internal}{prefix(language)}{SIGNED_IN[name]}")
    assert page.locator("html").get_attribute("lang") == language
    found = violations(page)
    page.close()
    assert found == []


@pytest.mark.parametrize("path", ["/", "/dataset/?q=eau", "/dataset/new"])
def test_a_phone_shows_pages_without_scrolling_sideways(
    editor: BrowserContext, portals: Portals, path: str
) -> None:
    page = editor.new_page()
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{portals.internal}{path}")
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    page.close()
    assert wider <= 0
