"""Sequences of votes, moves, voids and purges: tally, ballots, days and expectation agree."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy.exc import IntegrityError

from ckanext.ontario.shared import clock
from ckanext.ontario.votes import ballots, counting, upkeep
from ckanext.ontario.votes.model import BALLOT, DAILY, TALLY
from votes.conftest import clear

START = datetime(2026, 3, 1, 17, tzinfo=timezone.utc)
NAMES = ("p1", "p2")
RECORDS = st.sampled_from(NAMES)
BROWSERS = st.sampled_from(["a1", "a2"])
ACCOUNTS = st.sampled_from(["u1", "u2"])
VOTERS = st.one_of(BROWSERS, ACCOUNTS)
EVERYTHING = {"kind": "", "batch": "", "since": START.date() - timedelta(9), "until": START.date()}


class Voting(RuleBasedStateMachine):
    """The statements beside a plain model: who has voted for what, and what was declared void."""

    def __init__(self) -> None:
        super().__init__()
        clear()
        self.valid: dict[tuple[str, str], str] = {}
        self.void: set[tuple[str, str]] = set()
        self.purged: dict[tuple[str, str], int] = {}
        self.day = START
        self.cast_on: dict[tuple[str, str], Any] = {}

    @rule(votes=st.lists(st.tuples(RECORDS, VOTERS), min_size=2, max_size=8))
    def vote(self, votes: list[tuple[str, str]]) -> None:
        for record, voter in votes:
            self._vote(record, voter)

    def _vote(self, record: str, voter: str) -> None:
        with clock.stopped_at(self.day):
            added = ballots.cast(record, voter, voter[0])
        assert added == ((record, voter) not in self.valid and (record, voter) not in self.void)
        if added:
            self.valid[record, voter] = voter[0]
            self.cast_on[record, voter] = self.day.date()

    @rule(record=RECORDS, voter=VOTERS)
    def take_back(self, record: str, voter: str) -> None:
        assert ballots.remove(record, voter) == (self.valid.pop((record, voter), "") != "")

    @rule(votes=st.lists(st.tuples(RECORDS, VOTERS)), browser=BROWSERS, account=ACCOUNTS)
    def log_in(self, votes: list[tuple[str, str]], browser: str, account: str) -> None:
        for record, voter in votes:
            self._vote(record, voter)
        mine = [record for record, voter in self.valid if voter == browser]
        taken = {record for record, voter in self.valid.keys() | self.void if voter == account}
        assert ballots.move(browser, account) == len(set(mine) - taken)
        for record in mine:
            del self.valid[record, browser]
            if record not in taken:
                self.valid[record, account] = "u"
                self.cast_on[record, account] = self.cast_on[record, browser]

    @rule(record=RECORDS, kind=st.sampled_from(["", "u", "a"]))
    def declare_void(self, record: str, kind: str) -> None:
        chosen = {**EVERYTHING, "until": self.day.date(), "kind": kind}
        hit = [one for one in self.valid if one[0] == record and kind in ("", self.valid[one])]
        users = sum(self.valid[one] == "u" for one in hit)
        assert ballots.void(record, "v", chosen) == (users, len(hit) - users)
        for one in hit:
            del self.valid[one]
        self.void |= set(hit)

    @rule(days=st.integers(1, 300))
    def wait(self, days: int) -> None:
        self.day += timedelta(days=days)

    @rule()
    def purge(self) -> None:
        upkeep.purge(self.day.date())
        before = self.day.date() - timedelta(days=400)
        old = {one for one, day in self.cast_on.items() if day < before and one[1][0] == "a"}
        for one in old & self.valid.keys():
            key = (one[0], self.valid.pop(one))
            self.purged[key] = self.purged.get(key, 0) + 1
        self.void -= old

    @invariant()
    def everything_agrees(self) -> None:
        model.Session.commit()
        found = counting.counts(NAMES)
        for record in NAMES:
            kinds = [kind for (one, _voter), kind in self.valid.items() if one == record]
            expected = tuple(kinds.count(k) + self.purged.get((record, k), 0) for k in "ua")
            told = found.get(record, counting.NONE)
            assert (told.user, told.anonymous) == expected
            days = counting.since([record], START.date() - timedelta(9))
            assert days.get(record, 0) == sum(expected)
        assert upkeep.differing() == []
        for voter in ("a1", "u1"):
            mine = {record for record, one in self.valid if one == voter}
            assert set(counting.ballots_of(voter, 10, 0)[1]) == mine


def test_any_sequence_leaves_counts_and_ballots_equal(empty: None) -> None:
    # No record exists, so all are absent; their votes must not be forgotten meanwhile.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ckanext.ontario.votes.config.ballot_days", lambda: 400)
        patch.setattr("ckanext.ontario.votes.config.absent_days", lambda: 500_000)
        checked = [HealthCheck.too_slow, HealthCheck.filter_too_much]
        run_state_machine_as_test(
            Voting,
            settings=settings(
                max_examples=30,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=checked,
            ),
        )


def test_votes_that_move_where_there_is_one_count_once(empty: None) -> None:
    for record, voters in {"p1": ["a1", "u1"], "p2": ["a1"], "p3": ["u1", "a2"]}.items():
        for voter in voters:
            ballots.cast(record, voter, voter[0])
    assert ballots.move("a1", "u1") == 1
    assert ballots.move("a1", "u1") == 0
    model.Session.commit()
    found = counting.counts(["p1", "p2", "p3"])
    assert {key: (one.user, one.anonymous) for key, one in found.items()} == {
        "p1": (1, 0), "p2": (1, 0), "p3": (1, 1)
    }  # fmt: skip
    days = counting.since(["p1", "p2", "p3"], START.date())
    assert days == {"p1": 1, "p2": 1, "p3": 2}
    assert upkeep.differing() == []


def test_the_database_refuses_counts_below_what_there_is(empty: None) -> None:
    ballots.cast("p1", "a1", "a")
    model.Session.commit()
    for table in (TALLY, DAILY):
        with pytest.raises(IntegrityError):
            model.Session.execute(sa.update(table).values(n_anon=-1))
        model.Session.rollback()
    with pytest.raises(IntegrityError):
        model.Session.execute(sa.update(BALLOT).values(kind="x"))
    model.Session.rollback()


def test_many_at_once_lose_and_double_nothing(empty: None) -> None:
    def work(number: int) -> None:
        voter = f"{'ua'[number % 2]}{number % 6}"
        for step in range(30):
            (ballots.cast("p1", voter, voter[0]) if step % 3 else ballots.remove("p1", voter))
            model.Session.commit()
        ballots.cast("p1", voter, voter[0])
        ballots.cast(f"p{number % 3}", voter, voter[0])
        model.Session.commit()
        model.Session.remove()

    _together(work, range(12))
    assert counting.counts(["p1"])["p1"].all == 6
    assert upkeep.differing() == []


def test_log_ins_and_votes_at_once_wait_for_nobody_in_a_circle(empty: None) -> None:
    records = [f"r{number}" for number in range(8)]
    for browser in ("a1", "a2"):
        for record in records:
            ballots.cast(record, browser, "a")
    model.Session.commit()

    def work(number: int) -> None:
        if number < 4:
            browser = f"a{number % 2 + 1}"
            if ballots.bind(browser, "u1"):
                ballots.move(browser, "u1")
        else:
            for record in records if number % 2 else reversed(records):
                ballots.cast(record, "u1", "u")
                model.Session.commit()
        model.Session.commit()
        model.Session.remove()

    _together(work, range(8))
    found = counting.counts(records)
    assert [(one.user, one.anonymous) for one in found.values()] == [(1, 0)] * 8
    assert upkeep.differing() == []


def _together(work: Any, numbers: Any) -> None:
    with ThreadPoolExecutor(len(numbers)) as threads:
        list(threads.map(work, numbers))  # raises what any of them raised


def test_a_bound_browser_is_its_accounts_and_no_others(empty: None) -> None:
    assert ballots.bind("a1", "u1")
    assert ballots.bind("a1", "u1")
    assert not ballots.bind("a1", "u2")
    assert ballots.account_of("a1", voting=True) == "u1"
    ballots.cast("p1", "a1", "a")  # as if it had come between
    assert ballots.fold() == 1
    assert counting.counts(["p1"])["p1"] == counting.Counts(user=1, anonymous=0)


def test_a_tally_that_was_changed_by_hand_is_found_and_mended(empty: None) -> None:
    ballots.cast("p1", "a1", "a")
    model.Session.execute(sa.update(TALLY).values(n_anon=7))
    model.Session.execute(
        sa.insert(BALLOT).values(package_id="p2", voter_key="u", kind="u", day=START)
    )
    assert upkeep.differing() == ["p1", "p2"]
    for one in ("p1", "p2"):
        upkeep.recount(one)
    assert upkeep.differing() == []
    assert {key: one.all for key, one in counting.counts(["p1", "p2"]).items()} == {
        "p1": 1,
        "p2": 1,
    }


def test_only_the_batch_is_void(empty: None) -> None:
    for voter in ("a1", "a2", "a3"):
        ballots.cast("p1", voter, "a")
    ballots.put_aside("p1", "a1", "batch", "network")
    ballots.put_aside("p1", "a3", "other", "network")
    chosen = {**EVERYTHING, "since": START.date(), "until": ballots.today(), "batch": "batch"}
    assert ballots.records_of_batch("batch") == ["p1"]
    assert ballots.void("p1", "v", chosen) == (0, 1)
    assert [one["batch"] for one in counting.batches(9)] == ["other"]
    assert ballots.keep_batch("other") == 1
    assert counting.batches(9) == []
    assert not ballots.cast("p1", "a1", "a")
    assert not ballots.remove("p1", "a1")
    assert counting.counts(["p1"])["p1"].all == 2


def test_nothing_is_kept_of_what_is_forgotten(empty: None) -> None:
    ballots.cast("p1", "a1", "a")
    ballots.cast("p2", "a1", "a")
    upkeep.forget(["p1"])
    assert set(counting.counts(["p1", "p2"])) == {"p2"}
    assert upkeep.totals() == {}  # there is no such record
    assert upkeep.take_dirty() == ["p2"]
    assert upkeep.take_dirty() == []
