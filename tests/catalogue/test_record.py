"""Access, contact, citation, programs and the whole page of a record, without CKAN."""

from __future__ import annotations

import ast
import re
import shlex
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.catalogue.readers import SITE, file, page, reader

from ckanext.ontario.catalogue import record_words
from ckanext.ontario.catalogue.citation import Source, bibtex, citation_of, ris, sentence
from ckanext.ontario.catalogue.record import Rights, record_page, resource_page
from ckanext.ontario.catalogue.record_access import access_of, contact_of, licence_of
from ckanext.ontario.catalogue.record_details import bounding_box, details
from ckanext.ontario.catalogue.record_reader import HarvestSource, Publisher
from ckanext.ontario.catalogue.record_snippets import TOKEN, Wanted, file_name, snippets
from ckanext.ontario.catalogue.record_text import (
    Text,
)

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


def test_a_harvest_source_is_named_to_those_who_may_see_it() -> None:
    record, staff = {"harvest_source_id": "0f3c"}, reader(internal=True)
    source = HarvestSource("Water inventory", "/harvest/water")
    (named,) = details(record, staff, internal=True, source=source)
    assert [(cell.text.value, cell.link) for cell in named.cells] == [
        ("Water inventory", "/harvest/water")
    ]
    (bare,) = details(record, staff, internal=True)
    assert [(cell.text.value, cell.link) for cell in bare.cells] == [("0f3c", "")]


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
