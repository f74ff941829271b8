"""Registering on the public portal by an address that is proven: over HTTP, with real mail."""

from __future__ import annotations

import re
import secrets
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import sqlalchemy as sa

PASSWORD = "correct-horse-battery"


class Person:
    """Somebody with a browser and an address, on one network."""

    def __init__(self, server: Any, email: str = "") -> None:
        self.server = server
        self.email = email or f"{secrets.token_hex(4)}@example.com"
        self.session = requests.Session()

    def page(self, path: str) -> requests.Response:
        return self.session.get(f"{self.server.url}{path}", timeout=60)

    def post(self, path: str, **values: str) -> requests.Response:
        """Send the form of a page, with the token it was given."""
        token = re.search(r'name="ontario_guard" value="([^"]+)"', self.page(path).text)
        sent = {**values, **({"ontario_guard": token[1]} if token else {})}
        headers = {"Sec-Fetch-Site": "same-origin"}
        url = f"{self.server.url}{path}"
        return self.session.post(url, data=sent, headers=headers, timeout=60)

    def register(self, **values: str) -> requests.Response:
        typed = {"email": self.email, "fullname": "Ada", "password": PASSWORD, "language": "en"}
        return self.post("/user/register", **{**typed, **values})

    def may_log_in(self, password: str = PASSWORD) -> bool:
        session = requests.Session()
        url = f"{self.server.url}/user/login"
        page = session.get(url, timeout=60).text
        token = re.search(r'name="_csrf_token"[^>]*?(?:value|content)="([^"]+)"', page)
        token = token or re.search(r'content="([^"]+)"[^>]*name="_csrf_token"', page)
        sent = {"login": self.email, "password": password}
        sent |= {"_csrf_token": token[1]} if token else {}
        answer = session.post(url, data=sent, timeout=60)
        return "/user/login" not in answer.url and answer.status_code == 200


@pytest.fixture
def person(public_server: Any, mailbox: Any) -> Person:
    """Somebody new; the limits of earlier tests are forgotten."""
    execute(public_server, None)
    return Person(public_server)


def option(server: Any, name: str) -> str:
    found = re.search(rf"^{re.escape(name)}\s*=\s*(\S+)", server.ini.read_text(), re.MULTILINE)
    assert found
    return found[1]


def execute(server: Any, statement: str | None, **values: Any) -> Any:
    """Run a statement in the portal's database; without one, forget who tried how often."""
    if statement is None:
        import redis  # noqa: PLC0415

        client = redis.Redis.from_url(option(server, "ckan.redis.url"))
        for key in client.scan_iter("ontario:registration:*"):
            client.delete(key)
        return None
    engine = sa.create_engine(option(server, "sqlalchemy.url"))
    with engine.begin() as connection:
        answer = connection.execute(sa.text(statement), values)
        found = answer.all() if answer.returns_rows else None
    engine.dispose()
    return found


def link_in(mail: Any) -> str:
    found = re.search(r"https?://\S+", mail.get_content())
    assert found
    return urlsplit(found[0]).path


def state_of(person: Person) -> str | None:
    found = execute(
        person.server, 'SELECT state FROM "user" WHERE email = :email', email=person.email
    )
    return found[0][0] if found else None


def test_from_registration_to_log_in(person: Person, mailbox: Any) -> None:
    answer = person.register(language="fr", fullname="Ada Lovelace")
    assert answer.status_code == 200, answer.text
    assert state_of(person) == "pending"
    assert not person.may_log_in()
    (mail,) = mailbox.taken()
    assert mail["To"].addresses[0].addr_spec == person.email
    assert mail["Subject"] == "Confirmer votre compte"
    path = link_in(mail)
    assert path.startswith("/fr/user/confirm/")

    page = person.page(path)
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "public" not in page.headers["Cache-Control"]
    assert state_of(person) == "pending"  # opening it is not enough: programs open links too
    assert person.post(path, password="not-this-one").status_code == 400
    assert state_of(person) == "pending"
    assert person.post(path, password=PASSWORD).status_code == 200
    assert state_of(person) == "active"
    assert person.may_log_in()
    assert person.page(path).status_code == 404
    kept = execute(
        person.server, 'SELECT plugin_extras FROM "user" WHERE email = :email', email=person.email
    )
    assert kept[0][0] == {"ontario": {"language": "fr"}}


def test_a_known_address_gets_the_same_answer_and_another_mail(
    person: Person, mailbox: Any
) -> None:
    first = person.register()
    person.post(link_in(mailbox.taken()[0]), password=PASSWORD)
    stranger = Person(person.server, person.email)
    again = stranger.register(password="another-password", fullname="Mallory", language="fr")
    assert (again.status_code, words(again)) == (first.status_code, words(first))
    (mail,) = mailbox.taken()
    assert mail["Subject"] == "You have an account"
    assert "/user/confirm/" not in mail.get_content()
    assert person.may_log_in()
    assert not person.may_log_in("another-password")


def words(answer: requests.Response) -> str:
    """The answer's text without what differs between any two pages."""
    text = re.sub(r"<script.*?</script>|<meta[^>]*>|<[^>]+>", "", answer.text, flags=re.DOTALL)
    return " ".join(text.split())


