"""Mails about requests for data, through a real mail server; two decisions at once over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import requests as http
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import call_action
from tests.visibility.conftest import caller, make_people, make_record
from werkzeug.serving import make_server

from ckanext.ontario.publication.model import MAIL
from ckanext.ontario.shared import clock
from ckanext.ontario.shared import people as readers
from ckanext.ontario.visibility import memberships
from postbox import open_postbox

TOMORROW = clock.now().date() + timedelta(days=2)
GRANT = {"decision": "grant", "until": TOMORROW.isoformat()}
PURPOSE = "A confidential purpose."
WHY = "Not without an agreement."


@pytest.fixture(scope="module")
def world(internal: Any, clean_module: None) -> Any:
    """People, a second Director, and a record that all staff read."""
    people = make_people(internal)
    second = factories.User()
    member = {"id": "health", "username": second["name"], "role": "admin"}
    call_action("organization_member_create", **member)
    people.second, people.users.second = caller(internal, second), second
    make_record(people, "wells", resources=[{"url": "https://files.ontario.ca/w.csv"}])
    return people


@pytest.fixture
def postbox(internal: Any, world: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A mail server; no mail or request from tests before."""
    model.Session.rollback()
    model.Session.execute(sa.delete(MAIL))
    model.Session.execute("TRUNCATE ontario_visibility_access_request, package_member")
    model.Session.commit()
    with open_postbox() as box:
        monkeypatch.setitem(tk.config, "smtp.server", box.address)
        yield SimpleNamespace(mails=box.mails, app=internal.flask_app)


def ask(world: Any) -> dict[str, Any]:
    return world.other.ask("ontario_access_request_create", id="wells", reason=PURPOSE)


def sent(postbox: Any) -> list[tuple[str, str, str]]:
    """Send what waits; return address, subject and text of each."""
    postbox.mails.clear()
    with postbox.app.app_context():  # as the scheduler calls it
        call_action("ontario_publication_mail_send")
    found = [
        (mail["To"].addresses[0].addr_spec, str(mail["Subject"]), mail.get_content())
        for mail in postbox.mails
    ]
    return sorted(found)


def speaks(user: dict[str, Any], language: str | None) -> None:
    readers.keep_with(model.User.get(user["id"]), language=language)
    model.Session.commit()


def test_directors_hear_of_a_request_in_their_language(world: Any, postbox: Any) -> None:
    speaks(world.users.second, "fr")
    ask(world)
    found = {address: (subject, text) for address, subject, text in sent(postbox)}
    emails = {one["email"] for one in (world.users.director, world.users.second)}
    assert found.keys() == emails, "who decides, nobody else"
    subject, text = found[world.users.director["email"]]
    assert "asks for data of your ministry" in subject
    assert "/access-requests/waiting" in text
    subject, text = found[world.users.second["email"]]
    assert "demande des données" in subject
    assert "/fr/access-requests/waiting" in text
    for _subject, told in found.values():
        assert PURPOSE not in told
        assert "wells" not in told
    assert sent(postbox) == []


def test_who_asked_hears_of_a_grant(world: Any, postbox: Any) -> None:
    request = ask(world)
    sent(postbox)
    world.director.ask("ontario_access_request_decide", id=request["id"], **GRANT)
    ((address, subject, text),) = sent(postbox)
    assert address == world.users.other["email"]
    assert "granted" in subject
    assert str(TOMORROW.day) in text
    assert f"/dataset/{request['package_id']}" in text


def test_who_asked_hears_why_not(world: Any, postbox: Any) -> None:
    speaks(world.users.other, "fr")
    request = ask(world)
    sent(postbox)
    refusal = {"decision": "refuse", "reason": WHY}
    world.director.ask("ontario_access_request_decide", id=request["id"], **refusal)
    ((address, subject, text),) = sent(postbox)
    speaks(world.users.other, None)
    assert address == world.users.other["email"]
    assert "refusée" in subject
    assert f"Le ministère vous a écrit\N{NO-BREAK SPACE}:\n{WHY}" in text.replace("\r\n", "\n")


