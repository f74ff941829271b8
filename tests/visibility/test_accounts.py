"""Accounts of the internal portal: who may have one, and what others see of it."""

from __future__ import annotations

from typing import Any

import pytest
from ckan import model


def create(person: Any, email: str, name: str = "newcomer") -> Any:
    return person.action("user_create", name=name, email=email, password="correct-horse")


def test_an_account_at_an_allowed_domain(people: Any) -> None:
    assert create(people.sysadmin, "a@ontario.ca").status_code == 200


@pytest.mark.parametrize("email", ["a@gmail.com", "a@ontario.ca.evil.com", "a@sub.ontario.ca"])
def test_an_account_elsewhere_is_refused_and_named(people: Any, email: str) -> None:
    answer = create(people.sysadmin, email)
    assert answer.status_code == 409
    assert "ontario.ca" in answer.json["error"]["email"][0]
    assert model.User.get("newcomer") is None


def test_only_administrators_create_accounts(people: Any, anonymous: Any) -> None:
    assert create(people.director, "a@ontario.ca").status_code == 403
    assert create(anonymous, "a@ontario.ca").status_code == 401
    assert people.director.get("/user/register").status_code in {302, 403}


def test_an_invitation_elsewhere_is_refused(people: Any) -> None:
    asked = {"group_id": people.health["id"], "role": "member"}
    answer = people.director.action("user_invite", email="a@gmail.com", **asked)
    assert answer.status_code == 409
    assert "email" in answer.json["error"]


def test_an_invitation_is_in_both_languages(people: Any, mailbox: Any) -> None:
    """Nobody knows yet which one its reader prefers."""
    asked = {"email": "a@ontario.ca", "group_id": people.health["id"], "role": "member"}
    assert people.director.action("user_invite", **asked).status_code == 200
    (mail,) = mailbox.taken()
    assert mail["Subject"].startswith("You are invited to ")
    assert " / Vous êtes invité" in mail["Subject"]
    english, french = mail.get_content().split("---")
    for words, said in ((english, "choose a password:\n"), (french, "mot de passe\u00a0:\n")):
        name, link = words.split(said)
        assert "/user/reset/" in link
        assert people.users.director["name"] not in name


def test_an_address_can_not_be_changed_to_one_elsewhere(people: Any) -> None:
    me = people.users.member
    moved = people.member.action("user_patch", id=me["id"], email="me@gmail.com")
    assert moved.status_code == 409
    assert model.User.get(me["id"]).email == me["email"]
    kept = people.member.action("user_patch", id=me["id"], fullname="Somebody")
    assert kept.status_code == 200


def test_hashes_of_addresses_are_not_shown(people: Any) -> None:
    me = people.users.member
    assert "email_hash" in people.member.ask("user_show", id=me["name"])
    assert "email_hash" not in people.other.ask("user_show", id=me["name"])
    assert "email_hash" not in people.other.action("user_list").text
    members = people.member.ask("organization_show", id="health", include_users=True)
    assert members["users"]
    assert "email_hash" not in str(members)
    page = people.member.get(f"/user/{me['name']}")
    assert "gravatar" not in page.text
