"""The form of a harvested dataset: which fields are the source's, and what becomes of a change."""

from __future__ import annotations

from typing import Any

import pytest
from ckan import model
from ckanext.harvest.model import HarvestSource

from statements import statements

from .conftest import Harvests, act, row
from .people import Caller
from .test_http import people

__all__ = ["people"]

OWN = row(1, internal="ours", url="https://example.com/a.csv", formats="csv")
REPLACED = {"en": "your change is replaced", "fr": "votre modification est remplacée"}
STAYS = {"en": "your change stays", "fr": "votre modification est conservée"}


@pytest.fixture
def dataset(harvests: Harvests, packages: Any) -> dict[str, Any]:
    """A harvested dataset whose working notes are left to the ministry."""
    harvests.config = {"local_fields": ["colby_notes"]}
    harvests.run([OWN])
    return packages()["1"]


def note(page: Any, field: str) -> str:
    found = page.xpath(f"//*[@id='field-{field}-note']")
    return " ".join(found[0].text_content().split()) if found else ""


def notice(page: Any) -> str:
    found = page.xpath("//section[@aria-labelledby='harvest-owned']")
    return " ".join(found[0].text_content().split()) if found else ""


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_form_says_which_fields_are_the_sources(
    dataset: dict[str, Any], people: dict[str, Caller], language: str
) -> None:
    prefix = "" if language == "en" else "/fr"
    page = people["editor"].page(f"{prefix}/dataset/edit/{dataset['name']}")
    assert "Test source" in notice(page)
    for field in ("title_translated", "notes_translated", "access_level", "owner_org"):
        assert REPLACED[language] in note(page, field), field
        described = page.xpath(f"//*[contains(@aria-describedby, 'field-{field}-note')]")
        assert described, field
    assert STAYS[language] in note(page, "colby_notes")
    for field in ("other_title", "keywords", "retention_schedule"):
        assert note(page, field) == "", field


def test_what_the_form_says_is_what_harvests_do(
    harvests: Harvests, dataset: dict[str, Any], people: dict[str, Caller], packages: Any
) -> None:
    page = people["editor"].page(f"/dataset/edit/{dataset['name']}")
    mine = {"en": "Mine", "fr": "À moi"}
    act(
        "package_patch", id=dataset["id"], notes_translated=mine, colby_notes="mine",
        other_title="mine",
    )  # fmt: skip
    harvests.run([{**OWN, "en": "Changed", "internal": "theirs"}])
    after = packages()["1"]
    assert REPLACED["en"] in note(page, "notes_translated")
    assert after["notes_translated"] == dataset["notes_translated"]
    assert STAYS["en"] in note(page, "colby_notes")
    assert after["colby_notes"] == "mine"
    assert after["other_title"] == "mine"


def test_the_source_is_named_to_those_who_may_read_it(
    harvests: Harvests, people: dict[str, Caller], packages: Any
) -> None:
    harvests.config = {"publishers": "any"}
    harvests.run([row(1, publisher="Ministry of Education"), row(2)])
    theirs, own = (f"/dataset/edit/{packages()[guid]['name']}" for guid in ("1", "2"))
    said = people["another ministry"].page(theirs)
    assert notice(said)
    assert "Test source" not in notice(said)
    assert not said.xpath("//section[@aria-labelledby='harvest-owned']//a")
    assert REPLACED["en"] in note(said, "title_translated")
    assert "Test source" in notice(people["editor"].page(own))
    administrator = people["administrator"].page(own)
    (link,) = administrator.xpath("//section[@aria-labelledby='harvest-owned']//a/@href")
    assert "Water quality 2" in people["administrator"].page(link).text_content()


def test_a_form_that_names_another_ministrys_dataset_says_nothing(
    dataset: dict[str, Any], people: dict[str, Caller]
) -> None:
    data = {"id": dataset["id"], "save": "draft", "title_translated-en": "", "owner_org": "edu"}
    answer = people["another ministry"].post("/dataset/new", data=data)
    assert "harvest-owned" not in answer.text
    assert "Test source" not in answer.text


def test_other_datasets_and_sources_that_are_off_say_nothing(
    dataset: dict[str, Any], people: dict[str, Caller]
) -> None:
    assert notice(people["editor"].page("/dataset/new")) == ""
    source: Any = model.Session.query(HarvestSource).one()
    source.active = False
    model.Session.commit()
    page = people["editor"].page(f"/dataset/edit/{dataset['name']}")
    assert notice(page) + note(page, "title_translated") == ""


def test_fields_are_asked_for_at_once(dataset: dict[str, Any], people: dict[str, Caller]) -> None:
    url = f"/dataset/edit/{dataset['name']}"
    people["editor"].page(url)
    model.Session.remove()
    with statements() as asked:
        people["editor"].page(url)
    assert len([each for each in asked if "FROM ontario_harvest_record" in each]) == 1
