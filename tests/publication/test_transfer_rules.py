"""Pure rules between the portals: order, what differs, what is admitted, what travels."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.ontario.publication.projection import content_hash, project
from ckanext.ontario.publication.transfer import admission, comparing, mapping, wire
from ckanext.ontario.publication.transfer.comparing import Inside, Outside
from ckanext.ontario.publication.transfer.ordering import Known, verdict
from ckanext.ontario.publication.transfer.wire import Item, Operation, Status
from ckanext.ontario.schema import public, tables

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
ID = "0c7e2f5a-9a56-4a0f-9a45-6a2f1f0c8a11"


def item(operation: Operation, sequence: int, generation: int = 1, digest: str = "h") -> Item:
    put = operation is Operation.PUT
    return Item(
        ID, "lakes", operation, generation, sequence, "v", NOW, NOW, digest if put else None
    )


# --- order -----------------------------------------------------------------------------------

operations = st.sampled_from(list(Operation))
histories = st.lists(operations, min_size=1, max_size=6)


class Portal:
    """What the public portal would do."""

    def __init__(self) -> None:
        self.known: Known | None = None
        self.generation = 1
        self.applied: list[tuple[int, int]] = []

    def take(self, one: Item) -> Status:
        status = verdict(self.known, self.generation, one)
        if status is Status.APPLIED:
            self.applied.append(one.order)
            self.generation = max(self.generation, one.generation)
            self.known = Known(one.operation, one.generation, one.sequence, one.content_hash)
        return status


@settings(max_examples=150)
@given(histories, st.data())
def test_however_releases_arrive_the_latest_counts(
    history: Sequence[Operation], data: st.DataObject
) -> None:
    # A removal is the end of a record's history.
    end = next((n for n, one in enumerate(history) if one is Operation.REMOVE), len(history) - 1)
    sent = [
        item(one, number, digest=f"h{number}") for number, one in enumerate(history[: end + 1], 1)
    ]
    order = data.draw(st.permutations([*sent, *sent]))
    portal = Portal()
    answers = [portal.take(one) for one in order]
    assert portal.known is not None
    assert (portal.known.operation, portal.known.sequence) == (sent[-1].operation, len(sent))
    assert portal.applied == sorted(set(portal.applied))  # nothing twice, nothing out of order
    assert set(answers) <= {Status.APPLIED, Status.DUPLICATE, Status.OLDER, Status.REMOVED}


@given(st.integers(1, 9), operations, st.integers(0, 20), st.integers(1, 20))
def test_nothing_comes_after_a_removal(
    removed: int, operation: Operation, sequence: int, generation: int
) -> None:
    known = Known(Operation.REMOVE, 1, removed, None)
    later = verdict(known, 1, item(operation, sequence, generation))
    assert later is (Status.DUPLICATE if operation is Operation.REMOVE else Status.REMOVED)


def test_a_restored_portal_counts_once_its_generation_is_raised() -> None:
    known = Known(Operation.PUT, 1, 6, "today")
    assert verdict(known, 1, item(Operation.PUT, 5)) is Status.OLDER
    assert verdict(known, 1, item(Operation.PUT, 6, digest="other")) is Status.REFUSED
    assert verdict(known, 1, item(Operation.PUT, 5, generation=2)) is Status.APPLIED
    assert verdict(known, 2, item(Operation.PUT, 9, generation=1)) is Status.AGAIN


def test_what_is_missing_is_taken_again() -> None:
    there = Known(Operation.PUT, 1, 1, "h")
    gone = Known(Operation.PUT, 1, 1, "h", present=False)
    assert verdict(there, 1, item(Operation.PUT, 1)) is Status.DUPLICATE
    assert verdict(gone, 1, item(Operation.PUT, 1)) is Status.APPLIED


# --- differences -----------------------------------------------------------------------------

hashes = st.sampled_from(["a", "b"])
inside_rows = st.builds(Inside, operations, st.integers(1, 4), hashes)
outside_rows = st.builds(
    Outside,
    st.one_of(st.none(), operations),
    st.one_of(st.none(), st.integers(1, 4)),
    st.one_of(st.none(), hashes),
)


@settings(max_examples=400)
@given(
    st.dictionaries(st.sampled_from("wxyz"), inside_rows),
    st.dictionaries(st.sampled_from("wxyz"), outside_rows),
    st.booleans(),
)
def test_each_record_is_found_in_one_place(
    inside: dict[str, Inside], outside: dict[str, Outside], after_restore: bool
) -> None:
    found = comparing.compare(inside, outside, after_restore=after_restore)
    listed = [*found.repair, *found.ahead, *found.hidden_outside, *found.unknown]
    assert len(listed) == len(set(listed))
    assert found.same + len(listed) <= len({*inside, *outside})
    for one in found.repair:  # what was hidden later outside is never shown again by itself
        theirs = outside.get(one)
        assert theirs is None or theirs.operation is not Operation.REMOVE
        if theirs and theirs.operation is Operation.WITHDRAW and theirs.sequence is not None:
            assert inside[one].sequence > theirs.sequence
    assert set(found.unknown).isdisjoint(inside)
    if after_restore:
        assert found.ahead == []


PUT, WITHDRAW, REMOVE = Operation.PUT, Operation.WITHDRAW, Operation.REMOVE


@pytest.mark.parametrize(
    ("ours", "theirs", "place"),
    [
        (Inside(PUT, 1, "a"), None, "repair"),
        (Inside(PUT, 2, "a"), Outside(PUT, 1, "b"), "repair"),
        (Inside(PUT, 1, "a"), Outside(PUT, 1, None), "repair"),
        (Inside(PUT, 1, "a"), Outside(None, None, None), "repair"),
        (Inside(WITHDRAW, 2, None), Outside(PUT, 1, "a"), "repair"),
        (Inside(PUT, 1, "a"), Outside(PUT, 2, "b"), "ahead"),
        (Inside(PUT, 1, "a"), Outside(PUT, 1, "b"), "ahead"),
        (Inside(PUT, 1, "a"), Outside(WITHDRAW, 2, None), "hidden_outside"),
        (Inside(PUT, 3, "a"), Outside(REMOVE, 2, None), "hidden_outside"),
        (None, Outside(PUT, 1, "a"), "unknown"),
        (None, Outside(None, None, None), "unknown"),
    ],
)
def test_where_a_difference_belongs(
    ours: Inside | None, theirs: Outside | None, place: str
) -> None:
    one, other = ({"x": side} if side else {} for side in (ours, theirs))
    assert getattr(comparing.compare(one, other, after_restore=False), place) == ["x"]


def test_a_purge_hides_at_most_a_tenth() -> None:
    assert comparing.may_purge(1, 10)
    assert not comparing.may_purge(2, 10)
    assert not comparing.may_purge(1, 9)
    assert comparing.may_purge(0, 0)


# --- the wire --------------------------------------------------------------------------------

json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def put(**projection: Any) -> dict[str, Any]:
    content = {"id": ID, "name": "lakes", **projection}
    made = item(Operation.PUT, 1)
    values = {"projection": content, "content_hash": content_hash(content, [])}
    return wire.dump(Item(**{**vars(made), **values}))


def test_a_release_survives_the_way() -> None:
    sent = put(title_translated={"en": "Lakes", "fr": "Lacs – été"})
    assert wire.dump(wire.read(json.loads(json.dumps(sent)))) == sent


@settings(max_examples=150)
@given(
    st.dictionaries(st.sampled_from(sorted(put())), json_values, max_size=3),
    st.lists(st.sampled_from(sorted(put())), max_size=2),
)
def test_whatever_arrives_is_a_release_or_malformed(
    changes: dict[str, Any], gone: list[str]
) -> None:
    given_ = {key: value for key, value in {**put(), **changes}.items() if key not in gone}
    try:
        found = wire.read(given_)
    except wire.Malformed:
        return
    assert found.operation is not Operation.PUT or found.content_hash == content_hash(
        found.projection, found.files
    )


@given(json_values)
def test_nonsense_is_malformed(nonsense: Any) -> None:
    with pytest.raises(wire.Malformed):
        wire.read(nonsense)


# --- the second lock, and the schema it knows ------------------------------------------------

SCHEMA = tables.read("dataset.yaml")
OUTSIDE = public.derived(SCHEMA)
GROUP = tables.read("group.yaml")["fields"]
ORGANIZATION = tables.read("organization.yaml")["fields"]

marked = [one["field_name"] for one in SCHEMA["dataset_fields"]]
resource_marked = [one["field_name"] for one in SCHEMA["resource_fields"]]
texts = st.one_of(
    st.text(min_size=1, max_size=5), st.fixed_dictionaries({"en": st.text(min_size=1)})
)
full_records = st.builds(
    lambda values, resource, level: {
        **values,
        "id": "p",
        "type": "dataset",
        "access_level": level,
        "resources": [{**resource, "id": "r"}],
    },
    st.fixed_dictionaries(dict.fromkeys(marked, texts)),
    st.fixed_dictionaries(dict.fromkeys(resource_marked, texts)),
    st.sampled_from(["open", "restricted"]),
)


@settings(max_examples=50)
@given(full_records)
def test_what_is_projected_is_admitted_and_what_is_internal_is_not(record: Any) -> None:
    projected = project(record, SCHEMA, {"name": "mecp"}).public
    assert list(admission.unknown_keys(projected, OUTSIDE, ORGANIZATION, GROUP)) == []
    whole = {key: value for key, value in record.items() if key != "type"}
    found = set(admission.unknown_keys(whole, OUTSIDE, ORGANIZATION, GROUP))
    internal = {
        one["field_name"] for one in SCHEMA["dataset_fields"] if one["visibility"] == "internal"
    }
    assert internal
    assert internal <= found


def test_the_derived_schema_mentions_no_internal_field() -> None:
    for prefix, grouping in (("", "dataset_fields"), ("resource_", "resource_fields")):
        fields = SCHEMA[grouping]
        internal = {one["field_name"] for one in fields if one["visibility"] == "internal"}
        assert internal
        sections = OUTSIDE[f"{prefix}form_sections"]
        assert {name for one in sections for name in one["fields"]}.isdisjoint(internal)
        assert all(section["fields"] for section in sections)
        assert {one["visibility"] for one in OUTSIDE[grouping]} == {"public"}
        orders = OUTSIDE[f"{prefix}date_order"]
        assert [pair for pair in orders if not internal.isdisjoint(pair)] == []


def test_subfields_are_derived_too() -> None:
    inner = [
        {"field_name": "shown", "visibility": "public"},
        {"field_name": "hidden", "visibility": "internal"},
    ]
    outer = {"field_name": "rows", "visibility": "public", "repeating_subfields": inner}
    (field,) = public.derived({"dataset_fields": [outer]})["dataset_fields"]
    assert [one["field_name"] for one in field["repeating_subfields"]] == ["shown"]


def test_what_is_not_released_is_emptied() -> None:
    projected = {"id": "p", "name": "lakes", "resources": [], "organization": {}, "groups": []}
    schema = {
        "dataset_fields": [
            {"field_name": "name"},
            {"field_name": "url"},
            {"field_name": "title_translated", "kind": "bilingual"},
        ],
        "resource_fields": [],
    }
    assert mapping.dataset(projected, schema, "o") == {
        "id": "p",
        "name": "lakes",
        "url": "",
        "title_translated": {"en": "", "fr": ""},
        "owner_org": "o",
        "private": False,
        "state": "active",
        "resources": [],
    }
