"""What a search may ask, over HTTP and on the real Solr."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import requests
from ckan.lib.search import SearchQueryError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ckanext.ontario.visibility import clamp, query, solr_fields
from ckanext.ontario.visibility.solr_fields import HIDDEN

CANARY = "canary-hidden"


def search(person: Any, **data: Any) -> Any:
    return person.action("package_search", **data)


# --- what stays open to clients ------------------------------------------------------------------

FACETS = [
    "organization",
    "groups",
    "tags",
    "res_format",
    "license_id",
    "keywords_en",
    "keywords_fr",
    "topics",
    "dataset_type",
]
QUERIES = [
    "roads",
    "l’énergie de l'Ontario",
    "*:*",
    "title:roads AND -tags:old",
    'owner_org:"x" +state:active',
    "metadata_modified:[2020-01-01T00:00:00Z TO NOW]",
    'harvest_source_id:"x"',
    "topics:health keywords_fr:eau vocab_x:y",
    "isopen:true",
]
SORTS = [
    "score desc, metadata_modified desc",
    "metadata_created asc",
    "title_string asc",
    "name desc",
    "views_recent desc",
    "title_sort_fr asc",
    "title_sort_en desc",
    "vote_count desc",
    "view_recent desc",
    "rank",
]


@pytest.mark.parametrize("facet", FACETS)
def test_usual_facets_answer(settled: Any, facet: str) -> None:
    answer = search(settled.member, **{"facet.field": [facet]})
    assert answer.status_code == 200
    assert facet in answer.json["result"]["facets"]


@pytest.mark.parametrize("text", QUERIES)
@pytest.mark.parametrize("key", ["q", "fq"])
def test_usual_queries_answer(settled: Any, key: str, text: str) -> None:
    assert search(settled.member, **{key: text}).status_code == 200


@pytest.mark.parametrize("sort", SORTS)
def test_usual_sorts_answer(settled: Any, sort: str) -> None:
    assert search(settled.member, sort=sort).status_code == 200


def test_usual_field_lists_answer(settled: Any) -> None:
    found = settled.other.ask("package_search", fl="id,name")["results"]
    assert [set(record) for record in found] == [{"id", "name"}]
    assert settled.other.ask("package_search", fl=["name"])["results"] == [{"name": "wells"}]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/dataset/",
        "/dataset/?q=wells&tags=x&organization=health&res_format=CSV&sort=title_string+asc",
        "/organization/health",
        "/organization/health?q=a",
        "/organization/",
        "/group/",
        "/harvest",
        "/feeds/dataset.atom",
        "/feeds/organization/health.atom",
        "/feeds/custom.atom?tags=seen",
        "/feeds/custom.atom?q=wells",
        "/dashboard/datasets",
        "/api/2/util/dataset/autocomplete?incomplete=w",
        "/api/2/util/tag/autocomplete?incomplete=w",
    ],
)
def test_pages_and_feeds_still_answer(settled: Any, path: str) -> None:
    assert settled.member.get(path).status_code == 200


# --- what is refused or taken away ---------------------------------------------------------------


@pytest.mark.parametrize("field", ["title_string", "name", "tags", "res_url", "topics"])
def test_facets_show_no_hidden_values(settled: Any, field: str) -> None:
    asked = {"facet.field": [field], "facet.mincount": 0, "facet.limit": -1, "rows": 0}
    assert CANARY not in search(settled.other, **asked).text
    by_get = settled.other.get(
        "/api/3/action/package_search",
        **{**asked, "facet.field": json.dumps([field])},
    )
    assert by_get.status_code == 200
    assert CANARY not in by_get.text


REFUSED = [
    {"facet.field": ["permission_labels"]},
    {"facet.field": ["text"]},
    {"facet.field": ["config"]},
    {"facet.field": ["data_dict"]},
    {"facet.field": ["{!key=x}permission_labels"]},
    {"facet.field": "not json"},
    {"fl": "*"},
    {"fl": ["data_dict"]},
    {"fl": ["id", "validated_data_dict"]},
    {"fl": "x:permission_labels"},
    {"fl": "extras_secret"},
    {"sort": "permission_labels asc"},
    {"sort": "query(permission_labels) asc"},
    {"sort": "random_1 asc, score"},
    {"q": "permission_labels:ops"},
    {"fq": "permission_labels:ops"},
    {"fq_list": ["permission_labels:ops"]},
    {"fq_list": "permission_labels:ops"},
    {"q": r"permission\_labels:ops"},
    {"q": '_query_:"permission_labels:ops"'},
    {"q": "{!term f=permission_labels}ops"},
    {"q": '"“ permission_labels:ops “"'},
    {"q": 'AND a" permission_labels:ops "'},
    {"q": "{!lucene df=permission_labels}ops"},
    {"fq": "{!lucene df=permission_labels}ops"},
    {"fq_list": ["{!lucene df=permission_labels}ops"]},
    {"q": "title:(a OR (b permission_labels:ops))"},
    {"q": "extras_secret:x"},
    {"q": 'title:"open'},
    {"fq": "title:(open"},
    {"q": "Budget: a plan"},
    {"facet.mincount": "many"},
    {"facet.limit": "many"},
]


@pytest.mark.parametrize("asked", REFUSED, ids=str)
def test_what_is_refused_says_so_and_shows_nothing(settled: Any, asked: dict[str, Any]) -> None:
    answer = search(settled.other, **asked)
    assert answer.status_code in {400, 409}, answer.text
    assert answer.json["success"] is False
    for secret in (CANARY, "member-", "creator-", "editor-"):
        assert secret not in answer.text


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "wells", "qf": "permission_labels"},
        {"bf": "query(permission_labels)"},
        {"boost": "field(permission_labels)"},
        {"defType": "func", "q": "1"},
        {"mm": "x"},
        {"tie": "x"},
        {"wt": "xml"},
    ],
    ids=str,
)
def test_solrs_own_parameters_are_taken_away(settled: Any, asked: dict[str, Any]) -> None:
    assert search(settled.other, **asked).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/dataset/?permission_labels=ops",
        "/dataset/?sort=permission_labels+asc",
        "/dataset/?q=permission_labels:ops",
        "/feeds/custom.atom?permission_labels=ops",
        "/feeds/custom.atom?q=title:(open",
        "/organization/health?permission_labels=ops",
    ],
)
def test_pages_answer_refused_searches_without_a_fault(settled: Any, path: str) -> None:
    answer = settled.member.get(path)
    assert answer.status_code in {200, 400}
    assert "member-" not in answer.text


def test_the_refusal_names_the_field(settled: Any) -> None:
    answer = search(settled.other, fq="secret:x")
    assert answer.json["error"]["__type"] == "Search Query Error"
    assert "secret" in answer.json["error"]["message"]


def test_limits() -> None:
    fields = solr_fields.SearchFields(*[frozenset({"title"})] * 4)
    clamped = clamp.clamp({"facet.limit": -1, "facet.mincount": 0, "facet": "x"}, fields, 7)
    assert clamped == {"facet.limit": 7, "facet.mincount": 1, "facet": "true"}
    assert clamp.clamp({"facet.limit": 9}, fields, 7)["facet.limit"] == 7
    assert clamp.clamp({"facet.limit": 3, "facet": False}, fields, 7)["facet.limit"] == 3
    with clamp.every_facet_value():
        assert clamp.clamp({"facet.limit": -1}, fields, 7)["facet.limit"] == -1


def test_core_fields_come_from_the_running_core(internal: Any) -> None:
    fields = solr_fields.current()
    assert {"title", "title_fr", "owner_org", "frequency"} <= fields.searched
    assert {"title_sort_en", "title_sort_fr", "score", "metadata_modified"} <= fields.sorted
    assert "title" not in fields.sorted | fields.counted
    for names in (fields.searched, fields.counted, fields.sorted, fields.returned):
        assert not names & HIDDEN


# --- the scanner reads as Solr does --------------------------------------------------------------

PIECES = ['"', '/"/', "/", "/*", "*/", "\\", "(", ")", "[", "[a", '[a"', " TO b]", "]", "{", "}"]
PIECES += ["title:", "a", " ", "*", "!", "-", "&&", "~2", "^3", "\u00a0", "\u3000", "'", "#", "AND"]
HIDERS = st.lists(st.sampled_from(PIECES), max_size=3).map("".join)
"""What could make a field after it look like something else."""


def parsed_by_solr(solr_url: str, text: str, parser: str) -> str:
    """How Solr reads a text: its own print of the query."""
    answer = requests.post(
        f"{solr_url}/select",
        data={"q": text, "rows": 0, "debug": "query", "df": "text", "defType": parser},
        timeout=10,
    )
    return str(answer.json().get("debug", {}).get("parsedquery_toString", ""))


@settings(max_examples=700, deadline=None)
@given(before=HIDERS, after=HIDERS)
@example(before='[a" TO b]', after='"')
def test_solr_finds_no_field_that_the_scanner_missed(
    solr_url: str, internal: Any, before: str, after: str
) -> None:
    text = f"{before} secret:a {after}"
    try:
        names = query.fields_of(text)
    except query.MalformedQuery:
        return
    if "secret" not in names:
        # Phrases are analysed, which takes their colons; what is left with one is a field.
        parsed = parsed_by_solr(solr_url, text, "lucene")
        assert not re.search(r"(^|[\s(+\-])secret:", parsed), parsed


@settings(max_examples=300, deadline=None)
@given(before=HIDERS, after=HIDERS)
@example(before="AND{", after=" TO b]")
@example(before='AND a"', after='"')
def test_no_text_leads_the_extended_parser_to_a_hidden_field(
    solr_url: str, internal: Any, before: str, after: str
) -> None:
    text = f"{before} permission_labels:a {after}"
    with pytest.raises(SearchQueryError):
        clamp.clamp({"q": text}, solr_fields.current(), 1)


def test_the_extended_parser_would_be_led_there(solr_url: str, internal: Any) -> None:
    parsed = parsed_by_solr(solr_url, "AND{ permission_labels:a  TO b]", "edismax")
    assert "permission_labels:a" in parsed


def test_a_hidden_field_is_found_by_solr_where_the_scanner_is_bypassed(
    solr_url: str, internal: Any
) -> None:
    assert "secret:x" in parsed_by_solr(solr_url, "title:a secret:x", "lucene")


def test_a_refused_search_is_a_query_error(internal: Any) -> None:
    fields = solr_fields.SearchFields(*[frozenset({"title"})] * 4)
    with pytest.raises(SearchQueryError):
        clamp.clamp({"q": "secret:x"}, fields, 7)