def test_the_last_of_two_registrations_counts(person: Person, mailbox: Any) -> None:
    stranger = Person(person.server, person.email)
    stranger.register(password="strangers-password")
    (strangers,) = mailbox.taken()
    person.register()
    (own,) = mailbox.taken()
    assert stranger.page(link_in(strangers)).status_code == 404
    assert stranger.post(link_in(own), password="strangers-password").status_code == 400
    assert person.post(link_in(own), password=PASSWORD).status_code == 200
    assert person.may_log_in()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "nobody"),
        ("email", "a@b.ca\r\nBcc: c@d.ca"),
        ("fullname", " "),
        ("fullname", "x" * 101),
        ("password", "short"),
        ("password", "x" * 201),
        ("language", "de"),
    ],
)
def test_what_is_wrong_is_named(person: Person, mailbox: Any, field: str, value: str) -> None:
    answer = person.register(**{field: value})
    assert answer.status_code == 400
    assert mailbox.taken() == []
    assert state_of(person) is None
    assert PASSWORD not in answer.text


def test_an_address_is_not_flooded(person: Person, mailbox: Any) -> None:
    codes = [Person(person.server, person.email).register().status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    assert len(mailbox.taken()) == 3
    shouted = Person(person.server, person.email.upper()).register()
    assert shouted.status_code == 429


def test_a_client_does_not_register_many(person: Person, mailbox: Any) -> None:
    codes = [Person(person.server).register(email="bad").status_code for _ in range(3)]
    assert codes == [400, 400, 400]
    for _ in range(20):
        assert Person(person.server).register().status_code == 200
    forged = Person(person.server)
    forged.session.headers["X-Forwarded-For"] = "203.0.113.77"
    assert forged.register().status_code == 429
    assert len(mailbox.taken()) == 20


def test_a_form_of_another_site_is_refused(public_server: Any, mailbox: Any) -> None:
    url = f"{public_server.url}/user/register"
    sent = {"email": "x@example.com", "fullname": "X", "password": PASSWORD, "language": "en"}
    assert requests.post(url, data=sent, timeout=60).status_code == 403
    assert mailbox.taken() == []


@pytest.mark.parametrize("token", ["x", "e30.aaaa.bbbb", "%00", "a" * 3000])
def test_a_made_up_link_is_no_use(public_server: Any, token: str) -> None:
    assert Person(public_server).page(f"/user/confirm/{token}").status_code in {400, 404}


def test_a_password_is_chosen_anew(person: Person, mailbox: Any) -> None:
    person.register()
    person.post(link_in(mailbox.taken()[0]), password=PASSWORD)
    session = requests.Session()
    reset = f"{person.server.url}/user/reset"
    session.post(reset, data={"user": person.email}, timeout=60)
    (mail,) = mailbox.taken()
    assert mail["Subject"] == (
        "Choose a new password for Ontario Data Catalogue"
        " / Choisir un nouveau mot de passe pour le Catalogue de données de l’Ontario"
    )
    words = mail.get_content()
    assert "Somebody, probably you, asked for a new password" in words
    assert "Quelqu’un, sans doute vous, a demandé un nouveau mot de passe" in words
    assert "&" not in words.replace("&key=", "")
    found = re.search(r"https?://\S+", words)
    assert found
    fresh = "fresh-horse-battery"
    session.post(found[0], data={"password1": fresh, "password2": fresh}, timeout=60)
    assert person.may_log_in(fresh)
    assert not person.may_log_in()


def test_what_nobody_confirms_is_deleted(person: Person, mailbox: Any) -> None:
    person.register()
    path = link_in(mailbox.taken()[0])
    invited = f"{secrets.token_hex(4)}@example.com"
    execute(
        person.server,
        'INSERT INTO "user" (id, name, email, state, created) '
        "VALUES (:id, :id, :email, 'pending', now() - interval '9 days')",
        id=secrets.token_hex(8),
        email=invited,
    )
    old = "UPDATE \"user\" SET created = now() - interval '3 days' WHERE email = :email"
    execute(person.server, old, email=person.email)
    name = f"chief-{secrets.token_hex(3)}"
    person.server.ckan("user", "add", name, f"email={name}@ontario.ca", f"password={PASSWORD}")
    url = f"{person.server.url}/api/3/action/ontario_registration_expire"
    headers = {"Authorization": person.server.token(name)}
    assert requests.post(url, json={}, headers=headers, timeout=60).status_code == 403
    execute(person.server, 'UPDATE "user" SET sysadmin = true WHERE name = :name', name=name)
    done = requests.post(url, json={}, headers=headers, timeout=60)
    assert done.json()["result"]["deleted"] >= 1
    assert state_of(person) is None
    assert person.page(path).status_code == 404
    assert state_of(Person(person.server, invited)) == "pending"


def test_without_mail_nobody_registers(public_server: Any) -> None:
    execute(public_server, None)
    assert Person(public_server).register().status_code == 503


def test_the_api_makes_no_accounts(public_server: Any, internal_server: Any) -> None:
    values = {"name": "me", "email": "me@example.com", "password": PASSWORD}
    url = "/api/3/action/user_create"
    for server, code in ((public_server, 403), (internal_server, 401)):
        assert requests.post(f"{server.url}{url}", json=values, timeout=60).status_code == code
    assert requests.get(f"{internal_server.url}/user/confirm/x", timeout=60).status_code == 401
