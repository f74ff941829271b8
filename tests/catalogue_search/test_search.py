"""The search page: facets, pills, sort, paging, nothing found; as each kind of reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from ckan.tests.helpers import call_action
from tests import factories

from statements import statements

Reader = Callable[..., Any]

EVERYTHING = [
    "epidemics",
    "hospital-beds",
    "lake-levels",
    "ministry-only",
    "patients",
    "school-water",
]


def test_each_reader_finds_what_they_may_see(reader: Reader) -> None:
    page = reader("/dataset/", "editor")
    assert page.status == 200
    assert sorted(page.names()) == EVERYTHING
    assert page.pills() == {}  # nothing is preselected on the internal portal
    assert sorted(reader("/dataset/", "member").names()) == EVERYTHING
    assert "ministry-only" not in reader("/dataset/", "other").names()
    assert reader("/dataset/", "other").facet("access_level")["restricted"] == "1"
    stranger = reader("/dataset/", "")
    assert stranger.status == 302
    assert "/user/login" in stranger.headers["Location"]


def test_values_of_a_facet_are_alternatives_and_facets_are_demands(reader: Reader) -> None:
    page = reader("/dataset/?organization=moh&organization=mecp&access_level=open")
    assert sorted(page.names()) == ["hospital-beds", "lake-levels", "school-water"]
    one = reader("/dataset/?organization=mecp&access_level=open&access_level=restricted")
    assert sorted(one.names()) == ["lake-levels", "school-water"]


def test_counts_of_a_facet_stay_when_one_of_its_values_is_selected(reader: Reader) -> None:
    page = reader("/dataset/?organization=mecp")
    assert page.checked("organization") == ["mecp"]
    assert page.facet("organization") == {"mecp": "2", "moh": "4"}
    # The other facets count inside the selection.
    assert page.facet("access_level") == {"open": "2", "under_review": "0", "restricted": "0"}
    assert page.facet("update_frequency") == {"daily": "1", "yearly": "1"}


def test_every_facet_is_there_in_the_readers_words(reader: Reader) -> None:
    english, french = reader("/dataset/"), reader("/fr/dataset/")
    for page in (english, french):
        for name in (
            "access_level",
            "organization",
            "groups",
            "res_format",
            "update_frequency",
            "license_id",
            "asset_type",
            "jurisdiction",
            "category",
        ):
            assert page.facet(name), name
    assert english.facet("keywords_en")["water"] == "2"
    assert english.facet("keywords_fr") == {}
    assert french.facet("keywords_fr")["eau"] == "2"
    words = english.text("//details[contains(@class,'ontario-facet')]")
    assert "Ministry of Health" in words
    assert "Under review" in words
    assert "Crown" not in words
    assert "Provincial" in words
    mots = french.text("//details[contains(@class,'ontario-facet')]")
    assert "Ministère de la Santé" in mots
    assert "En examen" in mots
    assert "Provinciale" in mots


def test_each_pill_leads_to_the_search_without_it(reader: Reader) -> None:
    page = reader("/dataset/?q=water&organization=mecp&tags=none&keywords_fr=eau")
    pills = page.pills()
    assert len(pills) == 3
    [(words, without)] = [one for one in pills.items() if "Environment" in one[0]]
    assert words.startswith("Remove filter: Ministries and agencies:")
    assert without == "/dataset/?q=water&keywords_fr=eau&tags=none"
    assert page.tree.xpath("//a[@class='ontario-pills-clear']/@href") == ["/dataset/?q=water"]
    # What no checkbox shows travels as a hidden input of the form.
    hidden = page.tree.xpath("//form[@id='catalogue-search']//input[@type='hidden']")
    assert {(i.get("name"), i.get("value")) for i in hidden} == {
        ("keywords_fr", "eau"),
        ("tags", "none"),
    }


def test_a_selected_value_without_records_stays_selected_and_named(reader: Reader) -> None:
    page = reader("/fr/dataset/?organization=mto&q=lits&groups=no-such-topic")
    assert page.names() == []
    assert any("ministère des Transports" in one or "Transports" in one for one in page.pills())
    assert page.checked("organization") == ["mto"]
    assert page.checked("groups") == ["no-such-topic"]


def test_titles_are_sorted_as_the_readers_language_sorts_them(reader: Reader) -> None:
    english = reader("/dataset/?sort=title").names()
    assert english[:3] == ["hospital-beds", "lake-levels", "ministry-only"]
    french = reader("/fr/dataset/?sort=title").names()
    assert french[:4] == ["school-water", "epidemics", "hospital-beds", "lake-levels"]
    assert reader("/fr/dataset/?sort=title_desc").names() == french[::-1]
    added = reader("/dataset/?sort=added").names()
    assert added[-1] == "lake-levels"
    for sort in ("updated", "votes", "relevance"):
        assert sorted(reader(f"/dataset/?sort={sort}").names()) == EVERYTHING


def test_a_result_says_what_matters_in_the_readers_language(reader: Reader) -> None:
    item = reader("/fr/dataset/?q=lits").text("//li[contains(@class,'ontario-item')][1]")
    for words in (
        "Lits d’hôpital",
        "Niveaux quotidiens des lacs",
        "Ministère de la Santé",
        "Ouvert",
        "CSV",
    ):
        assert words in item


def test_a_text_in_the_other_language_is_marked(reader: Reader, catalogue: Any) -> None:
    made = factories.make_dataset(
        title_translated={"fr": "Seulement en français"},
        owner_org=factories.call("organization_show", id="mecp")["id"],
    )
    try:
        page = reader("/dataset/?q=seulement")
        link = page.tree.xpath("//li[contains(@class,'ontario-item')]//h2//a")[0]
        assert link.get("lang") == "fr"
        assert "(in French)" in page.text("//li[contains(@class,'ontario-item')]//h2")
    finally:
        factories.call("package_delete", id=made["id"])


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("q=hospitl+beds", "hospital beds"),
        ("q=beds+volcano", "beds"),
        ("q=grippe&access_level=open", "Under review"),
        ("q=beds&organization=mecp", "Ministries and agencies"),
    ],
)
def test_nothing_found_offers_what_finds_something(reader: Reader, query: str, words: str) -> None:
    page = reader(f"/dataset/?{query}")
    assert page.names() == []
    offers = page.tree.xpath("//section[@class='ontario-nothing']//li/a")
    links = {" ".join(a.text_content().split()): a.get("href") for a in offers}
    assert words in links
    assert reader(links[words]).names() != []


def test_nothing_found_says_whom_to_ask(reader: Reader) -> None:
    links = reader("/fr/dataset/?q=zzzzzz&organization=moh").tree.xpath(
        "//section[@class='ontario-nothing']//a/@href"
    )
    assert "/fr/organization/moh" in links


HOSTILE = [
    "page=abc",
    "page=-1",
    "page=999999999999999999999999",
    "page=77",
    "rows=100000",
    "sort=vote_count+desc%2C+sum(1,2)",
    "sort=%7B!func%7D1",
    "facet.field=permission_labels&facet.mincount=0",
    "permission_labels=x",
    "colour=red&q=lake",
    "organization=%22%29+OR+%28*%3A*",
    "organization=%7B!lucene%7D*%3A*",
    "organization=a%5C",
    "organization[]=moh",
    "access_level=open%01",
    "q=%01%02",
    "q=%F0%9F%92%A7+%E2%80%AE",
    "q=%ff%fe",
    "q=" + "x" * 3000,
    "&".join(f"tags={n}" for n in range(80)),
    "q=" + quote('"unbalanced'),
    "q=" + quote("/re.*ge/x/"),
    "q=" + quote("lake AND (OR"),
    "_organization_limit=x",
    "ext_bbox=1,2,3,4",
    "=&=&&&;;%",
]


@pytest.mark.parametrize("query", HOSTILE)
@pytest.mark.parametrize("path", ["/dataset/", "/fr/organization/moh"])
def test_a_hostile_address_is_answered(reader: Reader, path: str, query: str) -> None:
    assert reader(f"{path}?{query}").status == 200


@pytest.mark.parametrize(
    "query",
    [
        "q=" + quote("{!func}sum(1,2)"),
        "q=permission_labels:public",
        "q=no_such_field:x",
        "q=" + "+".join(["lake"] * 40),
    ],
)
def test_a_search_that_is_refused_says_why(reader: Reader, query: str) -> None:
    page = reader(f"/dataset/?{query}&organization=moh")
    assert page.status == 400
    assert page.text("//*[@role='alert']")
    assert page.tree.xpath("//input[@id='catalogue-search-q']/@value")[0]
    assert page.pills()  # the rest of the search is not lost


def test_a_value_that_looks_like_a_query_is_a_value(reader: Reader) -> None:
    assert reader("/dataset/?organization=%22%29+OR+%28*%3A*").names() == []
    assert reader("/dataset/?organization=*").names() == []


def test_an_unknown_language_is_not_found(reader: Reader) -> None:
    assert reader("/de/dataset/").status == 404


def test_callers_local_parameters_stay_refused(internal: Any, catalogue: Any) -> None:
    token = call_action("api_token_create", user=catalogue.editor["name"], name="api")["token"]
    for body in (
        {"fq_list": ["{!lucene tag=o}organization:moh"]},
        {"facet.field": ["{!lucene ex=o key=organization}organization"]},
        {"fq": "{!lucene}*:*"},
    ):
        answer = internal.post(
            "/api/3/action/package_search", json=body, headers={"Authorization": token}
        )
        assert answer.status_code in {400, 409}, body


def test_a_page_beyond_the_last_leads_back(reader: Reader) -> None:
    page = reader("/dataset/?organization=mecp&page=40")
    assert page.names() == []
    back = page.tree.xpath("//a[text()='Go to the last page']/@href")[0]
    assert len(reader(back).names()) == 2


@pytest.mark.parametrize(
    ("few", "many"),
    [
        ("/fr/dataset/?q=lacs", "/fr/dataset/"),
        ("/fr/organization/mecp?q=ecoles", "/fr/organization/mecp"),
        ("/fr/organization/?q=MTO", "/fr/organization/"),
    ],
)
def test_statements_do_not_grow_with_the_rows(reader: Reader, few: str, many: str) -> None:
    reader(many)  # what a process keeps is read once
    with statements() as for_few:
        reader(few)
    with statements() as for_many:
        reader(many)
    assert len(for_many) <= len(for_few), for_many

    assert len(for_many) <= 70  # who is signed in, and what the header says of them
