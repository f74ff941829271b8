"""What is typed, as a search: pure rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.schema import query

SPECIAL = set('\\+-&|!(){}[]^"~*?:/')


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("données de la santé", "données santé"),
        ("data about the health of", "data health"),
        ("qualité de l’air", "qualité l'air"),
        ("l’ énergie", "énergie"),
        ("où sont les écoles ?", "écoles"),
        ("COVID-19", r"COVID\-19"),
        ("Ontario (Canada), PM2.5 / PM10", "Ontario Canada PM2.5 PM10"),
        ("IT services in ON", "IT services ON"),
        ("A guide to vitamin D", "guide vitamin D"),
        ("qualite de l air", "qualite air"),
        ("LES EAUX DE LA BAIE", "EAUX BAIE"),
        ("what? where!", "what where"),
        ("10:30 a.m.", r"10\:30 a.m"),
        ("e\u0301nergie", "énergie"),
    ],
)
def test_plain_words_are_demanded_and_connecting_ones_are_not(typed: str, asked: str) -> None:
    assert query.read(typed) == query.Search(asked, query.ALL_OF_FEW)


@pytest.mark.parametrize("typed", ["the", "de la", "de", "THE"])
def test_connecting_words_alone_are_searched(typed: str) -> None:
    assert query.read(typed) == query.Search(typed, query.ALL_OF_FEW)


@pytest.mark.parametrize("typed", ["-", ":", '"', "&&&", "?", "...", "(", "//", "« "])
def test_signs_alone_stay_escaped_because_an_empty_search_finds_everything(typed: str) -> None:
    search = query.read(typed)
    assert search is not None
    assert search.text.startswith("\\") or search.text == "..."


@pytest.mark.parametrize("typed", ["", "   ", "*:*", "*", '""', "''"])
def test_what_narrows_nothing_is_no_search(typed: str) -> None:
    assert query.read(typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        '"drinking water"',
        "title:water",
        "water AND air",
        "eau OR air",
        "water -lead",
        "+water air",
        "énerg*",
        "wat?r",
        "water~1",
        "water^2 air",
        "metadata_modified:[NOW-1DAY TO NOW]",
        "(name:a OR name:b) quality",
        'keywords_fr:"sirop d’érable"',
    ],
)
def test_the_search_syntax_is_left_to_solr(typed: str) -> None:
    assert query.read(typed) == query.Search(typed, query.AS_WRITTEN)


def test_typographic_quotation_marks_make_a_phrase() -> None:
    wanted = query.Search('"eau potable"', query.AS_WRITTEN)
    assert query.read("“eau potable”") == wanted
    assert query.read("«eau potable»") == wanted


def test_an_unbalanced_quotation_mark_is_no_phrase() -> None:
    assert query.read('"eau potable') == query.Search("eau potable", query.ALL_OF_FEW)


def test_no_regular_expression_is_opened_outside_a_phrase() -> None:
    search = query.read('"a/b" AND /.*/')
    assert search is not None
    assert search.text == r'"a/b" AND \/.*\/'


@pytest.mark.parametrize("typed", ["{!lucene df=text}x", "water {!func}y", "“{!x}”"])
def test_local_parameters_are_refused(typed: str) -> None:
    with pytest.raises(query.LocalParameters):
        query.read(typed)


def test_more_words_than_solr_can_count_are_refused() -> None:
    assert query.read("eau " * query.MAX_WORDS) is not None
    with pytest.raises(query.TooManyWords):
        query.read("eau " * (query.MAX_WORDS + 1))


@given(st.text(alphabet="aé œ\"’'-+:!(){}[]^~*?\\/&|«»ANDORT", max_size=40))
def test_whatever_is_typed_a_plain_search_holds_no_bare_sign(typed: str) -> None:
    try:
        search = query.read(typed)
    except query.LocalParameters:
        return
    if search is None or search.demanded == query.AS_WRITTEN:
        return
    assert search.text
    unescaped = iter(search.text)
    for letter in unescaped:
        if letter == "\\":
            assert next(unescaped) in SPECIAL
        else:
            assert letter not in SPECIAL


def test_the_readers_language_weighs_twice_the_other() -> None:
    weights = dict(part.split("^") for part in query.fields("fr").split())
    assert weights["title_fr"] == "8"
    assert weights["title_en"] == "4"
    mirrored = dict(part.split("^") for part in query.fields("en").split())
    for name, weight in weights.items():
        other = {"en": "fr", "fr": "en"}.get(name[-2:])
        assert mirrored[f"{name[:-2]}{other}" if other else name] == weight


def test_both_languages_search_the_same_fields() -> None:
    named = [{part.split("^")[0] for part in query.fields(code).split()} for code in ("en", "fr")]
    assert named[0] == named[1]


def test_parameters_are_for_the_extended_parser() -> None:
    search = query.read("énergie")
    assert search is not None
    parameters = search.parameters("fr")
    assert parameters["defType"] == "edismax"
    assert parameters["q"] == "énergie"
    assert parameters["mm"] == query.ALL_OF_FEW
    assert parameters["qf"] == query.fields("fr")