def test_a_withdrawal_tells_nobody(world: Any, postbox: Any) -> None:
    request = ask(world)
    sent(postbox)
    world.other.ask("ontario_access_request_decide", id=request["id"], decision="withdraw")
    assert sent(postbox) == []


def test_a_request_that_fails_tells_nobody(world: Any, postbox: Any) -> None:
    ask(world)
    sent(postbox)
    again = world.other.action("ontario_access_request_create", id="wells", reason="Again.")
    assert again.status_code == 409
    assert sent(postbox) == []


def test_a_director_above_is_told_where_roles_cascade(world: Any) -> None:
    above = factories.User()
    parent = factories.Organization(users=[{"name": above["name"], "capacity": "admin"}])
    link = model.Member(table_name="group", table_id=parent["id"], group_id=world.health["id"])
    model.Session.add(link)
    model.Session.commit()
    told = memberships.holders(world.health["id"], "admin")
    for user in (above, world.users.director, world.users.editor):
        found = model.User.get(user["id"])
        assert (user["id"] in told) == (world.health["id"] in memberships.roles_of(found, "admin"))
    model.Session.delete(link)
    model.Session.commit()


# --- at once ---------------------------------------------------------------------------------


@pytest.fixture
def address(internal: Any) -> Iterator[str]:
    """The portal on a real socket, a thread for each request."""
    server = make_server("127.0.0.1", 0, internal.flask_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def at_once(url: str, *calls: tuple[Any, str, dict[str, Any]]) -> list[http.Response]:
    """Call actions at the same moment, each by its own thread."""
    gate = threading.Barrier(len(calls))

    def call(one: tuple[Any, str, dict[str, Any]]) -> http.Response:
        person, action, data = one
        gate.wait()
        where = f"{url}/api/3/action/{action}"
        return http.post(where, json=data, headers=person.headers, timeout=60)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


@pytest.mark.parametrize("turn", range(3))
@pytest.mark.parametrize(
    "other", [GRANT, {"decision": "refuse", "reason": WHY}], ids=["grant", "refuse"]
)
def test_of_two_decisions_at_once_one_counts(
    world: Any, postbox: Any, address: str, other: dict[str, Any], turn: int
) -> None:
    request = ask(world)
    sent(postbox)
    decide = "ontario_access_request_decide"
    answers = at_once(
        address,
        (world.director, decide, {"id": request["id"], **GRANT}),
        (world.second, decide, {"id": request["id"], **other}),
    )
    assert sorted(one.status_code for one in answers) == [200, 409], turn
    (won,) = (one.json()["result"] for one in answers if one.status_code == 200)
    (lost,) = (one.json()["error"] for one in answers if one.status_code == 409)
    assert lost["decision"] == ["This request was decided meanwhile."]
    ((_address, subject, _text),) = sent(postbox)
    assert won["state"] in subject
    model.Session.rollback()
    grants = model.Session.query(model.PackageMember).count()
    assert grants == (1 if won["state"] == "granted" else 0)


def test_of_two_requests_at_once_one_counts(world: Any, postbox: Any, address: str) -> None:
    asked = {"id": "wells", "reason": PURPOSE}
    create = "ontario_access_request_create"
    answers = at_once(address, (world.other, create, asked), (world.other, create, asked))
    assert sorted(one.status_code for one in answers) == [200, 409]
    assert len(sent(postbox)) == 2, "each Director, once"


def test_the_page_tells_who_came_second(world: Any, postbox: Any) -> None:
    request = ask(world)
    world.second.ask("ontario_access_request_decide", id=request["id"], **GRANT)
    client = world.director.app.test_client(use_cookies=False)
    where = f"/access-requests/{request['id']}/decide"
    answer = client.post(where, data=GRANT, headers=world.director.headers)
    assert answer.status_code == 400
    assert "This request was decided meanwhile." in answer.text
