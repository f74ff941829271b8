"""From draft to public and back, as the people of a ministry do it in a browser."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.e2e import publication_world
from tests.e2e.portals import Portals
from tests.e2e.publication_world import MINISTRY, World

from ckanext.ontario.publication import config
from ckanext.ontario.stack import commands

POINTS = ("legal", "privacy", "security", "accessibility", "issues_plan")
REASON = "The period is wrong: it ends in 2024, the file ends in 2023."


@pytest.fixture(scope="module")
def world(internal_server: Any, portals: Portals) -> World:
    """The workflow's people on the running internal portal."""
    return publication_world.make(internal_server, portals)


@pytest.fixture(scope="module")
def push(
    internal_server: Any, public_server: Any, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], None]:
    """Deliver what waits to the public portal, as the scheduler does each minute."""
    folder: Path = tmp_path_factory.mktemp("push")
    token, ini = folder / "publication.token", folder / "internal.ini"
    public_server.ckan("ontario-publication", "rotate-token", str(token))
    given = {config.PUBLIC_URL: public_server.url, config.TOKEN_FILE: token}
    lines = [
        line
        for line in internal_server.ini.read_text().splitlines()
        if line.partition("=")[0].strip() not in given
    ]
    options = [f"{name} = {value}" for name, value in given.items()]
    place = lines.index("[app:main]") + 1
    ini.write_text("\n".join([*lines[:place], *options, *lines[place:]]))
    ini.chmod(0o600)

    def run() -> None:
        subprocess.run(
            commands.ckan(ini, ("ontario-publication", "push")), check=True, capture_output=True
        )

    return run


@pytest.fixture
def person(
    new_context: Callable[..., BrowserContext], portals: Portals, sign_in: Callable[..., None]
) -> Callable[..., Page]:
    """Sign somebody in, in a browser of their own: ``person("director", javascript=False)``."""

    def make(who: str, width: str = "desktop", *, javascript: bool = True) -> Page:
        page = new_context(width, javascript=javascript).new_page()
        sign_in(page, portals.internal, who)
        return page

    return make


def approve(page: Page, button: str) -> None:
    for point in POINTS:
        page.check(f"#field-{point}")
    page.get_by_role("button", name=button, exact=True).click()


def test_an_editor_submits_a_director_returns_then_schedules_and_approves(
    world: World, person: Callable[..., Page], violations: Callable[[Page], list[str]]
) -> None:
    record = world.dataset()
    editor, director = person("editor", javascript=False), person("director")

    editor.goto(f"{world.url}/dataset/{record['name']}")
    editor.get_by_role("link", name="Submit for approval").click()
    editor.get_by_role("button", name="Submit for approval").click()
    expect(editor.locator(".flash-messages")).to_contain_text("Submitted.")

    director.goto(f"{world.url}/publication")
    assert violations(director) == []
    director.locator(f"a[href='/publication/{record['id']}/approve']").click()
    assert violations(director) == []
    director.get_by_role("link", name="Return it with a reason instead").click()
    director.fill("#field-reason", REASON)
    assert violations(director) == []
    director.get_by_role("button", name="Return", exact=True).click()
    expect(director.locator(".flash-messages")).to_contain_text("Returned.")

    editor.goto(f"{world.url}/dataset/{record['name']}")
    expect(editor.locator(".publication-reason")).to_have_text(REASON)
    editor.get_by_role("link", name="Submit for approval").click()
    editor.get_by_role("button", name="Submit for approval").click()

    director.goto(f"{world.url}/publication/{record['id']}/approve")
    director.check("#field-release-later")
    director.fill("#field-release_at", "2060-03-14T09:00")
    approve(director, "Approve")
    expect(director.locator(".publication-status")).to_contain_text("March 14, 2060")
    director.get_by_role("link", name="Change the scheduled release").click()
    assert violations(director) == []
    director.get_by_role("button", name="Cancel the release").click()
    director.get_by_role("link", name="Review and approve").click()
    approve(director, "Approve")
    expect(director.locator(".publication-status")).to_contain_text("On the public portal")
    assert violations(director) == []


def test_a_director_delegates_and_the_delegate_approves_several_in_french(
    world: World, person: Callable[..., Page], violations: Callable[[Page], list[str]]
) -> None:
    kept, *others = [world.submitted() for _ in range(3)]
    director, delegate = person("director", javascript=False), person("delegate", "phone")

    director.goto(f"{world.url}/fr/publication/roles")
    director.select_option("#field-user", "delegate")
    director.select_option("#field-organization", MINISTRY)
    director.fill("#field-valid_until", "2060-01-01")
    director.get_by_role("button", name="Consigner le rôle").click()
    expect(director.locator(".flash-messages")).to_contain_text("Le rôle est consigné.")

    delegate.goto(f"{world.url}/fr/publication")
    assert violations(delegate) == []
    assert delegate.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    for record in (kept, *others):
        delegate.check(f"[name=id][value='{record['id']}']")
    delegate.get_by_role("button", name="Examiner ensemble les fiches cochées").click()
    assert violations(delegate) == []
    assert delegate.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    delegate.uncheck(f"#chosen-{kept['id']}")
    approve(delegate, "Approuver les fiches cochées")
    expect(delegate.locator(".flash-messages")).to_contain_text("2 fiches approuvées.")
    states = [
        world.ask("editor", "ontario_release_show", id=one["id"])["state"]
        for one in (kept, *others)
    ]
    assert states == ["in_review", "approved", "approved"]

    delegate.goto(f"{world.url}/fr/publication/roles")
    assert violations(delegate) == []
    assert delegate.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    director.get_by_role("button", name=re.compile("Y mettre fin.*Delegate")).click()
    expect(director.locator(".flash-messages")).to_contain_text("Le rôle a pris fin.")
    delegate.goto(f"{world.url}/fr/publication/{kept['id']}/approve")
    expect(delegate.locator(".publication-form")).to_have_count(0)


