"""An uploaded file as a table: read by the worker, looked at and described in a browser."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, expect
from tests.e2e.portals import Portals

ROWS = "Lac,Année,Niveau\n" + "".join(f"Lac {n},2020,{n}.5\n" for n in range(1, 46))


@pytest.fixture(scope="module")
def table(internal_server: Any, portals: Portals) -> str:
    """The path of the table of a file that an editor uploaded and the worker read."""
    headers = {"Authorization": internal_server.token("editor")}
    api = f"{portals.internal}/api/3/action"
    names = {"en": "Lake levels", "fr": "Niveaux des lacs"}
    record = {"name": "e2e-levels", "owner_org": "mecp", "title_translated": names}
    record |= {"access_level": "under_review"}
    made = requests.post(f"{api}/package_create", json=record, headers=headers, timeout=60)
    assert made.ok, made.text
    sent = requests.post(
        f"{api}/resource_create",
        data={
            "package_id": "e2e-levels",
            "type": "data",
            "format": "CSV",
            "name_translated": json.dumps(names),
        },
        files={"upload": ("levels.csv", io.BytesIO(ROWS.encode()))},
        headers=headers,
        timeout=60,
    )
    assert sent.ok, sent.text
    internal_server.ckan("jobs", "worker", "--burst")
    return f"/dataset/e2e-levels/resource/{sent.json()['result']['id']}"


@pytest.mark.parametrize("javascript", [True, False])
def test_an_editor_describes_a_table_and_reads_it_in_french(
    new_context: Callable[..., BrowserContext],
    portals: Portals,
    sign_in: Callable[[Page, str, str], None],
    violations: Callable[[Page], list[str]],
    table: str,
    javascript: bool,
) -> None:
    page = new_context(javascript=javascript).new_page()
    sign_in(page, portals.internal, "editor")
    page.goto(f"{portals.internal}{table}/table")
    expect(page.locator("caption").first).to_contain_text("Rows 1 to 20 of 45")
    page.get_by_role("link", name="Next page").click()
    expect(page.locator("caption").first).to_contain_text("Rows 21 to 40 of 45")
    page.get_by_role("link", name="Describe the columns").click()
    page.locator("fieldset", has_text="Niveau").get_by_label("Label in French").fill("Hauteur")
    if javascript:
        assert violations(page) == []
    page.get_by_role("button", name="Save").click()
    page.goto(f"{portals.internal}/fr{table}/table?q=45")
    expect(page.locator("th[scope=col]", has_text="Hauteur").first).to_be_visible()
    expect(page.locator("caption").first).to_contain_text("Lignes 1 à 1 sur 1")
    expect(page.locator("tbody td").nth(2)).to_have_text("45,5")
    if javascript:
        assert violations(page) == []
