"""The order of titles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.shared.collation import MAX_LENGTH, sort_key


@pytest.mark.parametrize(
    ("title", "language", "key"),
    [
        ("Énergie", "fr", "energie"),
        ("L’énergie en Ontario", "fr", "energie en ontario"),
        ("L'Île", "fr", "ile"),
        ("Les œuvres d’art", "fr", "oeuvres d art"),
        ("« La » forêt", "fr", "la foret"),
        ("The Great Lakes", "en", "great lakes"),
        ("A–Z index", "en", "a z index"),
        ("An Act", "en", "act"),
        ("The", "en", "the"),
        ("Les données", "en", "les donnees"),
        ("E\u0301tat", "fr", "etat"),
        ("  ", "en", ""),
    ],
)
def test_key(title: str, language: str, key: str) -> None:
    assert sort_key(title, language) == key


def test_e_with_an_accent_stands_with_e() -> None:
    titles = ["Zones", "Émissions", "Eau", "École", "Effectif", "Énergie", "Faune", "Était"]
    assert sorted(titles, key=lambda title: sort_key(title, "fr")) == [
        "Eau",
        "École",
        "Effectif",
        "Émissions",
        "Énergie",
        "Était",
        "Faune",
        "Zones",
    ]


def test_words_are_compared_one_by_one() -> None:
    titles = ["Watershed", "Water quality", "Water, wells"]
    assert sorted(titles, key=lambda title: sort_key(title, "en")) == [
        "Water quality",
        "Water, wells",
        "Watershed",
    ]


@given(st.text(max_size=300), st.sampled_from(["en", "fr"]))
def test_a_key_is_short_and_stays_what_it_is(title: str, language: str) -> None:
    key = sort_key(title, language)
    assert len(key) <= MAX_LENGTH
    assert key == key.strip()
