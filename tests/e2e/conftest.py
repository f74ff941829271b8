"""A real browser against both running portals.

The browser is the system's Chromium, driven by Playwright. Without one these tests are skipped
with a reason, except in CI, where a missing browser is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    sync_playwright,
)
from tests.e2e.portals import PASSWORD, Portals, prepare

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"desktop": 1280, "phone": 390}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here as a browser test."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def portals(internal_server: Any, public_server: Any) -> Portals:
    """Both portals with people; the sample inventories are harvested into the internal one."""
    prepare(internal_server)
    prepare(public_server)
    internal_server.ckan("ontario-harvest", "samples", "--json", check=False)
    return Portals(internal_server.url, public_server.url)


@pytest.fixture(scope="session")
def browser(in_ci: bool) -> Iterator[Browser]:
    """The system's Chromium, headless."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        reason = "no Chromium on the PATH; install one to run the browser tests"
        (pytest.fail if in_ci else pytest.skip)(reason)
    # Chromium's sandbox can't be used by root.
    arguments = [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Make browser contexts that are closed at the end: ``new_context(width=…, javascript=…)``."""
    made: list[BrowserContext] = []
    refused: list[str] = []

    def make(width: str = "desktop", *, javascript: bool = True) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": WIDTHS[width], "height": 900}, java_script_enabled=javascript
        )
        context.set_default_timeout(15_000)
        refused_by_policy(context, refused)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()
    assert refused == []


def refused_by_policy(context: BrowserContext, found: list[str]) -> None:
    """Note what the pages of a context ask for and their Content-Security-Policy refuses."""

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            found.append(f"{message.page.url if message.page else ''}: {message.text[:400]}")

    context.on("console", hear)


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """A page of a desktop browser with JavaScript, signed in as nobody."""
    return new_context().new_page()


@pytest.fixture(scope="session")
def violations() -> Callable[[Page], list[str]]:
    """Run axe-core on a page: one line for each WCAG 2.2 AA violation and where it is."""
    axe = Axe()

    def run(page: Page) -> list[str]:
        page.wait_for_load_state()  # a click returns before the page it leads to has its styles
        result: dict[str, Any] = axe.run(
            page, options={"runOnly": {"type": "tag", "values": WCAG}}
        ).response
        return [
            f"{found['id']}: {node['html'][:160]}"
            for found in result["violations"]
            for node in found["nodes"]
        ]

    return run


@pytest.fixture
def sign_in() -> Callable[[Page, str, str], None]:
    """Sign in through the log-in page: ``sign_in(page, portal_url, user)``."""

    def run(page: Page, url: str, user: str) -> None:
        page.goto(f"{url}/user/login")
        page.fill("#field-login", user)
        page.fill("#field-password", PASSWORD)
        page.press("#field-password", "Enter")
        page.wait_for_url(lambda address: "/user/login" not in address)

    return run
