"""Searches of people and programs in both languages, through the portal and its real Solr."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ckanext.ontario.shared.collation import sort_key

Names = Callable[..., list[str]]

QUERIES = yaml.safe_load((Path(__file__).parent / "queries.yaml").read_text(encoding="utf-8"))

pytestmark = pytest.mark.usefixtures("corpus")


def test_the_set_is_large_enough() -> None:
    assert len(QUERIES) >= 30
    assert all(len(query[code].split()) > 1 for query in QUERIES for code in ("en", "fr"))


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query["en"])
def test_a_question_finds_its_records(query: dict[str, Any], language: str, names: Names) -> None:
    found = names(query[language], language)
    assert found[:1] == query["finds"][:1]
    assert set(query["finds"]) <= set(found)
    other = "fr" if language == "en" else "en"
    assert set(names(query[language], other)) == set(found), "both languages are always searched"


@pytest.mark.parametrize(
    "spellings",
    [
        ["énergie", "energie", "l'énergie", "l’énergie", "L’ÉNERGIE", "d'énergie", "e\u0301nergie"],
        ["écoles", "ecole", "ÉCOLES", "l’école", "des écoles"],
        ["qualité de l’air", "qualité de l'air", "qualite de l air", "QUALITÉ DE L’AIR"],
        ["hôpitaux", "hopitaux", "d’hôpitaux"],
    ],
    ids=lambda spellings: spellings[0],
)
def test_spellings_find_the_same_records(spellings: list[str], names: Names) -> None:
    found = [set(names(spelling)) for spelling in spellings]
    assert found[0]
    assert all(one == found[0] for one in found)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ('"eau potable"', {"drinking-water-quality"}),
        ("“drinking water”", {"drinking-water-quality"}),
        ('"potable eau"', set()),
        ("title:énergie", {"energy-consumption-public-sector"}),
        ("title:energy", {"energy-consumption-public-sector"}),
        ("name:forest-fires", {"forest-fires"}),
        ("topics:culture-and-recreation books", {"public-libraries"}),
        ("topics:agriculture-and-food production", {"maple-syrup"}),
        ('keywords_fr:"sirop d’érable"', {"maple-syrup"}),
        ("sirop OR tomates", {"maple-syrup", "greenhouse-vegetables"}),
        ("sirop AND tomates", set()),
        ("legumes NOT tomates", set()),
        ("bridges -salaries", {"bridge-conditions"}),
        ("empoiss*", {"fish-stocking"}),
        ("énergé* OR EMPOISS*", {"fish-stocking"}),
        ("bibli?thèques", {"public-libraries"}),
        ("(maple OR gold) AND NOT syrup", {"mining-claims"}),
        ("forest-fires", {"forest-fires"}),
    ],
)
def test_the_search_syntax_works(asked: str, found: set[str], names: Names) -> None:
    assert set(names(asked, "fr")) == found


@pytest.mark.parametrize("everything", ["", "*:*", "*", '""'])
def test_everything(everything: str, names: Names, corpus: list[dict[str, Any]]) -> None:
    assert len(names(everything)) == len(corpus)


def test_words_by_themselves_are_words(names: Names) -> None:
    assert "drinking-water-quality" in names("What is the quality of drinking water?")
    assert "drinking-water-quality" in names("Quelle eau potable ?", "fr")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_titles_sort_by_language(language: str, names: Names, corpus: list[dict[str, Any]]) -> None:
    ordered = sorted(corpus, key=lambda record: sort_key(record["title"][language], language))
    wanted = [record["name"] for record in ordered]
    assert names("", sort=f"title_sort_{language} asc") == wanted
    assert names("", sort=f"title_sort_{language} desc") == wanted[::-1]


def test_e_with_an_accent_sorts_with_e(names: Names) -> None:
    found = names("", sort="title_sort_fr asc")
    assert found.index("emergency-rooms") < found.index("species-at-risk")  # Emplacements, Espèces
    assert found.index("species-at-risk") < found.index("bridge-conditions")  # Espèces, État
    assert found.index("bridge-conditions") < found.index("social-housing-waiting-list")


def test_ckans_own_title_sort_stays(names: Names, corpus: list[dict[str, Any]]) -> None:
    titles = {record["name"]: record["title"]["en"] for record in corpus}
    found = [titles[name] for name in names("", sort="title_string asc")]
    assert found == sorted(titles.values())


def test_keywords_are_counted_by_language(search: Callable[..., Any]) -> None:
    counted = search("", **{"facet.field": ["keywords_fr", "keywords_en", "topics"]})["facets"]
    assert counted["keywords_fr"]["hôpitaux"] == 2
    assert counted["keywords_en"]["hospitals"] == 2
    assert counted["topics"]["agriculture-and-food"] == 3


@pytest.mark.parametrize(
    "hostile",
    [
        *['"', '"eau', "{!", "{!lucene df=text}x", "x {!func}rord(id)", ":", "-", "+", "--"],
        *["a:", ":a", "a:b:c", "(", ")", "((", "[", "]", "[* TO", "[* TO *]", "{a TO b}", "^"],
        *["~", "!", "&&", "||", "AND", "OR", "NOT", "AND AND", "eau AND", "OR eau", "*", "**"],
        *["?", "*a", "/", "/.*/", "a/b", "\\", "\\\\", 'title:"', "title:(", "text:*"],
        *["_query_:x", "_val_:1", "\x00", "eau " * 33, "a" * 5000, "é" * 20_000, "🏞️"],
        *["'", "’", "l'", "<script>", "%00", "title:é", "metadata_modified:[2020 TO"],
        *["vote_count:abc", "current_as_of:[yesterday TO NOW]", "permission_labels:*"],
        *["data_dict:x", "text OR " * 2000],
    ],
    ids=lambda text: repr(text[:20]),
)
def test_hostile_syntax_is_answered_or_refused(hostile: str, internal: Any, token: str) -> None:
    headers = {"Authorization": token}
    answer = internal.post("/api/3/action/package_search", json={"q": hostile}, headers=headers)
    assert answer.status_code in {200, 400, 409}
    assert answer.json["success"] is (answer.status_code == 200)
    page = internal.get("/dataset/", query_string={"q": hostile[:2000]}, headers=headers)
    assert page.status_code in {200, 400}


def test_a_refusal_says_what_is_wrong(internal: Any, token: str) -> None:
    refused = internal.post(
        "/api/3/action/package_search",
        json={"q": "eau " * 40},
        headers={"Authorization": token},
    )
    assert refused.status_code == 400
    assert "at most 32 words" in refused.body
