"""The language a person is written to: chosen on the form of their account, kept with it."""

from __future__ import annotations

from typing import Any

import pytest
from ckan import model

from ckanext.ontario.shared.client import behind
from ckanext.ontario.shared.people import keep_with, kept_with, language_of_user


def kept(user: Any) -> str:
    model.Session.expire_all()
    return language_of_user(model.User.get(user["id"]))


def test_a_person_chooses_a_language(settled: Any) -> None:
    me, person = settled.users.member, settled.member
    assert kept(me) == "en"
    person.ask("user_patch", id=me["id"], language="fr")
    assert kept(me) == "fr"
    person.ask("user_patch", id=me["id"], fullname="Somebody")
    assert kept(me) == "fr"
    refused = person.action("user_patch", id=me["id"], language="de")
    assert refused.status_code == 409
    assert "language" in refused.json["error"]
    other = settled.other.action("user_patch", id=me["id"], language="en")
    assert other.status_code == 403
    assert kept(me) == "fr"
    form = person.get(f"/user/edit/{me['name']}").text
    assert '<option value="fr" lang="fr" selected>' in form


@pytest.mark.parametrize("extras", [None, {}, {"ontario": None}, {"ontario": {"language": "de"}}])
def test_without_a_choice_it_is_english(extras: Any) -> None:
    assert language_of_user(model.User(plugin_extras=extras)) == "en"
    assert language_of_user(None) == "en"


def test_what_others_keep_with_an_account_stays() -> None:
    user = model.User(plugin_extras={"other": 1, "ontario": {"language": "fr", "more": 2}})
    keep_with(user, more=None)
    assert user.plugin_extras == {"other": 1, "ontario": {"language": "fr"}}
    assert kept_with(user) == {"language": "fr"}


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        ("", 0, "10.0.0.1"),
        ("6.6.6.6", 0, "10.0.0.1"),
        ("6.6.6.6, 203.0.113.9", 1, "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9, 10.0.0.2", 2, "203.0.113.9"),
        ("203.0.113.9", 2, "10.0.0.1"),
    ],
)
def test_a_client_says_nothing_about_itself(forwarded: str, proxies: int, address: str) -> None:
    assert behind("10.0.0.1", forwarded, proxies) == address
