"""A reader asks for data, a Director grants it, the reader downloads it, the grant runs out."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from playwright.sync_api import BrowserContext, Page, expect
from tests.e2e.portals import PASSWORD, Portals

from sharing import share_all

READER = "reader"


@pytest.fixture(scope="module")
def file(internal_server: Any, portals: Portals) -> str:
    """The path of a file of the editor's ministry; a reader works for another one."""
    api = f"{portals.internal}/api/3/action"

    def ask(user: str, action: str, **data: Any) -> Any:
        headers = {"Authorization": internal_server.token(user)}
        files = data.pop("files", None)
        sent: dict[str, Any] = {"data": data, "files": files} if files else {"json": data}
        answer = requests.post(f"{api}/{action}", headers=headers, timeout=60, **sent)
        assert answer.ok, answer.text
        return answer.json()["result"]

    ask("admin", "user_create", name=READER, email="reader@ontario.ca", password=PASSWORD)
    ask("admin", "organization_member_create", id="moh", username=READER, role="editor")
    names = {"en": "Well depths", "fr": "Profondeur des puits"}
    record = {"name": "e2e-wells", "owner_org": "mecp", "title_translated": names}
    ask("editor", "package_create", access_level="restricted", **record)
    made = ask(
        "editor",
        "resource_create",
        package_id="e2e-wells",
        format="CSV",
        name="Wells",
        files={"upload": ("wells.csv", io.BytesIO(b"well,depth\nA,12\n"))},
    )
    share_all(internal_server)
    return f"/dataset/e2e-wells/resource/{made['id']}"


def run_out(server: Any) -> None:
    """Let the last day of every grant be yesterday."""
    found = re.search(r"^sqlalchemy\.url\s*=\s*(\S+)", server.ini.read_text(), re.MULTILINE)
    assert found
    engine = sa.create_engine(found[1])
    with engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE ontario_visibility_access_request SET until = :day"),
            {"day": date.today() - timedelta(days=2)},  # noqa: DTZ011 -- past everywhere
        )
    engine.dispose()


def test_from_request_to_expiry(
    new_context: Callable[..., BrowserContext],
    portals: Portals,
    internal_server: Any,
    sign_in: Callable[[Page, str, str], None],
    violations: Callable[[Page], list[str]],
    file: str,
) -> None:
    site = portals.internal
    reader = new_context("phone", javascript=True).new_page()
    sign_in(reader, site, READER)
    reader.goto(f"{site}/dataset/e2e-wells")
    expect(reader.get_by_role("link", name="Download")).to_have_count(0)
    reader.get_by_role("link", name="Ask for the data").click()
    assert violations(reader) == []
    reader.get_by_label("What do you need the data for?").fill("A study of wells.")
    reader.get_by_role("button", name="Send the request").press("Enter")
    expect(reader.locator("table")).to_contain_text("Waiting for the ministry")
    assert violations(reader) == []
    assert reader.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0

    director = new_context(javascript=False).new_page()
    sign_in(director, site, "director")
    director.goto(f"{site}/fr/access-requests/waiting")
    director.get_by_role("button", name="Accorder").click()
    expect(director.get_by_role("alert")).to_contain_text("Indiquez le dernier jour")
    until = (date.today() + timedelta(days=30)).isoformat()  # noqa: DTZ011 -- any day ahead
    director.get_by_label("Dernier jour de l’accès").fill(until)
    director.get_by_role("button", name="Accorder").click()
    expect(director.locator(".flash-messages")).to_contain_text("La demande est accordée.")
    expect(director.get_by_role("button", name="Terminer l’accès")).to_have_count(1)

    reader.goto(f"{site}/fr{file}")
    expect(reader.locator(".record-data")).to_contain_text("Le dernier jour est le")
    with reader.expect_download() as download:
        reader.get_by_role("link", name="Télécharger").first.click()
    assert download.value.path().read_text().startswith("well,depth")

    run_out(internal_server)
    reader.goto(f"{site}{file}")
    expect(reader.get_by_role("link", name="Download")).to_have_count(0)
    expect(reader.get_by_role("link", name="Ask for the data")).to_have_count(1)
    headers = {"Authorization": internal_server.token("admin")}
    url = f"{site}/api/3/action/ontario_access_request_expire"
    ended = requests.post(url, json={}, headers=headers, timeout=60).json()["result"]
    assert ended == {"ended": 1}
