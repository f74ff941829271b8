"""What ckanext-harvest says itself, where our portal lets it speak, is in the reader's language."""

from __future__ import annotations

from typing import Any

import pytest

from factories import make_organization, make_user

from .people import caller, member

SOURCE = {
    "title": "Inventory",
    "url": "https://example.ca/inventory.csv",
    "source_type": "inventory",
    "config": "{}",
}


@pytest.fixture
def editor(internal: Any, clean: None) -> Any:
    """An editor who has a source; ``values`` are another one's."""
    ministry = make_organization()
    person = member(internal, ministry["name"])
    person.ask("harvest_source_create", name="inventory", owner_org=ministry["id"], **SOURCE)
    return person, {**SOURCE, "name": "another", "owner_org": ministry["id"]}


@pytest.mark.parametrize(
    ("wrong", "field", "english", "french"),
    [
        (
            {},
            "url",
            "Another harvest source has this address and the same options.",
            "Une autre source de moissonnage a cette adresse et les mêmes options.",
        ),
        (
            {"source_type": "mine"},
            "source_type",
            "“mine” is not a kind of harvest source. The kinds are: inventory,",
            "«\u00a0mine\u00a0» n’est pas un type de source de moissonnage. Types",
        ),
        (
            {"frequency": "HOURLY"},
            "frequency",
            "“HOURLY” is not a frequency.",
            "«\u00a0HOURLY\u00a0» n’est pas une fréquence.",
        ),
        (
            {"config": "no options"},
            "config",
            "The options can’t be used: ",
            "Les options ne peuvent pas être utilisées\u00a0: ",
        ),
    ],
)
def test_what_its_validators_refuse(
    editor: Any, wrong: dict[str, Any], field: str, english: str, french: str
) -> None:
    person, values = editor
    for language, words in (("en", english), ("fr", french)):
        errors = person.refused("harvest_source_create", language, **{**values, **wrong})
        assert [one.startswith(words) for one in errors[field]] == [True], errors


def test_a_change_is_refused_in_the_readers_language_too(editor: Any) -> None:
    person, values = editor
    made = person.ask("harvest_source_create", **{**values, "url": "https://example.ca/2.csv"})
    errors = person.refused("harvest_source_update", "fr", id=made["id"], **values)
    assert errors["url"][0].startswith("Une autre source de moissonnage a cette adresse")


@pytest.mark.parametrize(("prefix", "words"), [("", "Harvest"), ("/fr", "Moissonnage")])
def test_its_tab_in_administration(internal: Any, clean: None, prefix: str, words: str) -> None:
    admin = caller(internal, make_user(sysadmin=True)["name"])
    tabs = admin.page(f"{prefix}/ckan-admin/").xpath("//ul[contains(@class, 'nav-tabs')]/li")
    assert words in [tab.text_content().strip() for tab in tabs]
