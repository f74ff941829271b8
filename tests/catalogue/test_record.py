"""What the pages of a record say, decided without CKAN."""

from __future__ import annotations

import ast
import re
import shlex
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.catalogue import record_resources, record_words
from ckanext.ontario.catalogue.citation import Source, bibtex, citation_of, ris, sentence
from ckanext.ontario.catalogue.record import Rights, record_page, resource_page
from ckanext.ontario.catalogue.record_access import access_of, contact_of, licence_of
from ckanext.ontario.catalogue.record_details import bounding_box, details
from ckanext.ontario.catalogue.record_reader import (
    Addresses,
    Field,
    Publisher,
    Reader,
    Schema,
)
from ckanext.ontario.catalogue.record_snippets import TOKEN, Wanted, file_name, snippets
from ckanext.ontario.catalogue.record_text import (
    Text,
    day_of,
    day_of_instant,
    email_address,
    size_of,
    text_of,
    web_address,
)

SITE = "https://data.ontario.ca"
SCHEMA = Schema(
    fields=(
        Field("other_title", {"en": "Other title", "fr": "Autre titre"}, "text", internal=True),
        Field("url", {"en": "Source URL", "fr": "URL d’origine"}, "web_address", internal=False),
        Field("topics", {"en": "Topics", "fr": "Thèmes"}, "choices", internal=False),
        Field("colby_notes", {"en": "Notes", "fr": "Notes"}, "text", internal=True),
    ),
    labels={
        "access_level": {"open": {"en": "Open", "fr": "Ouvert"}},
        "exemption": {"privacy": {"en": "Privacy", "fr": "Vie privée"}},
        "topics": {"health-and-care": {"en": "Health", "fr": "Santé"}},
    },
    resource_labels={"language": {"french": {"en": "French", "fr": "Français"}}},
    licences={
        "OGL-ON-1.0": {
            "label": {"en": "OGL", "fr": "LGO"},
            "url": {"en": "https://example.ca/en", "fr": "https://example.ca/fr"},
            "open": True,
        },
        "ministry-tou": {"label": {"en": "Terms", "fr": "Conditions"}, "url": {}, "open": False},
    },
    open_formats=frozenset({"CSV"}),
)


def reader(language: str = "en", **more: Any) -> Reader:
    prefix = "" if language == "en" else f"/{language}"
    addresses = Addresses(SITE, prefix, f"{SITE}/api/3/action")
    return Reader(language, date(2026, 5, 1), addresses, SCHEMA, **more)


def file(**values: Any) -> dict[str, Any]:
    return {
        "id": "f1",
        "url": "https://files.ontario.ca/a.csv",
        "format": "CSV",
        "type": "data",
        "name_translated": {"en": "A"},
        **values,
    }


def page(language: str = "en", rights: Rights = Rights(), **values: Any) -> Any:  # noqa: B008
    record = {"name": "lakes", "title": "Lakes", "resources": [], **values}
    return record_page(record, Publisher(), reader(language), rights)


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
    assert day_of("2024-06-11", "fr").shown == "11 juin 2024"  # type: ignore[union-attr]
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


# --- Access, licence, contact ---


def test_restricted_says_why_in_words() -> None:
    record = {
        "access_level": "restricted",
        "exemption": "privacy",
        "exemption_rationale": {"en": "Because."},
    }
    access = access_of(record, reader("fr"))
    assert access.exemption == "Vie privée"
    assert "renseignements personnels" in access.exemption_explained
    assert access.rationale == Text("Because.", "en")


@pytest.mark.parametrize(
    ("planned", "status", "overdue"),
    [
        ("2026-04-30", "active", True),
        ("2026-05-01", "active", False),
        ("2026-04-30", "inactive", False),
    ],
)
def test_an_inactive_record_is_never_overdue(planned: str, status: str, overdue: bool) -> None:
    record = {
        "access_level": "under_review",
        "planned_release_date": planned,
        "record_status": status,
    }
    access = access_of(record, reader())
    assert access.overdue is overdue
    assert bool(access.inactive) is (status == "inactive")


