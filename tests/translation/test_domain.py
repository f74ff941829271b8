"""Which language is missing or behind, and what a save makes of it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.translation.domain import (
    Place,
    Row,
    State,
    behind,
    digest,
    moved,
    normal,
    state,
    texts_of,
)

FIRST = datetime(2031, 1, 1, tzinfo=timezone.utc)
HASHES = st.sampled_from(["", "a", "b", "c"])
SAVES = st.lists(st.tuples(HASHES, HASHES, st.booleans()), min_size=1, max_size=12)


def at(day: int) -> datetime:
    return FIRST + timedelta(days=day)


def saved(*saves: tuple[str, str]) -> Row:
    """Return what is left of saves, one a day."""
    row: Row | None = None
    for day, (english, french) in enumerate(saves):
        row = moved(row, {"en": english, "fr": french}, at(day))
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("saves", "expected", "language"),
    [
        ([("a", "a")], State.CURRENT, ""),
        ([("a", "")], State.MISSING, "fr"),
        ([("", "a")], State.MISSING, "en"),
        ([("a", ""), ("a", "b")], State.CURRENT, ""),
        ([("a", "a"), ("b", "a")], State.OLDER, "fr"),
        ([("a", "a"), ("a", "b")], State.OLDER, "en"),
        ([("a", "a"), ("b", "b")], State.CURRENT, ""),
        ([("a", "a"), ("b", "a"), ("c", "a")], State.OLDER, "fr"),
        ([("a", "a"), ("b", "a"), ("b", "b")], State.CURRENT, ""),
        ([("a", "a"), ("a", ""), ("b", "")], State.MISSING, "fr"),
        ([("a", "a"), ("a", ""), ("a", "b")], State.CURRENT, ""),
        ([("a", ""), ("", "b")], State.MISSING, "en"),
    ],
)
def test_the_state_follows_from_the_saves(
    saves: list[tuple[str, str]], expected: State, language: str
) -> None:
    row = saved(*saves)
    assert state(row) is expected
    assert behind(row) == language


def test_two_saves_at_the_same_instant_are_two() -> None:
    row = moved(None, {"en": "a", "fr": "a"}, FIRST)
    again = moved(row, {"en": "b", "fr": "a"}, FIRST)
    assert again is not None
    assert behind(again) == "fr"


def test_what_was_agreed_is_current() -> None:
    row = saved(("a", "a"), ("b", "a"))
    confirmed = moved(row, row.hashes, at(5), agreed=True)
    assert confirmed is not None
    assert state(confirmed) is State.CURRENT
    polished = moved(confirmed, {"en": "b", "fr": "c"}, at(6), agreed=True)
    assert polished is not None
    assert state(polished) is State.CURRENT


@given(SAVES)
def test_rules_that_hold_after_any_saves(saves: list[tuple[str, str, bool]]) -> None:
    row: Row | None = None
    for day, (english, french, agreed) in enumerate(saves):
        hashes = {"en": english, "fr": french}
        row = moved(row, hashes, at(day), agreed=agreed)
        assert (row is None) == (not english and not french)
        if row is None:
            continue
        assert row.hashes == hashes
        assert (state(row) is State.MISSING) == (not english or not french)
        assert (state(row) is State.CURRENT) == (behind(row) == "")
        assert moved(row, hashes, at(day + 1)) is row
        if agreed and english and french:
            assert state(row) is State.CURRENT


@given(st.text())
def test_a_text_is_brought_to_one_form_once(text: str) -> None:
    assert normal(normal(text)) == normal(text)
    assert "\r" not in normal(text)
    assert (digest(normal(text)) == "") == (normal(text) == "")


def test_texts_are_read_from_objects_and_from_json() -> None:
    title, words = {"en": "Lakes", "fr": " Lacs\r\n"}, {"en": ["a", "b"]}
    record = {
        "title_translated": json.dumps(title),
        "keywords": words,
        "notes_translated": "",
        "other": {"en": "x"},
        "resources": [{"id": "f", "name_translated": {"fr": "Niveaux"}}, {"id": "g"}],
    }
    fields = ["title_translated", "notes_translated", "keywords"]
    assert texts_of(record, fields, ["name_translated"]) == {
        Place("", "title_translated"): {"en": "Lakes", "fr": "Lacs"},
        Place("", "keywords"): {"en": "a, b", "fr": ""},
        Place("f", "name_translated"): {"en": "", "fr": "Niveaux"},
    }


@pytest.mark.parametrize("value", [None, "", "no JSON", "[1]", 3, ["a"], {"en": 3}])
def test_what_is_no_bilingual_value_has_no_text(value: object) -> None:
    assert texts_of({"title_translated": value}, ["title_translated"], []) == {}
