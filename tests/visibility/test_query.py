"""The scanner of queries: what it finds is what Solr reads as a field, and doubt is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.visibility.query import (
    MalformedQuery,
    fields_of,
    listed_fields,
    mentions,
    sort_fields,
)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", set()),
        ("roads and bridges", set()),
        ("l'énergie", set()),
        ("*:*", set()),
        ("title:roads", {"title"}),
        (
            '+owner_org:"a-b" +dataset_type:dataset -state:draft',
            {"owner_org", "dataset_type", "state"},
        ),
        ("title:(roads OR notes:bridges)", {"title", "notes"}),
        ("metadata_modified:[2020-01-01T00:00:00Z TO NOW]", {"metadata_modified"}),
        ("metadata_modified:{* TO NOW-1DAY/DAY} AND tags:x", {"metadata_modified", "tags"}),
        ('name:["a b" TO "c:d"]', {"name"}),
        ('title:"a: b \\" c: d"', {"title"}),
        (r"title:a\:b", {"title"}),
        ("tags :x", {"tags"}),
        ("NOT(NOT secret:x)", {"secret"}),
        ("!secret:x", {"secret"}),
        ("title:road^2 notes:roda~1", {"title", "notes"}),
        ("title:ro*d?", {"title"}),
        ("vocab_topics:health", {"vocab_topics"}),
        ('tags: "l’énergie"', {"tags"}),
        ("title:", {"title"}),
    ],
)
def test_names_of_fields(text: str, fields: set[str]) -> None:
    assert fields_of(text) == fields


@pytest.mark.parametrize(
    "text",
    [
        "{!term f=secret}x title:y",
        "{!lucene df=secret}x",
        'title:"unbalanced secret:x',
        '/"/ secret:x /"/ title:a',
        "title:/a.*/",
        r"s\ecret:x",
        ":x",
        '"phrase":x',
        "*:secret",
        "sec*:x",
        "title:[a TO b",
        'title:[a" TO b] secret:x "',
        "title:[a TO b TO c]",
        "title:a\\",
        "title:]",
        "a&&secret:b",
        '_query_:"{!lucene}secret:x"',
        "(:x",
    ],
)
def test_what_is_doubtful_is_refused(text: str) -> None:
    with pytest.raises(MalformedQuery):
        fields_of(text)


SAFE_WORD = st.text("abcdefghijklmnopqrstuvwxyzéèç0123456789", min_size=1, max_size=8)
PHRASE = st.text(st.characters(blacklist_characters='"\\', blacklist_categories=["Cs"])).map(
    lambda text: f'"{text}"'
)
VALUE = SAFE_WORD | PHRASE | st.just("[a TO b]") | st.just("(x OR y)")


@given(SAFE_WORD, VALUE, VALUE)
def test_a_field_is_found_wherever_it_stands(word: str, before: str, after: str) -> None:
    if "{!" in before + after:
        return
    text = f"title:{before} {word} -(secret:{after})"
    assert fields_of(text) == {"title", "secret"}


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        names = fields_of(text)
    except MalformedQuery:
        return
    assert all(name.isascii() and " " not in name for name in names)


@given(st.text(alphabet='ab:"\\ /[]{}()+-!*?~^|&\u00a0\u3000\n', max_size=24))
def test_no_colon_outside_quotes_and_ranges_goes_unread(text: str) -> None:
    try:
        names = fields_of(text)
    except MalformedQuery:
        return
    assert all(set(name) <= {"a", "b"} for name in names)


def test_sorting() -> None:
    assert sort_fields("score desc, metadata_modified ASC") == ["score", "metadata_modified"]


@pytest.mark.parametrize("sort", ["query(secret) asc", "title", "score desc,", "a asc b desc", ""])
def test_sorting_by_anything_else_is_refused(sort: str) -> None:
    with pytest.raises(MalformedQuery):
        sort_fields(sort)


def test_field_lists() -> None:
    assert listed_fields(["id,name", "title"]) == ["id", "name", "title"]


@pytest.mark.parametrize("value", ["*", "data:name", "[docid]", "sum(a,b)", "extras_*"])
def test_field_lists_of_anything_else_are_refused(value: str) -> None:
    with pytest.raises(MalformedQuery):
        listed_fields([value])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"in a phrase secret:x"', "secret"),
        ("[secret :x TO y]", "secret"),
        ("secretive:x", None),
        ("secret", None),
        (r"secret\:x", None),
    ],
)
def test_names_before_a_colon_anywhere(text: str, found: str | None) -> None:
    assert mentions(text, ["other", "secret"]) == found
