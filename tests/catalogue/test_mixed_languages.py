"""What exists only in the other language says so, on every page, to readers that speak."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import html

from callers import Caller
from factories import call, create_shared, dataset_values, make_organization, make_user

TITLES = {"en": "Otters of the lakes", "fr": "Les loutres des lacs"}
OTHER = {"en": "fr", "fr": "en"}
WORDS = {"en": "otters", "fr": "loutres"}
PREFIX = {"en": "", "fr": "/fr"}


NOT_LEFT = " and ".join(
    f"not(ancestor::{one})"
    for one in ("script", "option", "textarea", "p[@class='record-citation']", "details")
)
"""Citations and filters join texts of both languages in one line."""


def unmarked(text: str, page: str, language: str) -> list[str]:
    """Return where a page has a text of a language without saying that it is in it."""
    found: list[str] = []
    for node in html.fromstring(page).xpath(f"//body//text()[{NOT_LEFT}]"):
        parent = node.getparent() if node.is_text else node.getparent().getparent()
        if text in node:
            (near,) = parent.xpath("ancestor-or-self::*[@lang][1]/@lang")
            if near != language:
                found.append(f"<{parent.tag} class={parent.get('class')!r}> {node.strip()[:60]}")
    return found


@pytest.fixture(scope="module")
def world(internal: Any, clean_module: None) -> Any:
    """Two ministries and two datasets, each in one language alone, and their Director."""
    director = make_user()["name"]
    for language, title in TITLES.items():
        name = f"only-{language}"
        make_organization(
            name=f"ministry-{name}",
            title_translated={language: f"Ministry {title}"},
            description_translated={language: f"About {title}"},
            users=[{"name": director, "capacity": "admin"}],
        )
        values = dataset_values(
            name=name,
            owner_org=f"ministry-{name}",
            title_translated={language: title},
            notes_translated={language: f"Notes {title}"},
            short_description_translated={language: f"Short {title}"},
            keywords={language: [f"Word {title}"]},
        )
        values["resources"][0] |= {"name_translated": {language: f"File {title}"}}
        create_shared(director, **values)
    token = call("api_token_create", user=director, name="tests")["token"]
    return Caller(internal, director, token)


PAGES = [
    "/dataset/only-{0}",
    "/dataset/?q={1}",
    "/organization/ministry-only-{0}",
    "/organization/",
    "/organization/about/ministry-only-{0}",
    "/organization/members/ministry-only-{0}",
    "/organization/manage_members/ministry-only-{0}",
    "/organization/member_new/ministry-only-{0}",
    "/organization/edit/ministry-only-{0}",
    "/publication",
    "/publication/only-{0}",
    "/publication/only-{0}/submit",
    "/publication/only-{0}/standing",
    "/publication/roles",
    "/dataset/only-{0}/changes",
    "/dataset/only-{0}/duplicate",
    "/dashboard/datasets",
]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_text_in_the_other_language_says_so(world: Caller, address: str, language: str) -> None:
    other = OTHER[language]
    answer = world.get(PREFIX[language] + address.format(other, WORDS[other]))
    assert answer.status_code == 200
    assert TITLES[other] in answer.text
    assert unmarked(TITLES[other], answer.text, other) == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_titles_on_the_first_page_and_in_activity_say_so(world: Caller, language: str) -> None:
    other = OTHER[language]
    first = world.get(f"{PREFIX[language]}/").text
    assert [one for one in unmarked(TITLES[other], first, other) if "Ministry" not in one] == []
    activity = world.get(f"{PREFIX[language]}/dataset/activity/only-{other}").text
    crumbs = html.tostring(html.fromstring(activity).xpath("//ol[@class='breadcrumb']")[0])
    assert unmarked(TITLES[other], crumbs.decode(), other) == []


def test_a_page_about_an_organization_shows_words(world: Caller) -> None:
    page = world.page("/fr/organization/about/ministry-only-fr").text_content()
    assert f"About {TITLES['fr']}" in page
    assert "{'" not in page


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_title_of_a_page_names_the_site_in_its_language(world: Caller, language: str) -> None:
    (title,) = world.page(f"{PREFIX[language]}/organization/").xpath("//head/title/text()")
    site = {
        "en": "Ontario Data Catalogue (internal)",
        "fr": "Catalogue de données de l’Ontario (interne)",
    }[language]
    assert title.strip().endswith(site)
