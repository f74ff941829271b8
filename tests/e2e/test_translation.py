"""A translator's morning in a browser: the queue, a record side by side, the table out and in."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.e2e.portals import Portals
from tests.e2e.publication_world import MINISTRY, World

from ckanext.ontario.translation import sheet

PREFIXES = {"en": "", "fr": "/fr"}
SAVED = {"en": "The texts are saved.", "fr": "Les textes sont enregistrés."}


@pytest.fixture(scope="module")
def world(internal_server: Any, portals: Portals) -> World:
    """An editor of a ministry on the running internal portal."""
    return World(portals.internal, {"editor": internal_server.token("editor")})


def waiting(world: World) -> dict[str, Any]:
    """Make a record whose description lacks French and whose French title is older."""
    record = world.dataset(
        title_translated={"en": "Water levels", "fr": "Niveaux d’eau du lac Supérieur"},
        notes_translated={"en": "How high the water stands, each day."},
        resources=[
            {
                "url": "https://example.com/levels.csv",
                "format": "CSV",
                "name_translated": {"en": "Levels of 2024"},
            }
        ],
    )
    title = {"title_translated": {"en": "Water levels of Lake Superior"}}
    world.ask("editor", "package_patch", id=record["id"], **title)
    return record


def checked(page: Page, violations: Callable[[Page], list[str]]) -> None:
    assert violations(page) == []
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0


def with_texts(table: Path, name: str, language: str) -> bytes:
    """Fill in what is missing, and spoil a mark."""
    head = {column: texts[language] for column, texts in sheet.HEADERS.items()}
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8-sig"), newline="")))
    own = [one for one in rows if one[head["name"]] == name]
    for one in own:
        one[head["fr"]] = "Niveaux de 2024"
        if not one[head["resource_id"]]:
            one[head["mark"]] = "?"
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(own)
    return out.getvalue().encode("utf-8-sig")


@pytest.mark.parametrize("width", ["desktop", "phone"])
@pytest.mark.parametrize("language", PREFIXES)
def test_a_translator_works_through_the_queue(
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[Page, str, str], None],
    violations: Callable[[Page], list[str]],
    world: World,
    language: str,
    width: str,
) -> None:
    record = waiting(world)
    page = new_context(width).new_page()
    sign_in(page, world.url, "editor")
    queue = f"{world.url}{PREFIXES[language]}/translations?organization={MINISTRY}"
    page.goto(queue)
    checked(page, violations)

    page.goto(f"{world.url}{PREFIXES[language]}/translations/{record['name']}")
    checked(page, violations)
    page.locator("[name='notes_translated:fr']").fill("La hauteur de l’eau, chaque jour.")
    page.locator("[name='title_translated:right']").check()
    changed = {"notes_translated": {"en": "How high the water stands, each hour."}}
    world.ask("editor", "package_patch", id=record["id"], **changed)
    page.locator(".form-actions button").last.click()
    expect(page.locator("[role=alert] a")).to_have_count(1)
    checked(page, violations)
    page.locator("[name='notes_translated:fr']").fill("La hauteur de l’eau, chaque heure.")
    page.locator(".form-actions button").last.click()
    expect(page.locator(".flash-messages")).to_contain_text(SAVED[language])
    checked(page, violations)

    record = waiting(world)
    page.goto(queue)
    with page.expect_download() as download:
        page.locator(f"a[href*='headers={language}']").click()
    content = with_texts(download.value.path(), record["name"], language)
    file: Any = {"name": "translations.csv", "mimeType": "text/csv", "buffer": content}
    page.set_input_files("#field-document", file)
    page.locator(".form-actions button").last.click()
    expect(page.locator("main tbody tr, [role=main] tbody tr")).to_have_count(2)
    checked(page, violations)
