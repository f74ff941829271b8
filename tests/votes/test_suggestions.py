"""Suggestions in this process: what waits, what is listed, how often the database is asked."""

from __future__ import annotations

from datetime import date, datetime, timezone

import pytest

from ckanext.ontario.votes import ballots, counting, domain, suggestions, upkeep
from statements import statements

DAY = date(2026, 5, 1)

pytestmark = pytest.mark.usefixtures("empty")


def add(number: int, title: str = "", most: int = 1000) -> str | None:
    values = {"id": f"s{number}", "title": title or f"Title {number}", "day": DAY}
    texts = {"language": "en", "description": "", "organization": ""}
    return suggestions.add({**values, **texts}, most)


def accept(number: int) -> None:
    add(number)
    titles = {"title_en": f"Title {number}", "title_fr": f"Titre {number}"}
    assert suggestions.decide(f"s{number}", suggestions.ACCEPTED, titles)


def listed(state: str, limit: int = 100, offset: int = 0) -> tuple[int, list[str]]:
    total, rows = suggestions.listed(state, limit, offset)
    return total, [row["id"] for row in rows]


def test_what_is_sent_twice_waits_once_and_may_come_again_later() -> None:
    assert add(1, "Water levels") == "s1"
    assert add(2, " water  LEVELS ") == "s1"
    assert listed("waiting") == (1, ["s1"])
    assert suggestions.decide("s1", suggestions.REFUSED, {"reason": "It is there."})
    assert not suggestions.decide("s1", suggestions.REFUSED, {"reason": "Again."})
    assert add(3, "Water levels") == "s3"


def test_only_so_many_wait() -> None:
    assert [add(number, most=2) for number in range(3)] == ["s0", "s1", None]
    assert add(4, "Title 1", most=2) == "s1"


def test_those_with_most_votes_come_first_and_pages_beyond_know_how_many() -> None:
    for number in range(4):
        accept(number)
    for voter in ("a1", "a2"):
        ballots.cast(domain.subject_of("s2"), voter, "a")
    ballots.cast(domain.subject_of("s3"), "u1", "u")
    assert listed("accepted") == (4, ["s2", "s3", "s0", "s1"])
    assert listed("accepted", limit=2, offset=2) == (4, ["s0", "s1"])
    assert listed("accepted", offset=50) == (4, [])
    assert listed("refused") == (0, [])
    assert suggestions.get("s2", "accepted") is not None
    assert suggestions.get("s2", "waiting") is None
    subjects = [domain.subject_of(f"s{number}") for number in range(4)]
    assert counting.voted(subjects, "a1") == {domain.subject_of("s2")}
    assert counting.voted(subjects, "") == set()


@pytest.mark.parametrize("many", [1, 30])
def test_a_page_of_suggestions_costs_one_query(many: int) -> None:
    for number in range(many):
        accept(number)
    with statements() as seen:
        assert listed("accepted")[0] == many
    assert len([one for one in seen if "ontario_votes" in one]) == 1


def test_the_index_is_told_nothing_of_suggestions() -> None:
    accept(1)
    ballots.cast(domain.subject_of("s1"), "a1", "a")
    ballots.cast("record", "a1", "a")
    assert upkeep.take_dirty() == ["record"]
    assert upkeep.take_dirty() == []


def test_refused_suggestions_are_forgotten_with_their_votes() -> None:
    for number, at in ((1, datetime(2026, 1, 1, tzinfo=timezone.utc)), (2, None)):
        accept(number)
        ballots.cast(domain.subject_of(f"s{number}"), "a1", "a")
        decided = {"reason": "x", **({"decided_at": at} if at else {})}
        suggestions.decide(f"s{number}", suggestions.REFUSED, decided)
    assert suggestions.forget_refused(DAY) == ["s1"]
    assert listed("refused") == (1, ["s2"])
    upkeep.forget([domain.subject_of("s1")])
    assert set(counting.counts([domain.subject_of(f"s{n}") for n in (1, 2)])) == {"suggestion:s2"}
