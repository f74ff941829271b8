"""The pure rules: versions, differences, changes of many records, copies."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.ontario.editing import bulk, copying, domain, versions

NAMES = ("a", "b", "c")
WORDS = st.text("xyzé ,", max_size=4)
LISTS = st.lists(WORDS, max_size=3)
BILINGUAL = st.dictionaries(st.sampled_from(["en", "fr"]), WORDS | LISTS, max_size=2)
VALUES = st.none() | WORDS | LISTS | BILINGUAL
FIELDS = st.dictionaries(st.sampled_from(NAMES), VALUES)
FILES = st.lists(
    st.tuples(st.sampled_from("12345"), FIELDS), max_size=4, unique_by=lambda pair: pair[0]
)
RECORDS = st.builds(
    lambda fields, files: {**fields, "resources": [{"id": i, **f} for i, f in files]}, FIELDS, FILES
)


def compare(old: Any, new: Any) -> domain.Difference:
    return domain.compare(old, new, NAMES, NAMES)


def bare(record: dict[str, Any]) -> dict[str, Any]:
    return {n: found for n in NAMES if (found := domain.bare(record.get(n))) is not None}


# --- differences -----------------------------------------------------------------------------


@given(RECORDS)
def test_nothing_differs_from_itself(record: dict[str, Any]) -> None:
    assert not compare(record, record)


@given(RECORDS, RECORDS)
def test_a_difference_leads_from_the_old_to_the_new(old: Any, new: Any) -> None:
    found = compare(old, new)
    made = bare(old)
    for change in found.fields:
        assert made.get(change.field) == change.old
        made[change.field] = change.new
    assert {k: v for k, v in made.items() if v is not None} == bare(new)

    files = {one["id"]: bare(one) for one in old["resources"]}
    for file in found.files:
        if file.new is None:
            del files[file.id]
            continue
        changed = {one.field: one.new for one in file.fields}
        files[file.id] = {**files.get(file.id, {}), **changed}
    files = {i: {k: v for k, v in f.items() if v is not None} for i, f in files.items()}
    assert files == {one["id"]: bare(one) for one in new["resources"]}


@given(RECORDS, RECORDS)
def test_the_way_back_is_the_way_there_turned_round(old: Any, new: Any) -> None:
    there, back = compare(old, new), compare(new, old)
    turned = {domain.Kind.ADDED: domain.Kind.REMOVED, domain.Kind.REMOVED: domain.Kind.ADDED}
    assert {(c.field, turned.get(c.kind, c.kind)) for c in there.fields} == {
        (c.field, c.kind) for c in back.fields
    }
    assert {(f.id, turned.get(f.kind, f.kind)) for f in there.files} == {
        (f.id, f.kind) for f in back.files
    }
    assert there.moved == back.moved


def test_files_that_change_places_are_told() -> None:
    one, two = {"id": "1", "a": "x"}, {"id": "2", "a": "y"}
    found = compare({"resources": [one, two]}, {"resources": [two, one]})
    assert (found.fields, found.files, found.moved) == ((), (), True)


# --- versions --------------------------------------------------------------------------------

INSTANT = "2026-11-27T08:09:10.123456"


@given(FIELDS)
def test_a_version_is_read_as_it_was_written(record: dict[str, Any]) -> None:
    written = versions.version_of({**record, "metadata_modified": INSTANT}, NAMES)
    assert versions.read(str(written)) == written


@given(RECORDS, RECORDS)
def test_marks_tell_exactly_the_fields_that_differ(old: Any, new: Any) -> None:
    expected = versions.version_of({**old, "metadata_modified": INSTANT}, NAMES)
    later = {**new, "metadata_modified": "2026-11-27T08:09:11"}
    changed = versions.changed_fields(expected, later, NAMES)
    assert changed == [change.field for change in compare(old, new).fields]
    same = {**new, "metadata_modified": INSTANT}
    assert versions.changed_fields(expected, same, NAMES) is None


def test_a_bare_instant_counts_every_change() -> None:
    expected = versions.read("2026-11-27T08:09:10.123456Z")
    assert expected == versions.read("2026-11-27T03:09:10.123456-05:00")
    assert versions.changed_fields(expected, {"metadata_modified": INSTANT}, NAMES) is None
    later = {"metadata_modified": "2026-11-27T08:09:11"}
    assert versions.changed_fields(expected, later, NAMES) == list(NAMES)


def test_what_was_never_dated_counts_as_changed() -> None:
    expected = versions.read(INSTANT)
    assert versions.changed_fields(expected, {"metadata_modified": None}, NAMES) == list(NAMES)


@given(st.text(max_size=60) | st.none() | st.integers() | st.lists(st.text(), max_size=2))
def test_whatever_is_sent_is_read_or_refused(written: Any) -> None:
    try:
        found = versions.read(written)
    except versions.Unreadable:
        return
    assert versions.read(str(found)) == found


# --- many records ----------------------------------------------------------------------------

LISTED = st.lists(WORDS.filter(lambda w: bool(w.strip())), max_size=4)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "topics": st.fixed_dictionaries({}, optional={"add": LISTED, "remove": LISTED}),
        "keywords": st.fixed_dictionaries(
            {},
            optional={
                way: st.dictionaries(st.sampled_from(["en", "fr"]), LISTED)
                for way in ("add", "remove")
            },
        ),
        "maintainer_translated": st.builds(lambda t: {"set": t}, st.just({"fr": " Unité "})),
        "update_frequency": st.builds(lambda t: {"set": t}, st.sampled_from(["daily", "weekly"])),
    },
)
KEPT = st.fixed_dictionaries(
    {},
    optional={
        "topics": LISTED,
        "keywords": st.dictionaries(st.sampled_from(["en", "fr"]), LISTED),
        "maintainer_translated": st.just({"en": "Unit"}),
        "update_frequency": st.sampled_from(["daily", "other"]),
    },
)


@settings(max_examples=50)
@given(KEPT, CHANGES)
def test_doing_it_twice_is_doing_it_once(record: dict[str, Any], changes: Any) -> None:
    values = bulk.changed(record, changes)
    assert set(values) <= set(changes)
    assert bulk.changed(bulk.merged(record, values), changes) == {}


@given(KEPT, LISTED, LISTED)
def test_what_is_removed_is_gone_and_what_is_added_is_there(
    record: dict[str, Any], add: list[str], remove: list[str]
) -> None:
    changes = {"topics": {"add": add, "remove": remove}}
    result = bulk.merged(record, bulk.changed(record, changes)).get("topics") or []
    if bulk.changed(record, changes):
        left = {word.casefold() for word in result}
        gone = {word.strip().casefold() for word in remove}
        assert not left & gone
        assert {word.strip().casefold() for word in add} - gone <= left


def test_a_change_never_loses_the_other_language() -> None:
    record = {"maintainer_translated": {"en": "Unit", "fr": "Unité"}}
    changes = {"maintainer_translated": {"set": {"fr": "Nouvelle"}}}
    assert bulk.changed(record, changes) == {
        "maintainer_translated": {"en": "Unit", "fr": "Nouvelle"}
    }


def test_core_twins_do_not_contradict_a_change() -> None:
    record = {"topics": ["a"], "groups": [{"name": "a"}], "tags": [{"name": "x"}], "title": "T"}
    assert bulk.merged(record, {"topics": ["b"]}) == {
        "topics": ["b"], "tags": [{"name": "x"}], "title": "T",
    }  # fmt: skip


@given(st.recursive(st.none() | st.text(max_size=5), lambda s: st.lists(s) | st.dictionaries(
    st.sampled_from([*bulk.fields(), "set", "add", "en", "other"]), s), max_leaves=8))  # fmt: skip
def test_whatever_is_asked_is_understood_or_refused(changes: Any) -> None:
    try:
        understood = bulk.checked(changes)
    except bulk.Problems as problems:
        understood, found = changes, problems.found
        assert found
    assert understood is changes


# --- copies ----------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [10, 195, 200, 400])
def test_a_copys_title_says_so_and_fits(length: int) -> None:
    titles = copying.copy_title({"title_translated": {"en": "x" * length, "fr": "é" * length}})
    assert titles["en"].startswith("Copy of x")
    assert titles["fr"].startswith("Copie de é")
    assert all(len(title) <= copying.TITLE_MAX for title in titles.values())


def test_a_title_of_one_language_stays_of_one() -> None:
    assert copying.copy_title({"title_translated": {"fr": "Eau"}}) == {"fr": "Copie de Eau"}
    assert copying.copy_title({"title": "Old"}) == {"en": "Copy of Old"}
