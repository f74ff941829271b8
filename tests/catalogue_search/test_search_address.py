"""What an address of the search page means, and how one is written: pure rules."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.shared import search_address
from ckanext.ontario.shared.search_address import (
    FILTERS,
    MAX_START,
    MAX_TEXT,
    MAX_VALUE,
    MAX_VALUES,
    PAGE_SIZES,
    SORTS,
    Wanted,
    pairs,
    read,
)


def parse(query: str, *, preselect: bool = False) -> Wanted:
    return read(parse_qsl(query, keep_blank_values=True), preselect=preselect)


def test_a_bare_address_shows_open_data_only_where_it_is_preselected() -> None:
    assert parse("", preselect=True).chosen == {"access_level": ("open",)}
    assert parse("", preselect=True).preselected
    assert parse("") == Wanted()


@pytest.mark.parametrize(
    "query",
    ["q=lakes", "q=", "organization=moh", "access_level=", "access_level=any", "page=2", "sort="],
)
def test_an_address_that_names_a_search_is_taken_as_it_stands(query: str) -> None:
    wanted = parse(query, preselect=True)
    assert "access_level" not in wanted.chosen
    assert not wanted.preselected


@pytest.mark.parametrize("query", ["utm_source=news", "fbclid=1", "_organization_limit=0", "x=1"])
def test_parameters_of_others_leave_an_address_bare(query: str) -> None:
    assert parse(query, preselect=True).preselected


def test_any_is_no_access_level_even_beside_another() -> None:
    assert parse("access_level=any&access_level=open").chosen == {}


def test_an_older_portals_address_keeps_its_meaning() -> None:
    old = (
        "organization=natural-resources&res_format=CSV&res_format=XLSX&q=water+wells"
        "&sort=title_string+desc&_res_format_limit=0&license_id=OGL-ON-1.0&page=3"
    )
    wanted = parse(old, preselect=True)
    assert wanted.q == "water wells"
    assert wanted.chosen == {
        "organization": ("natural-resources",),
        "res_format": ("CSV", "XLSX"),
        "license_id": ("OGL-ON-1.0",),
    }
    assert (wanted.sort, wanted.page, wanted.ignored) == ("title_desc", 3, ())


@pytest.mark.parametrize(
    ("given_sort", "key"),
    [
        ("", "relevance"),
        ("score desc, metadata_modified desc", "relevance"),
        ("title_string asc", "title"),
        ("title_sort_fr asc", "title"),
        ("name asc", "title"),
        ("title_sort_en desc", "title_desc"),
        ("metadata_modified desc", "updated"),
        ("metadata_created desc", "added"),
        ("vote_count desc", "votes"),
        *((key, key) for key in SORTS),
    ],
)
def test_orders(given_sort: str, key: str) -> None:
    wanted = parse(urlencode({"sort": given_sort}))
    assert (wanted.sort, wanted.ignored) == (key, ())


@pytest.mark.parametrize(
    "query",
    [
        "sort=views_recent+desc",
        "sort=%2C",
        "page=abc",
        "page=-1",
        "page=0",
        "page=1e9",
        "page=%C2%B2",
        "page=999999999999999999999999",
        "rows=7",
        "rows=100000",
        "colour=red",
        "access_level=a%00b",
        f"organization={'x' * (MAX_VALUE + 1)}",
        f"q={'x' * (MAX_TEXT + 1)}",
    ],
)
def test_what_means_nothing_is_said(query: str) -> None:
    wanted = parse(query)
    assert len(wanted.ignored) == 1
    name = query.partition("=")[0]
    assert wanted.ignored[0].startswith(name)
    assert wanted.sort == "relevance"
    assert wanted.rows == PAGE_SIZES[0]
    assert wanted.start <= MAX_START


def test_a_field_has_a_bounded_number_of_values() -> None:
    wanted = read([("tags", str(n)) for n in range(MAX_VALUES + 5)])
    assert len(wanted.chosen["tags"]) == MAX_VALUES
    assert len(wanted.ignored) == 5


def test_control_characters_are_spaces_in_a_text() -> None:
    assert parse("q=a%00b%0A%1Fc").q == "a b c"


def test_a_repeated_single_parameter_counts_once() -> None:
    assert parse("q=a&q=b&page=2&page=5") == Wanted(q="a", page=2)


def test_a_link_to_no_filter_says_so_where_open_data_would_be_preselected() -> None:
    bare = parse("", preselect=True).without("access_level", "open")
    assert pairs(bare, preselect=True) == [("access_level", "any")]
    assert pairs(bare) == []
    assert not parse("access_level=any", preselect=True).chosen


def test_removing_one_value_keeps_the_others_and_returns_to_page_one() -> None:
    wanted = parse("organization=a&organization=b&tags=t&page=4").without("organization", "a")
    assert wanted.chosen == {"organization": ("b",), "tags": ("t",)}
    assert wanted.page == 1
    assert wanted.without("tags").chosen == {"organization": ("b",)}
    assert wanted.having("tags", "u").chosen["tags"] == ("u",)


NAMES = st.sampled_from([*FILTERS, "q", "sort", "rows", "page", "topics", "_x", "zz"]) | st.text(
    max_size=8
)
VALUES = (
    st.text(max_size=30)
    | st.integers().map(str)
    | st.sampled_from([*SORTS, "any", "open", "title_string desc", "20", "x" * 300])
)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=30), st.booleans())
def test_any_query_string_is_read_and_written_again_the_same(
    query: list[tuple[str, str]], preselect: bool
) -> None:
    wanted = read(query, preselect=preselect)
    assert wanted.sort in SORTS
    assert wanted.rows in PAGE_SIZES
    assert wanted.page >= 1
    assert wanted.start < MAX_START
    assert set(wanted.chosen) <= set(FILTERS)
    assert len(wanted.q) <= MAX_TEXT
    written = pairs(wanted, preselect=preselect)
    again = read(written, preselect=preselect)
    assert again == replace(wanted, ignored=(), preselected=False)
    assert pairs(again, preselect=preselect) == written


def test_solr_is_asked_in_the_readers_language() -> None:
    assert search_address.solr_sort("title", "fr") == "title_sort_fr asc, name asc"
