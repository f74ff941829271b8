"""What the source owns and what the ministry owns, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from ckanext.ontario.harvest import ownership

CURRENT: dict[str, Any] = {
    "id": "p1",
    "name": "libraries-abc",
    "title": "Libraries",
    "title_translated": {"en": "Libraries", "fr": "Bibliothèques"},
    "notes": "Old",
    "notes_translated": {"en": "Old", "fr": "Vieux"},
    "url": "https://example.com/old",
    "colby_notes": "written by hand",
    "tags": [{"name": "books"}],
    "resources": [
        {"id": "r1", "url": "https://example.com/a.csv", "harvested_resource": "yes"},
        {"id": "r2", "url": "upload.csv"},
    ],
}


def test_what_the_source_never_gave_survives() -> None:
    result = ownership.merged(CURRENT, {"notes_translated": {"en": "New"}}, ["notes_translated"])
    assert result["colby_notes"] == "written by hand"
    assert result["notes_translated"] == {"en": "New"}
    assert "notes" not in result
    assert result["title"] == "Libraries"


def test_what_the_source_stops_giving_is_cleared() -> None:
    result = ownership.merged(CURRENT, {"url": ""}, ["url", "title_translated", "keywords"])
    assert "url" not in result
    assert "title_translated" not in result
    assert "title" not in result
    assert "tags" not in result


def test_identity_is_never_the_sources() -> None:
    result = ownership.merged(CURRENT, {"id": "other", "name": "other", "private": False}, [])
    assert (result["id"], result["name"]) == ("p1", "libraries-abc")
    assert "private" not in result


def test_tags_follow_keywords() -> None:
    result = ownership.merged(CURRENT, {"keywords": {"en": ["a"]}}, [])
    assert "tags" not in result
    assert ownership.merged(CURRENT, {}, [])["tags"] == [{"name": "books"}]


def test_resources_keep_their_ids_and_the_ministrys_own_stay() -> None:
    result = ownership.merged_resources(
        CURRENT["resources"],
        [{"url": "https://example.com/new.csv"}, {"url": "https://example.com/a.csv", "size": 1}],
    )
    assert result == [
        {"url": "https://example.com/new.csv"},
        {"url": "https://example.com/a.csv", "size": 1, "id": "r1"},
        {"id": "r2", "url": "upload.csv"},
    ]


def test_one_address_twice_takes_over_one_id_once() -> None:
    same = {"url": "https://example.com/a.csv"}
    result = ownership.merged_resources(
        [{**same, "id": "r1", "harvested_resource": "yes"}], [same] * 2
    )
    assert [resource.get("id") for resource in result] == ["r1", None]


def test_blank_values_say_nothing() -> None:
    given = {"a": "", "b": None, "c": {"en": "", "fr": None}, "d": [], "e": 0, "f": False, "g": "x"}
    assert ownership.provided(given) == ["e", "f", "g"]


# --- conflicts -------------------------------------------------------------------------------

GIVEN = {"notes_translated": {"en": "Old", "fr": "Vieux"}, "url": "https://example.com/old"}


@pytest.mark.parametrize(
    ("here", "incoming", "local", "expected"),
    [
        ({}, {"url": "https://example.com/new"}, (), []),
        ({"url": "https://example.com/mine"}, {}, (), [("url", "https://example.com/mine", False)]),
        ({"url": "https://example.com/new"}, {"url": "https://example.com/new"}, (), []),
        ({"url": " https://example.com/old "}, {"url": "https://example.com/new"}, (), []),
        ({"url": None}, {}, (), [("url", "", False)]),
        (
            {"notes_translated": {"fr": "À moi", "en": "Mine"}}, {}, (),
            [("notes_translated", "À moi / Mine", False)],
        ),
        ({"url": "https://example.com/mine"}, {}, ("url",), []),
        (
            {"url": "https://example.com/mine"}, {"url": "https://example.com/new"}, ("url",),
            [("url", "https://example.com/mine", True)],
        ),
        ({"colby_notes": "changed by hand"}, {}, (), []),
    ],
)  # fmt: skip
def test_conflicts_are_what_both_have_changed(
    here: dict[str, Any], incoming: dict[str, Any], local: tuple[str, ...], expected: list[Any]
) -> None:
    before = ownership.marks(GIVEN)
    found = ownership.conflicts({**CURRENT, **here}, {**GIVEN, **incoming}, before, local)
    assert [(each.field, each.here, each.kept) for each in found] == expected


def test_a_file_of_the_source_that_was_taken_away_is_a_conflict() -> None:
    given = {"resources": [{"url": "https://example.com/a.csv", "format": "CSV"}]}
    before = ownership.marks(given)
    assert ownership.conflicts(CURRENT, given, before) == []
    own_only = {**CURRENT, "resources": CURRENT["resources"][1:]}
    assert [each.field for each in ownership.conflicts(own_only, given, before)] == ["resources"]


def test_fields_left_to_the_ministry_are_never_the_sources_again() -> None:
    incoming = {"url": "https://example.com/new", "notes_translated": {"en": "New"}}
    result = ownership.merged(CURRENT, incoming, ["url", "colby_notes"], ["url", "colby_notes"])
    assert result["url"] == "https://example.com/old"
    assert result["colby_notes"] == "written by hand"
    assert result["notes_translated"] == {"en": "New"}
