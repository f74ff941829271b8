"""Reports of barriers: anybody writes one, the team gets a mail, administrators close it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckan.tests.helpers import call_action
from tests.callers import Caller
from tests.publication.pages_people import filled, text_of

from ckanext.ontario.accessibility import config
from ckanext.ontario.accessibility.model import BARRIER
from ckanext.ontario.shared import clock

TEAM = "team@example.ca"
SAID = {"text": "The table has no headings.", "page": "/votes", "email": "reader@example.ca"}


def caller(app: Any, **values: Any) -> Caller:
    user = factories.User(**values)
    token = call_action("api_token_create", user=user["name"], name="tests")["token"]
    return Caller(app, user["name"], token)


@pytest.fixture(scope="module")
def member(clean_module: None, internal: Any) -> Caller:
    return caller(internal)


@pytest.fixture(scope="module")
def administrator(clean_module: None, internal: Any) -> Caller:
    return caller(internal, sysadmin=True)


@pytest.fixture(autouse=True)
def no_reports(internal: Any) -> Iterator[None]:
    yield
    model.Session.rollback()
    model.Session.execute(sa.delete(BARRIER))
    model.Session.commit()


@pytest.fixture
def team(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tk.config, config.EMAIL, TEAM)


def kept() -> list[Any]:
    model.Session.rollback()
    return list(model.Session.execute(sa.select(BARRIER).order_by(BARRIER.c.at)).mappings())


# --- reporting -------------------------------------------------------------------------------


def test_anybody_reports_on_the_public_portal(public_server: Any) -> None:
    person = requests.Session()
    page = person.get(f"{public_server.url}/fr/accessibility/report", timeout=60)
    token = re.search(r'name="ontario_guard" value="([^"]+)"', page.text)
    assert token
    origin = {"Origin": public_server.url}
    address = f"{public_server.url}/fr/accessibility/report"
    sent = {"ontario_guard": token[1], "text": "Sans titre.", "page": "", "email": ""}
    answer = person.post(address, data=sent, headers=origin, timeout=60)
    assert answer.url.endswith("/fr/accessibility")
    assert "Merci." in answer.text
    forged = requests.post(address, data={"text": "x"}, timeout=60)
    assert forged.status_code in {400, 403}


def test_the_form_works_without_a_script(member: Caller) -> None:
    address = "/accessibility/report"
    sent = {**filled(member, address), **SAID}
    wrong = member.post(address, {**sent, "email": "nobody"})
    assert wrong.status_code == 409
    assert "This is not an e-mail address" in wrong.text
    assert 'href="#field-email"' in wrong.text
    assert SAID["text"] in wrong.text
    assert member.post(address, sent).status_code == 302
    (row,) = kept()
    assert {name: row[name] for name in SAID} == SAID
    assert row["language"] == "en"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "text"),
        ({"text": "  "}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"text": "x", "email": "a@"}, "email"),
        ({"text": "x", "page": "x" * 501}, "page"),
    ],
)
def test_what_is_wrong_is_said_by_field(member: Caller, given: dict[str, str], field: str) -> None:
    assert set(member.refused("ontario_barrier_create", "fr", **given)) == {field}
    assert kept() == []


def test_there_is_an_end_to_what_may_wait(member: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tk.config, config.MOST_OPEN, 1)
    member.ask("ontario_barrier_create", **SAID)
    assert set(member.refused("ontario_barrier_create", **SAID)) == {"message"}
    assert len(kept()) == 1


# --- who may read ----------------------------------------------------------------------------


def test_administrators_alone_read_and_close(
    internal: Any, member: Caller, administrator: Caller
) -> None:
    made = member.ask("ontario_barrier_create", **SAID)
    nobody = Caller(internal)
    for who in (nobody, member):
        for action in ("ontario_barrier_list", "ontario_barrier_close", "ontario_barrier_send"):
            assert who.action(action, id=made["id"]).status_code in {401, 403}
        assert who.get("/accessibility/reports").status_code in {401, 403, 404}
    found = administrator.ask("ontario_barrier_list")
    assert [one["email"] for one in found["results"]] == [SAID["email"]]
    page = administrator.get("/accessibility/reports")
    assert SAID["text"] in text_of(page)
    sent = filled(administrator, "/accessibility/reports")
    assert administrator.post("/accessibility/reports", sent).status_code == 302
    assert administrator.post("/accessibility/reports", sent).status_code == 404
    (row,) = kept()
    assert row["closed_at"] is not None
    assert row["email"] == ""
    assert SAID["text"] in text_of(administrator.get("/accessibility/reports?closed=true"))


@pytest.mark.parametrize(("prefix", "said"), [("", "Accessibility"), ("/fr", "Accessibilité")])
def test_the_statement_is_in_the_footer_of_every_page(
    member: Caller, team: None, prefix: str, said: str
) -> None:
    home = member.page(f"{prefix}/about")
    (link,) = home.xpath("//footer//a[contains(@href, '/accessibility')]")
    assert link.text_content() == said
    page = member.page(link.get("href"))
    assert page.xpath("//h1")[0].text_content() == said
    assert page.xpath(f"//a[@href='mailto:{TEAM}']")


# --- the mail --------------------------------------------------------------------------------


def send() -> dict[str, int]:
    return call_action("ontario_barrier_send")


def test_each_report_is_mailed_once(member: Caller, mailbox: Any, team: None) -> None:
    member.action("ontario_barrier_create", "fr", **SAID)
    assert send()["mailed"] == 1
    assert send()["mailed"] == 0
    (mail,) = mailbox.taken()
    assert mail["To"].addresses[0].addr_spec == TEAM
    assert mail["Subject"].startswith("Signalement d’un obstacle")
    for part in (SAID["text"], SAID["email"], "/accessibility/reports"):
        assert part in mail.get_content()


def test_what_is_not_taken_is_mailed_later(member: Caller, mailbox: Any, team: None) -> None:
    member.ask("ontario_barrier_create", **SAID)
    with pytest.MonkeyPatch.context() as broken:
        broken.setitem(tk.config, "smtp.server", "127.0.0.1:1")
        assert send() == {"mailed": 0, "failed": 1, "forgotten": 0}
    assert send()["mailed"] == 1
    assert len(mailbox.taken()) == 1


def test_nothing_is_mailed_without_a_team(member: Caller) -> None:
    member.ask("ontario_barrier_create", **SAID)
    assert send() == {"mailed": 0, "failed": 0, "forgotten": 0}


def test_closed_reports_are_forgotten(
    member: Caller, administrator: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [member.ask("ontario_barrier_create", **SAID)["id"] for _ in range(2)]
    administrator.ask("ontario_barrier_close", id=made[0])
    late = clock.now() + timedelta(days=config.kept_days() + 1)
    monkeypatch.setattr(clock, "now", lambda: late)
    assert send()["forgotten"] == 1
    assert [row["id"] for row in kept()] == [made[1]]
