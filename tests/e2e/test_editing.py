"""Editing together and editing many, as two people in two browsers do it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page
from tests.e2e.portals import Portals

SAVE = "#dataset-edit button[name=save][value=save]"
CONFLICT = ".ontario-conflict"


@pytest.fixture
def two(
    new_context: Callable[..., BrowserContext], portals: Portals, sign_in: Callable[..., None]
) -> tuple[Page, Page, str, list[dict[str, Any]]]:
    """An editor without JavaScript, a director with a phone, and records of their ministry."""
    editor = new_context(javascript=False).new_page()
    director = new_context("phone").new_page()
    sign_in(editor, portals.internal, "editor")
    sign_in(director, portals.internal, "director")
    api = f"{portals.internal}/api/3/action"
    asked = editor.request.get(f"{api}/organization_list_for_user?permission=update_dataset")
    own = asked.json()["result"][0]["name"]
    found = editor.request.get(f"{api}/package_search?fq=organization:{own}&rows=3&sort=name+asc")
    return editor, director, portals.internal, found.json()["result"]["results"]


def test_two_people_meet_in_a_form(
    two: tuple[Page, Page, str, Any], violations: Callable[[Page], list[str]]
) -> None:
    editor, director, url, records = two
    name = records[0]["name"]
    editor.goto(f"{url}/dataset/edit/{name}")
    director.goto(f"{url}/fr/dataset/edit/{name}")
    editor.fill("[name=title_translated-fr]", "Titre de la rédaction")
    editor.click(SAVE)
    editor.wait_for_url(f"**/dataset/{name}")
    director.fill("[name=title_translated-fr]", "Titre de la direction")
    director.click(SAVE)
    panel = director.locator(CONFLICT)
    panel.wait_for()
    assert "a enregistré ceci le" in panel.inner_text()
    assert "Titre de la rédaction" in panel.inner_text()
    assert director.input_value("[name=title_translated-fr]") == "Titre de la direction"
    assert violations(director) == []
    director.check("[name=ontario_save_over]")
    director.click(SAVE)
    director.wait_for_url(f"**/dataset/{name}")

    editor.goto(f"{url}/dataset/{name}/changes")
    assert "Titre de la direction" in editor.inner_text("table >> nth=0")
    director.goto(f"{url}/fr/dataset/{name}/changes")
    assert "Titre de la direction" in director.inner_text("table >> nth=0")
    assert violations(director) == []


def test_many_are_changed_without_a_script(
    two: tuple[Page, Page, str, Any], violations: Callable[[Page], list[str]]
) -> None:
    editor, director, url, _ = two
    director.goto(f"{url}/fr/editing/bulk")
    assert violations(director) == []
    editor.goto(f"{url}/editing/bulk")
    chosen = editor.locator("[name=ids]")
    for number in (0, 1):
        chosen.nth(number).check()
    editor.fill("[name=add-keywords-fr]", "essai de lot")
    editor.get_by_role("button", name="Preview").click()
    editor.get_by_role("button", name="Change 2 datasets").click()
    assert "Has changed: 2" in editor.inner_text(".ontario-counts")
    assert "essai de lot" in editor.inner_text("table")


def test_the_preview_and_the_report_are_accessible(
    two: tuple[Page, Page, str, Any], violations: Callable[[Page], list[str]]
) -> None:
    _, director, url, _ = two
    director.goto(f"{url}/fr/editing/bulk")
    director.locator("[name=ids]").first.check()
    director.fill("[name=add-keywords-en]", "batch test")
    director.get_by_role("button", name="Afficher l’aperçu").click()
    director.wait_for_selector("text=Aperçu de la modification")
    assert violations(director) == []
    director.get_by_role("button", name="Modifier 1 jeu de données").click()
    director.wait_for_selector("text=Compte rendu")
    assert violations(director) == []
