"""Being told when a dataset opens: asked for, confirmed, ended, sent; over HTTP and by mail."""

from __future__ import annotations

import itertools
import re
from email.message import EmailMessage
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from lxml import html
from tests.catalogue.filling import fill

ADDRESS = "someone@example.com"
_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def nobody_waits(database: Any) -> None:
    with database.begin() as connection:
        connection.execute(sa.text("DELETE FROM ontario_votes_subscription"))


@pytest.fixture
def addresses(database: Any) -> Any:
    """Return the addresses that are kept."""

    def read() -> list[str]:
        query = sa.text("SELECT email FROM ontario_votes_subscription ORDER BY email")
        with database.connect() as connection:
            return list(connection.scalars(query))

    return read


class Browser:
    """Somebody without a script."""

    def __init__(self, url: str) -> None:
        self.url, self.session = url, requests.Session()
        self.email = f"someone-{next(_numbers)}@example.com"

    def page(self, path: str) -> Any:
        answer = self.session.get(self.url + path, timeout=60)
        return answer.status_code, html.fromstring(answer.text)

    def submit(self, path: str, **values: str) -> Any:
        _status, page = self.page(path)
        [form] = page.xpath("//*[@role='main']//form[@method='post']")
        sent = {**dict(form.form_values()), **values}
        origin = {"Origin": self.url}
        return self.session.post(
            self.url + form.get("action"), data=sent, headers=origin, timeout=60
        )


def link_of(mail: EmailMessage) -> str:
    found = re.search(r"https?://\S+(/votes/opening/mail/\S+|/dataset/\S+)", mail.get_content())
    assert found, mail.get_content()
    return found.group(1)


@pytest.fixture
def browser(world: Any) -> Browser:
    return Browser(world.url)


def ask(browser: Browser, world: Any, mailbox: Any, prefix: str = "") -> EmailMessage:
    path = f"{prefix}/votes/opening/{world.names['review-0']}"
    answer = browser.submit(path, email=f" {browser.email.upper()} ")
    assert answer.status_code == 200, answer.text[:300]
    [mail] = mailbox.taken()
    assert mail["To"].addresses[0].addr_spec == browser.email
    return mail


def send(world: Any) -> dict[str, int]:
    [done] = fill(world.server, ("ontario_vote_opening_send", {}))
    return done


def test_a_confirmed_address_gets_one_mail_and_is_deleted(
    world: Any, browser: Browser, mailbox: Any, addresses: Any
) -> None:
    link = link_of(ask(browser, world, mailbox))
    assert addresses() == [browser.email]
    assert browser.page(link)[0] == 200
    assert send(world) == {"sent": 0, "failed": 0, "dropped": 0}
    assert browser.submit(link, decision="confirm").status_code == 200
    assert send(world)["sent"] == 0  # not open yet
    level = {"access_level": "open", "license_id": "OGL-ON-1.0", "planned_release_date": ""}
    name = world.names["opening"]
    answer = browser.submit(f"/votes/opening/{name}", email=browser.email)
    assert answer.status_code == 200
    [mail] = mailbox.taken()
    assert browser.submit(link_of(mail), decision="confirm").status_code == 200
    fill(world.server, ("package_patch", {"id": name, **level}))
    assert send(world) == {"sent": 1, "failed": 0, "dropped": 0}
    [told] = mailbox.taken()
    assert link_of(told).endswith(name)
    assert "List-Unsubscribe" in told
    assert (addresses(), send(world)["sent"]) == ([browser.email], 0)  # the other still waits


def test_whoever_did_not_ask_ends_it(
    world: Any, browser: Browser, mailbox: Any, addresses: Any
) -> None:
    link = link_of(ask(browser, world, mailbox, "/fr"))
    assert link.startswith("/votes/opening/mail/")
    assert browser.submit(link, decision="end").status_code == 200
    assert addresses() == []
    assert browser.session.get(browser.url + link, timeout=60).status_code == 200
    again = browser.submit(link, decision="confirm")
    assert again.status_code == 404


def test_mails_are_in_the_reader_s_language(world: Any, browser: Browser, mailbox: Any) -> None:
    mail = ask(browser, world, mailbox, "/fr")
    assert mail["Content-Language"] == "fr"
    assert "Confirmez" in mail["Subject"]
    assert "/fr/votes/opening/mail/" in mail.get_content()


def test_asking_twice_keeps_one_address(
    world: Any, browser: Browser, mailbox: Any, addresses: Any
) -> None:
    first, second = (ask(browser, world, mailbox) for _ in range(2))
    assert first["Message-ID"] == second["Message-ID"]
    assert addresses() == [browser.email]


def test_an_address_that_nobody_confirms_goes(
    world: Any, browser: Browser, mailbox: Any, addresses: Any, database: Any
) -> None:
    link = link_of(ask(browser, world, mailbox))
    old = "UPDATE ontario_votes_subscription SET created = created - interval '3 days'"
    with database.begin() as connection:
        connection.execute(sa.text(old))
    assert browser.submit(link, decision="confirm").status_code == 404
    assert send(world)["dropped"] == 1
    assert addresses() == []


@pytest.mark.parametrize(
    ("record", "email", "code"),
    [("open", ADDRESS, 409), ("review-1", "nobody", 409), ("missing", ADDRESS, 404)],
)
def test_what_can_t_be_waited_for(
    world: Any, client: Any, record: str, email: str, code: int, addresses: Any
) -> None:
    name = world.names.get(record, "no-such-record")
    answer = client().post("ontario_vote_opening_subscribe", id=name, email=email)
    assert (answer.status_code, addresses()) == (code, [])


def test_other_sites_can_t_ask(world: Any, client: Any, addresses: Any) -> None:
    given = {"id": world.names["review-0"], "email": ADDRESS}
    evil = client(origin="https://evil.example")
    assert evil.post("ontario_vote_opening_subscribe", **given).status_code == 403
    for path in (f"/votes/opening/{given['id']}", "/votes/opening/mail/x"):
        assert requests.post(world.url + path, data=given, timeout=60).status_code == 403
    assert addresses() == []


def test_an_address_is_not_flooded(world: Any, client: Any, mailbox: Any) -> None:
    given = {"id": world.names["review-0"], "email": "flooded@example.com"}
    one = client()
    codes = [
        one.post("ontario_vote_opening_subscribe", **given).status_code for _number in range(7)
    ]
    assert codes == [200] * 5 + [409] * 2
    assert len(mailbox.taken()) == 5