def test_an_exemption_of_open_data_is_not_shown() -> None:
    access = access_of({"access_level": "open", "exemption": "privacy"}, reader())
    assert (access.exemption, access.label) == ("", "Open")
    assert access_of({"access_level": "<b>"}, reader()).level == ""


def test_licences_say_what_is_allowed() -> None:
    known = licence_of({"license_id": "OGL-ON-1.0"}, reader("fr"))
    assert (known.title, known.address, known.open) == ("LGO", "https://example.ca/fr", True)
    assert "Licence du gouvernement ouvert" in known.must
    closed = licence_of({"license_id": "ministry-tou"}, reader())
    assert (closed.open, closed.address, closed.must) == (False, "", "")
    assert "No licence" in licence_of({"license_id": "other-closed"}, reader()).may
    assert licence_of({"license_id": "unheard-of"}, reader()).title == "unheard-of"


def test_every_exemption_and_level_has_words_in_both_languages() -> None:
    for kind, values in {
        "access": ("open", "under_review", "restricted"),
        "exemption": ("commercial_sensitivity", "confidentiality", "privacy", "security"),
        "format": ("CSV", "GeoJSON"),
    }.items():
        for value in values:
            english, french = (record_words.explained(kind, value, code) for code in ("en", "fr"))
            assert english
            assert french
            assert english != french


def test_the_contact_chain() -> None:
    publisher = Publisher("mnr", {"en": "Natural Resources"}, {"fr": "Centre"})
    record = {"maintainer_translated": {"fr": "Unité"}, "maintainer_email": "x'y@z"}
    contact = contact_of(record, publisher, reader("fr"))
    assert contact.unit == Text("Unité")
    assert contact.email == ""
    assert contact.ministry == Text("Natural Resources", "en")
    assert contact.ministry_page == "/fr/organization/mnr"
    assert contact.ministry_contact == Text("Centre")


# --- Remaining fields ---


def test_fields_for_staff_never_reach_the_public_portal() -> None:
    record = {"other_title": "Working title", "url": "https://example.ca", "topics": ["x"]}
    public, staff = reader(), reader(internal=True)
    assert details(record, public, internal=True) == ()
    assert [one.label for one in details(record, staff, internal=True)] == ["Other title"]
    (shown,) = details(record, public, internal=False)  # topics have a place of their own
    assert (shown.label, shown.cells[0].link) == ("Source URL", "https://example.ca")


@pytest.mark.parametrize(
    "value", ["", "x", "{}", '{"coordinates": []}', {"coordinates": [["x"]]}, 3]
)
def test_a_broken_place_is_left_out(value: Any) -> None:
    assert bounding_box(value) is None


def test_a_place_is_a_box() -> None:
    ring = '{"type":"Polygon","coordinates":[[[-95,41],[-74,41],[-74,56],[-95,41]]]}'
    assert bounding_box(ring) == (-95, 41, -74, 56)


# --- Citation ---

SOURCE = Source(
    "lakes",
    "Lakes & {rivers}",
    "Ministry of Water",
    f"{SITE}/dataset/lakes",
    "en",
    date(2024, 6, 1),
)


def test_a_citation() -> None:
    assert sentence(SOURCE) == (
        "Ministry of Water. (2024). Lakes & {rivers} [Data set]. Ontario Data Catalogue. "
        f"{SITE}/dataset/lakes"
    )
    assert "title = {{Lakes \\& \\{rivers\\}}}" in bibtex(SOURCE)
    assert "DA  - 2024/06/01\r\n" in ris(SOURCE)


def test_a_citation_is_in_the_readers_language() -> None:
    record = {"title_translated": {"en": "Lakes", "fr": "Lacs"}}
    shown = page("fr", **record).citation
    assert shown.sentence == (
        "Catalogue de données de l’Ontario. (s. d.). Lacs [Jeu de données]. "
        f"{SITE}/fr/dataset/lakes"
    )


