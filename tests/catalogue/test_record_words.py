"""Texts, days, sizes, addresses and files on the pages of a record, without CKAN."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.catalogue.readers import SITE, file, page

from ckanext.ontario.catalogue import record_resources
from ckanext.ontario.catalogue.record_text import (
    Text,
    day_of,
    day_of_instant,
    email_address,
    size_of,
    text_of,
    web_address,
)

# --- Texts ---


@pytest.mark.parametrize(
    ("value", "language", "found"),
    [
        ({"en": "Lake", "fr": "Lac"}, "fr", Text("Lac")),
        ({"en": "Lake", "fr": " "}, "fr", Text("Lake", "en")),
        ({"fr": "Lac"}, "en", Text("Lac", "fr")),
        ({"en": ["no"]}, "en", None),
        ({}, "en", None),
        (None, "en", None),
        ("Lake", "en", None),
    ],
)
def test_a_text_is_the_readers_or_says_whose_it_is(
    value: Any, language: str, found: Text | None
) -> None:
    assert text_of(value, language) == found


def test_days_are_written_as_the_reader_writes_them() -> None:
    english, french = day_of("2024-06-01", "en"), day_of("2024-06-01T12:00:00", "fr")
    assert english
    assert french
    assert (english.iso, english.shown) == ("2024-06-01", "June 1, 2024")
    assert french.shown == "1er juin 2024"
    assert day_of("2024-06-11", "fr").shown == "11 juin 2024"
    assert day_of("soon", "en") is None


def test_an_instant_is_a_day_of_toronto() -> None:
    late = day_of_instant("2024-06-02T02:30:00.123456", "en")  # still the evening before
    assert late
    assert late.iso == "2024-06-01"
    assert day_of_instant("", "en") is None


@pytest.mark.parametrize(
    ("size", "english", "french"),
    [
        (1, "1 byte", "1 octet"),
        (999, "999 bytes", "999 octets"),
        ("1234567", "1.2 MB", "1,2 Mo"),
        (88_000, "88 KB", "88 Ko"),
        (None, "", ""),
        ("big", "", ""),
        (-1, "", ""),
        ("inf", "", ""),
        ("nan", "", ""),
    ],
)
def test_sizes(size: Any, english: str, french: str) -> None:
    assert size_of(size, "en").replace("\xa0", " ") == english
    assert size_of(size, "fr").replace("\xa0", " ") == french


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "//x.ca",
        "/x",
        "http://",
        "data:text/html,x",
        "https://a b",
        "ftp://x",
        "https://a.ca/\"onclick='x",
        "http://[",
        None,
        "JaVaScRiPt:x",
    ],
)
def test_what_a_page_never_links_to(address: Any) -> None:
    assert web_address(address) == ""


@given(st.text())
def test_a_linked_address_is_http_whatever_was_typed(typed: str) -> None:
    found = web_address(typed)
    assert not found or re.match(r"https?://[^\s<>\"]+$", found, re.IGNORECASE)


@pytest.mark.parametrize(
    ("typed", "found"),
    [("a.b@ontario.ca", "a.b@ontario.ca"), ("a@b.ca?cc=x@y.ca", ""), ("x", ""), (None, "")],
)
def test_mail_addresses(typed: Any, found: str) -> None:
    assert email_address(typed) == found


# --- Files ---


def test_data_stands_by_period_before_documents_before_applications() -> None:
    years = [2019, 2023, 2020, 2021, 2022]
    files = [
        file(id="app", type="application"),
        file(id="tech", type="technical_document"),
        file(id="dictionary", type="data_dictionary"),
        file(id="strange", type="<b>"),
        *(
            file(id=str(year), data_range_start=f"{year}-01-01", data_range_end=f"{year}-12-31")
            for year in years
        ),
        file(id="undated"),
    ]
    found = page(resources=files).sections
    assert [section.name for section in found] == ["data", "documents", "applications"]
    data, documents, _applications = found
    assert [group.label for group in data.groups] == ["2023", "2022", "2021", "2020", "2019", ""]
    assert [group.folded for group in data.groups] == [False, False, False, True, True, True]
    assert [row.identifier for row in documents.groups[0].first] == [
        "dictionary",
        "tech",
        "strange",
    ]


def test_many_files_are_folded_and_none_is_lost() -> None:
    (section,) = page(resources=[file(id=str(number)) for number in range(300)]).sections
    (group,) = section.groups
    assert (len(group.first), len(group.more), section.count) == (20, 280, 300)
    assert group.label == ""


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "id": st.text(),
                "type": st.one_of(
                    st.none(), st.text(), st.sampled_from(list(record_resources.KINDS))
                ),
                "data_range_start": st.one_of(st.none(), st.dates().map(str), st.text()),
                "data_range_end": st.one_of(st.none(), st.dates().map(str), st.text()),
                "size": st.one_of(st.none(), st.integers(), st.text()),
            }
        )
    )
)
def test_every_file_is_shown_once(files: list[dict[str, Any]]) -> None:
    rows = [
        row.identifier
        for section in page(resources=files).sections
        for group in section.groups
        for row in (*group.first, *group.more)
    ]
    assert sorted(rows) == sorted(one["id"] for one in files)


@pytest.mark.parametrize(
    ("start", "end", "english", "french"),
    [
        ("2023-01-01", "2023-12-31", "2023", "2023"),
        ("2019-01-01", "2023-12-31", "2019–2023", "2019–2023"),
        (
            "2023-04-01",
            "2024-03-31",
            "April 1, 2023 to March 31, 2024",
            "1er avril 2023 au 31 mars 2024",
        ),
        ("2023-04-01", None, "since April 1, 2023", "depuis le 1er avril 2023"),
        (None, "2023-04-02", "until April 2, 2023", "jusqu’au 2 avril 2023"),
        ("2023-04-02", "2023-04-02", "April 2, 2023", "2 avril 2023"),
        (None, None, "", ""),
    ],
)
def test_periods(start: Any, end: Any, english: str, french: str) -> None:
    for language, shown in (("en", english), ("fr", french)):
        assert page(language, date_range_start=start, date_range_end=end).period == shown


def test_a_file_says_where_it_is_and_what_happens() -> None:
    def row(**values: Any) -> Any:
        return page("fr", resources=[file(**values)]).sections[0].groups[0].first[0]

    assert (row().host, row().visit, row(language="french").language) == (
        "files.ontario.ca",
        False,
        "Français",
    )
    assert row(url=f"{SITE}/dataset/x/resource/y/download/a.csv").host == ""
    assert row(url=f"{SITE}.evil.ca/a.csv").host == "data.ontario.ca.evil.ca"
    assert row(format="HTML").visit
    assert row(url="javascript:x").address == ""
    assert row().page == "/fr/dataset/lakes/resource/f1"
    assert row(name_translated={}, name="").name == Text("a.csv")
