"""The rules of voting, without a portal."""

from __future__ import annotations

import ipaddress
import time
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.votes import domain
from ckanext.ontario.votes.domain import Pace, State

SECRET = "s" * 40
IDS = st.integers(0, 2**128 - 1).map(lambda number: f"{number:032x}")


@pytest.mark.parametrize(
    ("kind", "level", "mine", "state"),
    [
        ("dataset", "under_review", False, State.VOTE),
        ("dataset", "restricted", False, State.VOTE),
        ("dataset", "under_review", True, State.VOTED),
        ("dataset", "open", False, State.OPENED),
        ("dataset", "open", True, State.OPENED),
        ("dataset", "", False, State.NONE),
        ("consultation", "under_review", True, State.NONE),
    ],
)
def test_the_button_goes_from_vote_to_opened(
    kind: str, level: str, mine: bool, state: State
) -> None:
    assert domain.state_of(kind, level, mine=mine) is state


@given(browser=IDS)
def test_a_cookie_is_read_as_it_was_sealed(browser: str) -> None:
    assert domain.opened(SECRET, domain.sealed(SECRET, browser)) == browser


@given(browser=IDS, place=st.integers(min_value=0), letter=st.sampled_from("abcXYZ019._-"))
def test_no_other_letter_makes_a_cookie(browser: str, place: int, letter: str) -> None:
    sealed = domain.sealed(SECRET, browser)
    place %= len(sealed)
    changed = sealed[:place] + letter + sealed[place + 1 :]
    if changed != sealed and not _same_signature(sealed, changed):
        with pytest.raises(domain.Tampered):
            domain.opened(SECRET, changed)


def _same_signature(one: str, other: str) -> bool:
    """The last letter of base64 carries bits that mean nothing."""
    return one[:-1] == other[:-1]


@given(text=st.text(max_size=200))
def test_nothing_that_is_made_up_is_a_cookie(text: str) -> None:
    with pytest.raises(domain.Tampered):
        domain.opened(SECRET, text)


def test_a_cookie_of_another_key_or_of_no_browser_is_none() -> None:
    with pytest.raises(domain.Tampered):
        domain.opened(SECRET, domain.sealed("t" * 40, "0" * 32))
    with pytest.raises(domain.Tampered):
        domain.opened(SECRET, domain.sealed(SECRET, "not an id"))


def test_a_cookie_is_forgotten_after_its_days(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = domain.sealed(SECRET, "0" * 32)
    later = time.time() + domain.COOKIE_DAYS * 86400 + 5
    monkeypatch.setattr(time, "time", lambda: later)
    assert domain.opened(SECRET, sealed) is None


@given(one=IDS, other=IDS)
def test_keys_tell_voters_apart_and_say_nothing(one: str, other: str) -> None:
    keys = {domain.key_of(SECRET, kind, name) for kind in "ua" for name in (one, other)}
    assert len(keys) == 2 * len({one, other})
    assert not any(one in key or other in key for key in keys)
    assert domain.key_of("t" * 40, "a", one) != domain.key_of(SECRET, "a", one)


def test_a_form_sent_twice_is_one_voter_and_others_are_not() -> None:
    assert domain.new_id(SECRET, "token") == domain.new_id(SECRET, "token")
    assert len({domain.new_id(SECRET, seed) for seed in ("token", "other", "", "")}) == 4


@given(st.ip_addresses(v=4))
def test_addresses_of_a_network_are_one(address: object) -> None:
    network = domain.network_of(str(address))
    assert network.endswith(".0/24")
    assert domain.network_of(f"::ffff:{address}") == network
    assert domain.network_of(f" {str(address).rpartition('.')[0]}.9 ") == network


@given(st.integers(2**16, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_of_the_longer_ones_too(network: int, one: int, other: int) -> None:
    found = {
        domain.network_of(str(ipaddress.IPv6Address((network << 64) + host)))
        for host in (one, other)
    }
    assert len(found) == 1
    assert found.pop().endswith("::/64")


@given(st.text(max_size=50))
def test_what_is_no_address_is_a_network_all_the_same(text: str) -> None:
    assert domain.network_of(text)


@given(
    recent=st.integers(0, 5000),
    before=st.integers(0, 5000),
    share=st.floats(0, 1),
    days=st.integers(1, 60),
)
def test_conspicuous_is_many_fast_and_anonymous(
    recent: int, before: int, share: float, days: int
) -> None:
    pace = Pace(recent, int(recent * share), before, days, 28)
    if pace.conspicuous:
        assert recent >= 20
        assert pace.anonymous >= recent * 0.8
        assert recent * 28 >= 4.9 * days * max(before, 1)
    quiet = Pace(recent, 0, before, days, 28)
    assert not quiet.conspicuous


def test_a_burst_of_browsers_is_seen_and_a_campaign_of_accounts_is_not() -> None:
    assert Pace(200, 195, 3, 7, 28).conspicuous
    assert not Pace(200, 20, 3, 7, 28).conspicuous
    assert not Pace(200, 195, 700, 7, 28).conspicuous


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.integers(1, 4000))
def test_no_ballot_goes_while_its_cookie_may_live(today: date, days: int) -> None:
    assert domain.oldest_kept(today, days) <= today - timedelta(days=domain.COOKIE_DAYS)


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "2026", 5, "20260101T00"])
def test_a_day_is_a_day(text: object) -> None:
    assert domain.day_of("2026-05-31") == date(2026, 5, 31)
    assert domain.day_of("") is None
    with pytest.raises(ValueError, match=r"."):
        domain.day_of(text)


@pytest.mark.parametrize("note", [None, "", {}, {"en": "x"}, {"en": "x", "fr": " "}, ["en", "fr"]])
def test_a_note_is_in_both_languages(note: object) -> None:
    assert domain.note_problem(note)
    assert domain.note_problem({"en": "x", "fr": "y"}) is None


@given(st.text(min_size=1), st.text(min_size=1))
def test_suggestions_are_told_apart_by_more_than_spaces_and_capitals(one: str, other: str) -> None:
    same = " ".join(one.casefold().split()) == " ".join(other.casefold().split())
    assert (domain.fingerprint(one) == domain.fingerprint(other)) is same
    assert domain.fingerprint(f"  {one} ") == domain.fingerprint(one)
    assert domain.subject_of(one).startswith(domain.SUGGESTION)
