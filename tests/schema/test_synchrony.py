"""Core's plain fields and their bilingual twins: nothing is lost, disagreement is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.schema.synchrony import Disagreement, agreed, plain_of, same_words
from ckanext.ontario.shared.bilingual import LANGUAGES

a_text = st.sampled_from(["a", "b", "c", "d"])
values = st.dictionaries(st.sampled_from(LANGUAGES), a_text)


def test_the_plain_field_changes_the_default_language() -> None:
    stored = {"en": "Old", "fr": "Vieux"}
    assert agreed("New", None, "Old", stored) == {"en": "New", "fr": "Vieux"}
    assert agreed("New", stored, "Old", stored) == {"en": "New", "fr": "Vieux"}


def test_the_bilingual_field_wins_over_a_plain_one_that_did_not_change() -> None:
    value = {"en": "New", "fr": "Neuf"}
    assert agreed("Old", value, "Old", {"en": "Old", "fr": "Vieux"}) == value


def test_both_may_change_to_the_same() -> None:
    value = {"en": "New", "fr": "Neuf"}
    assert agreed("New", value, "Old", {"en": "Old"}) == value


def test_both_changed_and_disagree() -> None:
    with pytest.raises(Disagreement):
        agreed("One", {"en": "Other"}, "Old", {"en": "Old"})


def test_a_new_record_whose_fields_disagree() -> None:
    with pytest.raises(Disagreement):
        agreed("One", {"en": "Other"}, "", {})


def test_french_alone_is_what_plain_clients_read() -> None:
    assert plain_of(agreed(None, {"fr": "Titre"}, "", {})) == "Titre"


def test_english_comes_to_a_french_record() -> None:
    stored = {"fr": "Titre"}
    assert agreed("Titre", {"en": "Title", "fr": "Titre"}, "Titre", stored)["en"] == "Title"
    assert agreed("Title", None, "Titre", stored) == {"en": "Title", "fr": "Titre"}


def test_clearing_the_plain_field_leaves_the_other_language() -> None:
    assert agreed("", None, "Notes", {"en": "Notes", "fr": "Notes (fr)"}) == {"fr": "Notes (fr)"}


def test_lists_of_tags_are_compared_without_their_order() -> None:
    stored = {"en": ["b", "a"]}
    assert agreed(["a", "b"], None, ["a", "b"], stored, same_words) == stored
    assert agreed(["c"], None, ["a", "b"], stored, same_words) == {"en": ["c"]}


@given(st.none() | a_text, st.none() | values, values)
def test_no_other_language_is_ever_lost(
    plain: str | None, bilingual: dict[str, str] | None, stored: dict[str, str]
) -> None:
    try:
        result = agreed(plain, bilingual, plain_of(stored) or "", stored)
    except Disagreement:
        assert plain is not None
        assert bilingual is not None
        assert bilingual != stored
        return
    source = stored if bilingual is None else bilingual
    assert result.get("fr") == source.get("fr")
    if plain is None:
        assert result == source


@given(a_text, values, values)
def test_what_is_read_afterwards_is_what_changed(
    plain: str, bilingual: dict[str, str], stored: dict[str, str]
) -> None:
    before = plain_of(stored) or ""
    try:
        result = agreed(plain, bilingual, before, stored)
    except Disagreement:
        return
    changed = plain != before
    assert plain_of(result) == (plain if changed else plain_of(bilingual))
