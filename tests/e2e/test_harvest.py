"""Harvesting in a browser: by keyboard and without JavaScript, in both languages, on a phone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page
from tests.e2e.portals import Portals
from tests.harvest.conftest import row, rows, text

LANGUAGES = ("en", "fr")


@dataclass(frozen=True)
class World:
    """A source with a run whose missing records wait for a decision."""

    source: str
    job: str

    def path(self, name: str) -> str:
        """Return the address of a page."""
        job = f"/harvest/{self.source}/job/{self.job}"
        return {
            "form": "/harvest/new?source_type=inventory",
            "upload": "/harvest/upload",
            "source": f"/harvest/{self.source}",
            "about": f"/harvest/about/{self.source}",
            "dashboard": f"/harvest/admin/{self.source}",
            "harvests": f"/harvest/{self.source}/job",
            "report": f"{job}?severity=error",
            "changes": f"{job}/changes",
            "gone": f"{job}/gone",
            "records": f"/harvest/{self.source}/records",
            "schedule": f"/harvest/{self.source}/schedule",
            "again": f"/harvest/{self.source}/again?guid=1",
            "edit": f"/harvest/edit/{self.source}",
        }[name]


PAGES = (
    *("form", "upload", "source", "about", "dashboard", "harvests", "report", "changes", "gone"),
    *("records", "schedule", "again", "edit"),
)


@pytest.fixture(scope="module")
def world(internal_server: Any, portals: Portals, tmp_path_factory: Any) -> World:
    """Harvest a document twice: rows of it change, are refused, are gone."""
    path = tmp_path_factory.mktemp("harvest") / "water-inventory.csv"
    for content in (
        rows(12),
        [row(1, en="Lake levels"), row(2, access="Partly open"), *rows(6)[2:]],
    ):
        path.write_text(text(content), encoding="utf-8")
        internal_server.ckan(
            "ontario-harvest", "run", str(path), "--organization", "mecp", "--json", check=False
        )
    listed = internal_server.ckan("ontario-harvest", "runs", "--limit", "1", "--json")
    run = json.loads(listed.stdout)[0]
    shown = internal_server.ckan("ontario-harvest", "show", run["id"], "--json", check=False)
    assert json.loads(shown.stdout)["approval"]["state"] == "waiting"
    source = internal_server.ckan(
        "ontario-harvest", "schedule", run["source_id"], "--cron", "30 2 * * *", "--json"
    )
    return World(json.loads(source.stdout)["source_id"], run["job_id"])


def prefix(language: str) -> str:
    return "/fr" if language == "fr" else ""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_pages_of_harvesting(
    staff: BrowserContext,
    portals: Portals,
    world: World,
    violations: Callable[[Page], list[str]],
    name: str,
    language: str,
) -> None:
    page = staff.new_page()
    page.goto(f"{portals.internal}{prefix(language)}{world.path(name)}")
    assert page.locator("html").get_attribute("lang") == language
    found = violations(page)
    page.set_viewport_size({"width": 390, "height": 800})
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    page.close()
    assert found == []
    assert wider <= 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refused_form_says_what_is_wrong(
    staff: BrowserContext, portals: Portals, violations: Callable[[Page], list[str]], language: str
) -> None:
    page = staff.new_page()
    page.goto(f"{portals.internal}{prefix(language)}/harvest/new?source_type=ckan_portal")
    page.click("#save")
    link = page.get_by_role("alert").get_by_role("link").first
    assert violations(page) == []
    link.click()
    assert page.evaluate("document.activeElement.id || location.hash.slice(1)") == "field-name"
    page.close()


@pytest.fixture(scope="module")
def staff(browser: Any, portals: Portals, internal_server: Any) -> Any:
    """A browser context in which a Director is signed in."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    log_in(page, portals.internal)
    page.close()
    yield context
    context.close()


def log_in(page: Page, url: str, user: str = "director") -> None:
    page.goto(f"{url}/user/login")
    page.fill("#field-login", user)
    page.fill("#field-password", "correct-horse-battery-9")
    page.press("#field-password", "Enter")
    page.wait_for_url(lambda address: "/user/login" not in address)


def press(page: Page, name: str, times: int = 80) -> None:
    """Go to a button or link by the keyboard alone, and press it."""
    wanted = page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first
    for _step in range(times):
        if wanted.evaluate("each => each === document.activeElement"):
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way leads to {name!r}")


def test_a_source_is_tried_and_saved_by_keyboard_without_javascript(
    new_context: Callable[..., BrowserContext],
    portals: Portals,
    violations: Callable[[Page], list[str]],
    tmp_path: Path,
) -> None:
    path = tmp_path / "inventory.csv"
    path.write_text(text([row(1), row(2, access="Partly open")]), encoding="utf-8")
    page = new_context("phone", javascript=False).new_page()
    log_in(page, portals.internal)
    page.goto(f"{portals.internal}/harvest/new?source_type=inventory")
    page.fill("#field-title", "Keyboard inventory")
    page.fill("#field-name", "keyboard-inventory")
    page.set_input_files("#field-document", str(path))
    page.focus("#field-document")
    press(page, "Try it")
    assert page.locator("h1").inner_text() == "Trial: Keyboard inventory"
    assert "choice_unknown" in page.content()
    assert page.get_by_text("Water quality 1").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    press(page, "Save the source")
    assert "/harvest/admin/keyboard-inventory" in page.url
    press(page, "Harvest now")
    press(page, "Start the harvest")
    assert "How far it is" in page.content()
    press(page, "Load it again every 10 seconds")
    assert page.locator("meta[http-equiv=refresh]").count() == 1


def test_a_director_decides_by_keyboard(
    staff: BrowserContext, portals: Portals, world: World
) -> None:
    page = staff.new_page()
    page.goto(f"{portals.internal}/harvest/{world.source}/job/{world.job}/gone")
    press(page, "Keep them as they are")
    assert page.url.endswith(world.job)
    assert "stay as they are" in page.content()
    page.close()


@pytest.fixture
def worker(internal_server: Any) -> Iterator[None]:
    """The portal's worker, which harvests what is queued."""
    environment = {**os.environ, "CKAN_INI": str(internal_server.ini)}
    command = [sys.executable, "-m", "ckanext.ontario.stack.worker"]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    yield
    process.terminate()
    process.wait(30)


def test_a_run_is_watched_until_its_report_shows(
    request: pytest.FixtureRequest,
    staff: BrowserContext,
    portals: Portals,
    world: World,
    violations: Callable[[Page], list[str]],
) -> None:
    page = staff.new_page()
    page.goto(f"{portals.internal}/harvest/refresh/{world.source}")
    page.get_by_role("button", name="Start the harvest").click()
    page.wait_for_url("**/job/*")
    assert page.get_by_role("heading", name="How far it is").is_visible()
    assert violations(page) == []
    request.getfixturevalue("worker")
    page.wait_for_selector("h1:has-text('Harvest report')", timeout=120_000)
    page.close()