def test_the_public_sees_a_record_until_it_is_withdrawn_and_a_notice_once_it_is_removed(
    world: World,
    push: Callable[[], None],
    page: Page,
    person: Callable[..., Page],
    portals: Portals,
    violations: Callable[[Page], list[str]],
) -> None:
    record = world.live()
    addresses = {
        language: f"{portals.public}{prefix}/dataset/{record['name']}"
        for language, prefix in (("en", ""), ("fr", "/fr"))
    }
    push()
    for language, address in addresses.items():
        page.goto(address)
        expect(page.locator("h1")).to_contain_text(record["title_translated"][language])
        assert violations(page) == []

    director = person("director", "phone", javascript=False)
    director.locator(".masthead").get_by_role("link", name="Publication").click()
    director.goto(f"{world.url}/fr/publication/{record['id']}")
    director.get_by_role("link", name="Retirer du portail public").click()
    director.fill("#field-reason", REASON)
    director.check("#field-confirm")
    director.get_by_role("button", name="Retirer", exact=True).click()
    push()
    for address in addresses.values():
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 404

    deputy = person("deputy")
    deputy.goto(f"{world.url}/publication/{record['id']}/remove")
    deputy.fill("#field-reason", REASON)
    deputy.fill("#field-confirm_name", record["name"])
    deputy.get_by_role("button", name="Remove for ever").click()
    push()
    for address in addresses.values():
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 410
        expect(page.locator("p[lang=fr]")).to_contain_text("pour de bon")
        band = page.locator(".ontario-portal")
        expect(band).to_have_css("border-bottom-color", "rgb(4, 123, 72)")
        assert violations(page) == []


def test_a_deputy_minister_removes_for_ever(
    world: World, person: Callable[..., Page], violations: Callable[[Page], list[str]]
) -> None:
    record = world.live()
    deputy = person("deputy", javascript=False)
    deputy.goto(f"{world.url}/fr/publication/{record['id']}")
    deputy.get_by_role("link", name="Supprimer pour toujours").click()
    deputy.fill("#field-reason", "Un tribunal l’a ordonné.")
    deputy.fill("#field-confirm_name", "autre-chose")
    deputy.get_by_role("button", name="Supprimer pour toujours").click()
    expect(deputy.locator("#wrong-confirm_name")).to_contain_text(record["name"])
    deputy.fill("#field-confirm_name", record["name"])
    deputy.get_by_role("button", name="Supprimer pour toujours").click()
    expect(deputy.locator(".publication-status")).to_contain_text("Supprimée pour toujours")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_is_accessible(
    world: World,
    person: Callable[..., Page],
    violations: Callable[[Page], list[str]],
    language: str,
) -> None:
    live, gaps = world.live(), world.dataset(notes_translated={"en": "Only English.", "fr": ""})
    waiting = world.submitted()
    own = {
        "director": [
            f"{live['id']}/withdraw", f"{live['id']}/standing", f"{waiting['id']}/approve", "roles",
            f"{live['id']}/restore",
        ],
        "editor": [f"{gaps['id']}/submit", f"{gaps['id']}"],
        "deputy": [f"{live['id']}/remove"],
        "admin": ["roles"],
    }  # fmt: skip
    prefix = "/fr" if language == "fr" else ""
    for who, pages in own.items():
        page = person(who)
        for path in pages:
            page.goto(f"{world.url}{prefix}/publication/{path}")
            assert page.locator("html").get_attribute("lang") == language
            assert violations(page) == [], path


def test_a_form_says_what_is_wrong_without_a_mouse(
    world: World, person: Callable[..., Page], violations: Callable[[Page], list[str]]
) -> None:
    record = world.live()
    director = person("director")
    director.goto(f"{world.url}/publication/{record['id']}/withdraw")
    director.eval_on_selector("form.publication-form", "form => { form.noValidate = true }")
    director.focus("#field-reason")
    director.keyboard.press("Tab")
    director.keyboard.press("Tab")
    director.keyboard.press("Enter")
    expect(director.locator("#errors")).to_be_focused()
    assert violations(director) == []
    director.keyboard.press("Tab")
    director.keyboard.press("Enter")
    assert director.url.endswith("#field-confirm")
