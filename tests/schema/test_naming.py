"""Names that are the same name, and names for addresses."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.schema import naming, tables


@pytest.mark.parametrize(
    "written",
    [
        "Ministry of Natural Resources",
        "  MINISTRY OF   NATURAL RESOURCES ",
        "The Ministry of Natural Resources",
        "Ontario Ministry of Natural Resources",
        "natural resources",
        "Natural-Resources",
    ],
)
def test_the_same_ministry(written: str) -> None:
    assert naming.organization_key(written) == "natural resources"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ministère de l’Énergie", "MINISTERE DE L'ENERGIE"),
        ("Ministère des Finances", "Finances"),
        ("Santé et Soins", "Sante & Soins"),
        ("Œuvres d’art", "Oeuvres d'art"),
        ("Ministère de la Santé", "la Santé".removeprefix("la ")),
    ],
)
def test_names_that_are_one(one: str, other: str) -> None:
    assert naming.organization_key(one) == naming.organization_key(other)


def test_a_ministry_without_a_subject_keeps_its_name() -> None:
    assert naming.organization_key("Ministry of ") == "ministry of"


@given(st.text())
def test_folding_is_done_once(written: str) -> None:
    assert naming.folded(naming.folded(written)) == naming.folded(written)


@given(st.text(max_size=300))
def test_slugs_are_names_ckan_accepts(title: str) -> None:
    assert re.fullmatch(r"[a-z0-9_-]{2,100}", naming.slug(title))


def test_slugs_keep_words_without_accents() -> None:
    assert naming.slug("Qualité de l’air et de l’eau") == "qualite-de-l-air-et-de-l-eau"


def test_no_two_organizations_are_shipped_with_one_name() -> None:
    owners: dict[str, str] = {}
    for one in tables.organizations():
        written = [
            one["name"],
            *one["title_translated"].values(),
            *one["acronym"].split("/"),
            *one["former_names"],
        ]
        for name in filter(None, map(naming.organization_key, written)):
            assert owners.setdefault(name, one["name"]) == one["name"], name
