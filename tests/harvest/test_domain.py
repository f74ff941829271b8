"""Identity, hashes, the plan and the gate: rules without a database."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.harvest import domain
from ckanext.ontario.harvest.domain import Closed, Decision, Kind, Known, Outcome, Read

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
DATASETS = st.dictionaries(st.text(min_size=1), JSON, max_size=8)
GUIDS = st.text(min_size=1, max_size=6).map(str.encode)


def shuffled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shuffled(item) for key, item in reversed(value.items())}
    if isinstance(value, list):
        return [shuffled(item) for item in value]
    return value


# --- hashes ----------------------------------------------------------------------------------


@given(DATASETS)
def test_the_order_of_keys_is_no_change(dataset: dict[str, Any]) -> None:
    assert domain.canonical(shuffled(dataset)) == domain.canonical(dataset)


@given(DATASETS, st.text(min_size=1), JSON, JSON)
def test_another_value_is_another_hash(
    dataset: dict[str, Any], key: str, one: Any, other: Any
) -> None:
    key = f"x{key}"
    same = domain.canonical(one) == domain.canonical(other)
    hashes = {domain.record_hash({**dataset, key: value}, "org", "1") for value in (one, other)}
    assert (len(hashes) == 1) == same


@given(st.lists(st.text(), unique=True, min_size=2))
def test_keywords_are_a_set_and_resources_are_a_list(words: list[str]) -> None:
    backwards = list(reversed(words))

    def keywords(words: list[str]) -> bytes:
        return domain.canonical({"keywords": {"en": words}})

    def resources(words: list[str]) -> bytes:
        return domain.canonical({"resources": [{"url": f"x{word!r}"} for word in words]})

    assert keywords(words) == keywords(backwards)
    assert resources(words) != resources(backwards)


def test_an_accent_typed_in_two_ways_is_one() -> None:
    composed = {"title_translated": {"fr": "Énergie\r\nrenouvelable"}}
    apart = {"title_translated": {"fr": unicodedata.normalize("NFD", "Énergie\nrenouvelable")}}
    assert domain.canonical(composed) == domain.canonical(apart)


def test_volatile_keys_are_no_change() -> None:
    one = domain.record_hash({"title": "a", "metadata_modified": "2024"}, "org", "1")
    assert one == domain.record_hash({"title": "a", "metadata_modified": "2025"}, "org", "1")


@pytest.mark.parametrize(("organization", "version"), [("other", "1"), ("org", "2")])
def test_organization_and_mapping_are_part_of_the_hash(organization: str, version: str) -> None:
    dataset = {"title": "a"}
    before = domain.record_hash(dataset, "org", "1")
    assert before != domain.record_hash(dataset, organization, version)


def test_numbers_that_json_does_not_know_are_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        domain.canonical({"x": float("nan")})


def test_a_fingerprint_follows_its_parts() -> None:
    assert domain.fingerprint({"a": 1, "b": 2}) == domain.fingerprint({"b": 2, "a": 1})
    assert domain.fingerprint({"a": 1}) != domain.fingerprint({"a": 2})


# --- names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Écoles de l’Ontario", "ecoles-de-lontario"),
        ("  Cœur & santé: 2024 ", "coeur-sante-2024"),
        ("数据", ""),
    ],
)
def test_slug(text: str, expected: str) -> None:
    assert domain.slug(text) == expected


@given(st.text(), st.text(), st.text())
def test_names_are_valid_and_always_the_same(title: str, source: str, guid: str) -> None:
    name = domain.dataset_name(title, source, guid)
    assert name == domain.dataset_name(title, source, guid)
    assert 2 <= len(name) <= domain.NAME_LIMIT
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not name.startswith("-")


def test_ten_thousand_records_of_one_title_have_ten_thousand_names() -> None:
    names = {domain.dataset_name("Same", "source", str(number)) for number in range(10_000)}
    assert len(names) == 10_000


def test_the_same_guid_of_two_sources_has_two_names() -> None:
    assert domain.dataset_name("T", "one", "1") != domain.dataset_name("T", "other", "1")
    assert domain.dataset_name("T", "a", "bc") != domain.dataset_name("T", "ab", "c")


# --- the plan --------------------------------------------------------------------------------


@given(
    st.dictionaries(GUIDS, st.sampled_from(["a", "b", None]), max_size=12),
    st.dictionaries(GUIDS, st.tuples(st.sampled_from(["a", "b"]), st.booleans()), max_size=12),
)
def test_the_plan_is_what_sets_say(
    document: dict[bytes, str | None], known: dict[bytes, tuple[str, bool]]
) -> None:
    decisions = list(
        domain.plan(
            [Read(*item) for item in sorted(document.items())],
            [Known(guid, *rest) for guid, rest in sorted(known.items())],
        )
    )
    assert [d.guid for d in decisions] == sorted(d.guid for d in decisions)
    assert decisions == [Decision(kind, guid) for guid, kind in sorted(expected(document, known))]


def expected(
    document: dict[bytes, str | None], known: dict[bytes, tuple[str, bool]]
) -> list[tuple[bytes, Kind]]:
    result: list[tuple[bytes, Kind]] = []
    for guid in document.keys() | known.keys():
        if guid not in document:
            result.append((guid, Kind.MISSING if known[guid][1] else Kind.GONE))
        elif document[guid] is None:
            continue
        elif guid not in known:
            result.append((guid, Kind.NEW))
        else:
            same = known[guid] == (document[guid], False)
            result.append((guid, Kind.UNCHANGED if same else Kind.CHANGED))
    return result


# --- the gate --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "limit"), [(0, 1), (1, 1), (9, 1), (10, 1), (19, 1), (20, 2), (250, 25)]
)
def test_one_record_in_ten_and_at_least_one_may_be_gone(known: int, limit: int) -> None:
    assert domain.gone_limit(known) == limit
    assert domain.gate(gone=limit, known=known, complete=True, errors=0) == ()
    closed = domain.gate(gone=limit + 1, known=known, complete=True, errors=0)
    assert closed == (Closed.TOO_MANY,)


def test_a_document_with_errors_or_cut_short_lets_nothing_go() -> None:
    assert domain.gate(gone=1, known=100, complete=False, errors=0) == (Closed.INCOMPLETE,)
    assert domain.gate(gone=1, known=100, complete=True, errors=1) == (Closed.ERRORS,)
    assert domain.gate(gone=50, known=100, complete=False, errors=2) == tuple(Closed)


def test_nothing_gone_needs_no_gate() -> None:
    assert domain.gate(gone=0, known=100, complete=False, errors=9) == ()


# --- limits ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("guid", "dataset", "codes"),
    [
        ("1", {"title": "x" * 900_000, "keywords": {"en": ["a"] * 500, "fr": None}}, []),
        ("x" * 1_001, {}, ["guid_too_long"]),
        ("1", {"notes": {"en": "é" * 500_001}}, ["field_too_large"]),
        ("1", {"notes": {"en": "e" * 500_001, "fr": "e" * 400_000, "x": 1}}, []),
        ("1", {"topics": ["e" * 600_000, "e" * 600_000]}, ["field_too_large"]),
        ("1", {"resources": [{}] * 1_501, "keywords": {"fr": ["a"] * 501}}, None),
    ],
)
def test_what_is_too_much(guid: str, dataset: dict[str, Any], codes: list[str] | None) -> None:
    found = [code for code, _field, _limit in domain.excess(guid, dataset)]
    assert found == (codes if codes is not None else ["too_many_resources", "too_many_keywords"])


# --- outcomes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "refused", "withheld", "expected_outcome", "code"),
    [
        ("finished", 0, 0, Outcome.FINISHED, 0),
        ("finished", 1, 0, Outcome.ATTENTION, 3),
        ("finished", 0, 1, Outcome.ATTENTION, 3),
        ("failed", 1, 1, Outcome.FAILED, 1),
        ("aborted", 0, 0, Outcome.ABORTED, 1),
        ("planned", 3, 0, Outcome.PLANNED, 0),
    ],
)
def test_outcomes_and_exit_codes(
    status: str, refused: int, withheld: int, expected_outcome: Outcome, code: int
) -> None:
    found = domain.outcome(status, refused=refused, withheld=withheld)
    assert found is expected_outcome
    assert domain.EXIT_CODES[found] == code
