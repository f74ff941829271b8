"""Clauses for Solr, and other words to try: pure rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.catalogue import search_words
from ckanext.ontario.catalogue.search_hooks import names_type
from ckanext.ontario.shared import search_clauses


def test_values_of_one_field_are_alternatives_and_its_count_leaves_them_out() -> None:
    chosen = {"organization": ("moh", "mecp"), "tags": ()}
    assert search_clauses.clauses(chosen) == [
        '{!lucene tag=organization}organization:("moh" OR "mecp")'
    ]
    assert search_clauses.counted(["organization", "groups"], chosen) == [
        "{!lucene ex=organization key=organization}organization",
        "groups",
    ]


@given(st.text())
def test_a_value_never_leaves_its_phrase(value: str) -> None:
    phrase = search_clauses.phrase(value)
    assert "{!" not in phrase
    inside = phrase[1:-1]
    while "\\" in inside:  # an escaped sign is two characters
        at = inside.index("\\")
        inside = inside[:at] + inside[at + 2 :]
    assert '"' not in inside
    assert phrase[0] == phrase[-1] == '"'


@pytest.mark.parametrize("name", ["a b", "x}y", "", "Tag", "a{!"])
def test_a_field_name_is_one_word(name: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        search_clauses.clauses({name: ("a",)})


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"q": "lakes"}, False),
        ({"fq": "dataset_type:harvest"}, True),
        ({"fq": "+dataset_type : x"}, True),
        ({"q": "title:a OR dataset_type:x"}, True),
        ({"fq_list": ["-dataset_type:harvest"]}, True),
        ({"fq": "my_dataset_type:x"}, False),
        ({"q": "dataset_type"}, False),
    ],
)
def test_a_search_that_names_a_type(params: dict[str, object], named: bool) -> None:
    assert names_type(params) is named


def test_shorter_texts() -> None:
    assert search_words.shorter("lake water levels") == [
        "lake water",
        "lake levels",
        "water levels",
    ]
    assert search_words.shorter("lakes") == []
    assert search_words.shorter('"lake water" levels') == []
    assert search_words.shorter("a b c d e f g h i") == []


def test_another_spelling_keeps_the_words_that_are_known() -> None:
    known = ["Lake water levels", "Niveaux d’eau"]
    assert search_words.respelled("lake wather", known) == "lake water"
    assert search_words.respelled("LAKE Niveau", known) == "LAKE niveaux"
    assert search_words.respelled("lake levels", known) is None
    assert search_words.respelled("zzzz qqqq", known) is None


@pytest.mark.parametrize(
    ("typed", "like"),
    [
        ("enviroment", "enviroment~2"),
        ("l’eau lakes", "l eau lakes~1"),
        ("42 abc", None),
        ("title:lakes", None),
        ('"lake"', None),
        ("lakes AND rivers", None),
        ("", None),
    ],
)
def test_a_search_for_similar_words(typed: str, like: str | None) -> None:
    assert search_words.similar(typed) == like


@given(st.text(max_size=80), st.lists(st.text(max_size=20), max_size=5))
def test_no_text_makes_them_fail(text: str, known: list[str]) -> None:
    search_words.similar(text)
    search_words.respelled(text, known)
    assert all(len(one) < len(text) for one in search_words.shorter(text))
