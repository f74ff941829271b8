"""Bilingual values: read, merged, kept; and what is wrong with texts and tags."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.schema import texts
from ckanext.ontario.schema.texts import Refused
from ckanext.ontario.shared.bilingual import LANGUAGES

some_text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
bilingual = st.dictionaries(st.sampled_from(LANGUAGES), some_text)


@given(bilingual)
def test_object_and_its_json_read_alike(value: dict[str, str]) -> None:
    assert texts.text(value) == texts.text(json.dumps(value))


@given(bilingual)
def test_what_is_kept_reads_back(value: dict[str, str]) -> None:
    kept = texts.merged(texts.text(value), {})
    assert texts.stored_object(texts.dumped(kept)) == kept
    assert texts.merged(texts.text(kept), {}) == kept


@given(bilingual, bilingual)
def test_a_language_that_is_not_given_is_never_lost(
    stored: dict[str, str], given_now: dict[str, str]
) -> None:
    kept = texts.merged(texts.text(given_now), texts.merged(texts.text(stored), {}))
    for code in LANGUAGES:
        expected = given_now if code in given_now else stored
        assert kept.get(code, "") == texts.clean(expected.get(code, ""))


@given(st.text())
def test_cleaning_is_done_once_and_postgres_takes_the_result(value: str) -> None:
    cleaned = texts.clean(value)
    assert texts.clean(cleaned) == cleaned
    assert "\x00" not in cleaned
    cleaned.encode()


def test_letters_are_kept_as_letters() -> None:
    assert texts.dumped({"fr": "L’été à l’île"}) == '{"fr": "L’été à l’île"}'


def test_composed_and_decomposed_letters_are_one() -> None:
    assert texts.text({"fr": "e\u0301te\u0301"}) == {"fr": "été"}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (5, "bilingual-form"),
        ("not JSON", "bilingual-form"),
        ("[1]", "bilingual-form"),
        ({"en": 5}, "bilingual-form"),
        ({"en": ["a list"]}, "bilingual-form"),
        ({"de": "Titel"}, "language-unknown"),
    ],
)
def test_what_is_no_bilingual_text_is_refused(value: Any, code: str) -> None:
    with pytest.raises(Refused) as refused:
        texts.text(value)
    assert refused.value.code == code


def test_null_clears_a_language() -> None:
    assert texts.merged(texts.text({"fr": None}), {"en": "Title", "fr": "Titre"}) == {"en": "Title"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"en": "air, water; land"}, {"en": ["air", "water", "land"]}),
        ({"fr": ["l'eau", " l'eau ", "L'EAU", ""]}, {"fr": ["l'eau"]}),
        ({"en": None, "fr": []}, {"en": [], "fr": []}),
    ],
)
def test_keywords_from_forms_and_programs(value: Any, expected: Any) -> None:
    assert texts.words(value) == expected


@pytest.mark.parametrize("value", [{"en": 5}, {"en": [5]}, {"en": [{"name": "air"}]}])
def test_what_is_no_list_of_words_is_refused(value: Any) -> None:
    with pytest.raises(Refused, match="keywords-form"):
        texts.words(value)


@pytest.mark.parametrize("value", ["", None, "not JSON", [1], 7])
def test_a_value_that_was_kept_wrongly_reads_as_none(value: Any) -> None:
    assert texts.stored_object(value) == {}


@pytest.mark.parametrize(
    "tag", ["l'eau", "l’énergie", "R&D", "24/7", "COVID-19 (cas)", "v1.2", "snake_case", "ça"]
)
def test_tags_as_people_write_them(tag: str) -> None:
    assert list(texts.tag_problems([tag])) == []


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("a", "tag-length"),
        ("x" * 101, "tag-length"),
        ("air, water", "tag-signs"),
        ("two  spaces", "tag-signs"),
        ("<b>bold</b>", "tag-signs"),
        ('"quoted"', "tag-signs"),
    ],
)
def test_tags_that_are_refused(tag: str, code: str) -> None:
    assert [refused.code for refused in texts.tag_problems([tag])] == [code]


@pytest.mark.parametrize(
    "value",
    [
        "<b>Bold</b>",
        "<script>",
        "a </p> b",
        "caf&eacute;",
        "&#233;",
        "[link](https://x.ca)",
        "<!-- -->",
    ],
)
def test_markup_is_seen(value: str) -> None:
    assert texts.has_markup(value)


@pytest.mark.parametrize(
    "value", ["a < b and b > c", "R&D; more", "5 <10", "[sic] (2020)", "Lakes & rivers", "l’eau"]
)
def test_plain_texts_are_no_markup(value: str) -> None:
    assert not texts.has_markup(value)


@pytest.mark.parametrize(
    ("value", "limits", "codes"),
    [
        ("x" * 200, {"max_length": 200}, []),
        ("x" * 201, {"max_length": 200}, ["text-length"]),
        ("é" * 15_000, {"max_bytes": 30_000}, []),
        ("é" * 15_001, {"max_bytes": 30_000}, ["text-bytes"]),
        ("<i>x</i>", {"plain": True}, ["text-markup"]),
        ("<i>x</i>", {}, []),
    ],
)
def test_limits_of_texts(value: str, limits: dict[str, Any], codes: list[str]) -> None:
    assert [refused.code for refused in texts.text_problems(value, **limits)] == codes