@given(st.text(), st.text(), st.lists(st.text(), max_size=3))
def test_no_value_breaks_out_of_a_citation(title: str, author: str, words: list[str]) -> None:
    citation = citation_of(Source("x", title, author, "https://x.ca/", "fr", None, words, title))
    assert "\n" not in citation.sentence
    lines = citation.ris.split("\r\n")
    assert lines[0] == "TY  - DATA"
    assert lines[-2:] == ["ER  - ", ""]
    assert all(re.match(r"[A-Z]{2}  - ", line) for line in lines[:-1])
    bare = re.sub(r"\\textbackslash\{\}|\\text\w+\{\}|\\[{}]", "", citation.bibtex)
    assert bare.count("{") == bare.count("}")
    assert citation.bibtex.splitlines()[0] == "@misc{ontario-x,"


# --- Programs ---


def codes(wanted: Wanted) -> dict[str, str]:
    return {one.tool: one.code for one in snippets(wanted, "en")}


@given(st.text(), st.text())
def test_no_address_becomes_part_of_a_program(address: str, name: str) -> None:
    wanted = Wanted(f"{SITE}/{name}", "", f"https://x.ca/{address}", file_name(address, name))
    written = codes(wanted)
    words = [shlex.split(line) for line in written["curl"].splitlines() if line[:4] == "curl"]
    assert [len(line) for line in words] == [3, 5]
    tree = ast.parse(written["Python"])
    calls = {
        node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    assert calls == {"urlopen", "Request", "load", "print", "len", "open", "write", "read"}
    for line in written["R"].splitlines():
        bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", line)
        assert '"' not in bare
        assert line.isascii()


def test_a_token_never_leaves_the_portal() -> None:
    record = {"name": "x", "resources": [file(url="https://elsewhere.ca/a.csv")]}
    shown = record_page(record, Publisher(), reader(internal=True), Rights()).snippets
    for one in shown:
        file_part = one.code.split("# The file")[1]
        assert TOKEN in one.code.split("# The file")[0]
        assert TOKEN not in file_part
        assert "headers" not in file_part


def test_a_table_is_asked_for_where_there_is_one() -> None:
    record = {"name": "x", "resources": [file(id="a"), file(id="b", datastore_active=True)]}
    for one in record_page(record, Publisher(), reader(), Rights()).snippets:
        assert "datastore_search?resource_id=b" in one.code
    first = record["resources"][0]
    for one in resource_page(record, first, Publisher(), reader(), Rights()).snippets:
        assert "datastore_search" not in one.code


# --- The page ---


def test_addresses_in_both_languages() -> None:
    head = page("fr", title_translated={"en": "Lakes", "fr": "Lacs"}).head
    assert head.canonical == f"{SITE}/fr/dataset/lakes"
    assert {one.text: one.address for one in head.alternates} == {
        "en": f"{SITE}/dataset/lakes",
        "fr": f"{SITE}/fr/dataset/lakes",
    }


def test_the_other_language_is_linked_only_when_it_is_written() -> None:
    both = page("fr", title_translated={"en": "Lakes", "fr": "Lacs"}).translation
    assert both
    assert (both.code, both.title, both.address) == ("en", "Lakes", "/dataset/lakes")
    assert page("en", title_translated={"en": "Lakes"}).translation is None


def test_words_and_topics_lead_to_searches() -> None:
    shown = page("fr", keywords={"en": ["R&D", "a b"]}, topics=["health-and-care", "odd"])
    assert [one.address for one in shown.keywords] == [
        "/fr/dataset/?keywords_en=R%26D",
        "/fr/dataset/?keywords_en=a+b",
    ]
    assert shown.keywords_lang == "en"
    assert [one.text for one in shown.topics] == ["Santé", "odd"]


def test_a_record_of_nothing_has_a_page() -> None:
    for value in (None, "", [], {}, "x"):
        shown = page(keywords=value, topics=[], title_translated=value, notes_translated=value)
        assert shown.head.title == Text("Lakes")
        assert shown.files == 0


def test_a_summary_is_short() -> None:
    summary = page(notes="word " * 10_000).head.summary
    assert len(summary) <= 201
    assert summary.endswith("word…")
