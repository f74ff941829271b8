"""Issues and errors, without a database."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.ingest import domain


@given(st.lists(st.sampled_from("abc")), st.integers(1, 4))
def test_each_code_is_kept_so_many_times_and_counted_in_full(codes: list[str], limit: int) -> None:
    seen: Counter[str] = Counter()
    kept = Counter(str(i["code"]) for i in domain.capped([{"code": c} for c in codes], seen, limit))
    assert seen == Counter(codes)
    assert kept == Counter({code: min(count, limit) for code, count in seen.items()})


def test_nested_errors_name_their_field() -> None:
    errors = {
        "url": ["Bad", "Worse"],
        "resources": [{}, {"url": ["Missing value"]}],
        "message": "alone",
        "nothing": [],
        "blank": "",
    }
    assert list(domain.flat_errors(errors)) == [
        ("url", "Bad"),
        ("url", "Worse"),
        ("resources 2 url", "Missing value"),
        ("message", "alone"),
    ]


def test_counts_add_up() -> None:
    assert domain.added({"new": 1}, {"new": 2, "gone": 1}, {}) == {"new": 3, "gone": 1}
