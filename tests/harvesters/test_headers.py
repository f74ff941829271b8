"""Headers: how they are written, where they stand, what they mean."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.harvesters.inventory import headers, profile
from ckanext.ontario.harvesters.inventory.fields import FIELDS
from ckanext.ontario.harvesters.inventory.profile import Heading

ONTARIO = profile.load("ontario")
FEDERAL = profile.load("federal")

ELEMENTS = (
    "Public Title,Short Description,Long Description,Other Title,Data Custodian Branch,"
    "Data Custodian Email,Date Range - Start,Date Range - End,Date Created,Date Published,"
    "Contains Geographic Markers,Publisher,Update Frequency,Access Level,Exemption,"
    "Rationale Not to Release,Licence Type,Tags,Geographic Coverage,File Extensions,"
    "Dataset URL,Technical Documents"
)
FEDERAL_COLUMNS = (
    "ref_number,title_en,title_fr,description_en,description_fr,publisher_en,publisher_fr,"
    "date_published,language,size,eligible_for_release,program_alignment_architecture_en,"
    "program_alignment_architecture_fr,date_released,portal_link_en,portal_link_fr"
)


@pytest.mark.parametrize(
    ("header", "field", "language"),
    [
        ("Public Title", "title_translated", "en"),
        ("PUBLIC TITLE", "title_translated", "en"),
        ("publicTitle", "title_translated", "en"),
        ("  public   title * ", "title_translated", "en"),
        ("Public Title (French)", "title_translated", "fr"),
        ("French Public Title", "title_translated", "fr"),
        ("title_fr", "title_translated", "fr"),
        ("Title - French", "title_translated", "fr"),
        ("Title in French", "title_translated", "fr"),
        ("Titre", "title_translated", "fr"),
        ("Titre (français)", "title_translated", "fr"),
        ("Titre (anglais)", "title_translated", "en"),
        ("Titre en français", "title_translated", "fr"),
        ("Public Title (max. 200 characters)", "title_translated", "en"),
        ("Public Title (French, max. 200 characters)", "title_translated", "fr"),
        ("Description", "notes_translated", None),
        ("Tags [en]", "keywords", "en"),
        ("Mots-clés", "keywords", "fr"),
        ("Date Created (YYYY-MM-DD)", "date_created", "en"),
        ("Access Level / Niveau d'accès", "access_level", "en"),
        ("Niveau d’accès", "access_level", "fr"),
        ("Data Custodian Email", "maintainer_email", "en"),
        ("Date Range – Start", "date_range_start", "en"),
        ("DatasetURL", "dataset_url", "en"),
    ],
)
def test_a_header_is_recognized(header: str, field: str, language: str | None) -> None:
    assert headers.recognize(header, ONTARIO) == Heading(field, language)


@pytest.mark.parametrize("header", ["", "Colour", "French", "Title of the deputy", "Open / Shut"])
def test_another_header_is_not(header: str) -> None:
    assert headers.recognize(header, ONTARIO) is None


def test_the_twenty_elements_of_the_inventory_are_known() -> None:
    elements = next(csv.reader([ELEMENTS]))
    layout = headers.find([elements], ONTARIO)
    assert layout is not None
    assert (layout.unknown, layout.repeated) == ((), ())
    assert len({column.field for column in layout.columns}) == len(elements)


def test_the_federal_columns_are_known_or_known_to_have_no_place() -> None:
    columns = next(csv.reader([FEDERAL_COLUMNS]))
    layout = headers.find([columns], FEDERAL)
    assert layout is not None
    assert layout.unknown == ()
    assert layout.not_kept == (
        *("language", "size", "program_alignment_architecture_en"),
        "program_alignment_architecture_fr",
    )


@given(st.permutations(sorted(ONTARIO.headings)), st.randoms(use_true_random=False))
def test_order_and_case_do_not_matter(words: list[str], random: object) -> None:
    chosen = ["public title", "access level", *words[:10]]
    plain = headers.find([sorted(set(chosen))], ONTARIO)
    odd = headers.find([[word.upper() for word in dict.fromkeys(chosen)]], ONTARIO)
    assert plain is not None
    assert odd is not None
    assert {c.field for c in plain.columns} == {c.field for c in odd.columns}


def test_titles_and_notes_may_stand_above() -> None:
    rows = [["Data inventory 2024"], [], ["Prepared by the Data Office"], ["Title", "Access"]]
    layout = headers.find(rows, ONTARIO)
    assert layout is not None
    assert layout.rows == 4


def test_a_header_may_take_two_rows() -> None:
    rows = [
        ["Inventory ID", "Title", "", "Tags", "", "Access Level"],
        ["", "English", "French", "English", "French", ""],
    ]
    layout = headers.find(rows, ONTARIO)
    assert layout is not None
    assert layout.rows == 2
    assert [(c.field, c.language) for c in layout.columns] == [
        ("identifier", None),
        ("title_translated", "en"),
        ("title_translated", "fr"),
        ("keywords", "en"),
        ("keywords", "fr"),
        ("access_level", None),
    ]


def test_a_header_that_leaves_the_language_open_follows_the_others() -> None:
    french = headers.find([["Titre", "Description", "Niveau d'accès"]], ONTARIO)
    english = headers.find([["Title", "Description", "Access Level"]], ONTARIO)
    beside = headers.find([["Title", "Description (English)", "Description"]], ONTARIO)
    assert french is not None
    assert english is not None
    assert beside is not None
    assert [c.language for c in french.columns][:2] == ["fr", "fr"]
    assert [c.language for c in english.columns][:2] == ["en", "en"]
    assert [c.language for c in beside.columns] == ["en", "en", "fr"]


def test_the_first_of_two_columns_counts() -> None:
    layout = headers.find([["Title", "Public Title", "Access"]], ONTARIO)
    assert layout is not None
    assert layout.repeated == (("Public Title", "Title"),)
    assert [c.index for c in layout.columns] == [0, 2]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [["a", "b"], ["1", "2"]],
        [["Access Level", "Update Frequency"], ["Open", "Daily"]],  # a list of words, no inventory
        [["Title"], ["Bridges"]],
        [[""]] * 50 + [["Title", "Access Level"]],
    ],
)
def test_no_header(rows: list[list[str]]) -> None:
    assert headers.find(rows, ONTARIO) is None


def test_every_header_of_a_profile_fills_a_field() -> None:
    for name in profile.names():
        assert {h.field for h in profile.load(name).headings.values()} <= set(FIELDS)
