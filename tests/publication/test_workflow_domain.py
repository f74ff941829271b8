"""The workflow's rules: whatever anyone does in any order, nothing goes out unapproved."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ckanext.ontario.publication import derived, domain, instants, roles
from ckanext.ontario.publication.derived import Past, Public
from ckanext.ontario.publication.domain import Content, Copy, State
from ckanext.ontario.publication.roles import Actor, Assignment, Role

NOW = datetime(2027, 1, 1, tzinfo=timezone.utc)
WALL = datetime(2000, 1, 1, tzinfo=timezone.utc).replace(tzinfo=None)
MINISTRY = "ministry"
PEOPLE = ("editor", "writer", "director", "second", "delegate", "forged", "deputy", "admin", "root")
CAPACITY = {"editor": "editor", "writer": "editor", "director": "admin", "second": "admin"}


def held(role: Role, who: str, by: str, of: str | None = MINISTRY) -> Assignment:
    return Assignment(role, who, of, by, NOW - timedelta(days=1), NOW + timedelta(days=1))


GIVEN = [
    held(Role.DELEGATE, "delegate", "director"),
    held(Role.DELEGATE, "forged", "delegate"),  # a delegate can't delegate
    held(Role.DEPUTY_MINISTER, "deputy", "root"),
    held(Role.CATALOGUE_ADMINISTRATOR, "admin", "root", None),
]
DIRECTORS = {"director", "second"}


def person(name: str) -> Actor:
    return roles.actor(name, CAPACITY.get(name), MINISTRY, GIVEN, DIRECTORS, NOW)


APPROVERS = {"director", "second", "delegate"}
people = st.sampled_from(PEOPLE)
writers = st.sampled_from(["editor", "writer", "director", "editor", "root"])
deciders = st.sampled_from(["director", "second", "delegate", "forged", "editor", "root"])
contents = st.sampled_from(["a", "b"])


@dataclass
class World:
    """A record, what a plain reading of the rules expects of it, and what is known of approvals."""

    copy: Copy = field(default_factory=Copy)
    content: str = "a"
    public: str | None = None
    """The content that everyone sees, kept by hand."""
    removed: bool = False
    approvals: set[str] = field(default_factory=set)
    """Contents that were approved by somebody entitled, for whom it was not their own."""


class Workflow(RuleBasedStateMachine):
    """Any steps by anybody, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    def _content(self) -> Content:
        return Content(f"seen-{self.world.content}", f"settled-{self.world.content}")

    def _add(self, operation: str, state: str, content: str | None = None) -> None:
        releases = list(self.world.copy.releases)
        releases.append(Past(len(releases) + 1, operation, state, content))
        self.world.copy = replace(self.world.copy, releases=releases)

    def _settle(self, sequence: int, state: str) -> None:
        releases = [
            replace(one, state=state) if one.sequence == sequence else one
            for one in self.world.copy.releases
        ]
        self.world.copy = replace(self.world.copy, releases=releases)

    def _cancel(self) -> None:
        for one in self.world.copy.releases:
            if one.state == "scheduled":
                self._settle(one.sequence, "cancelled")

    @rule(who=writers, content=contents)
    def edit(self, who: str, content: str) -> None:
        """Whoever CKAN lets save; the rules must hold without trusting that."""
        self.world.content = content
        self.world.copy = domain.edited(self.world.copy, who)

    @rule(withheld=st.sampled_from([False, False, False, True]))
    def withhold(self, withheld: bool) -> None:
        self.world.copy = replace(self.world.copy, withheld=withheld)

    @rule(content=contents)
    def replace_behind_every_hook(self, content: str) -> None:
        self.world.content = content

    @rule(who=writers)
    def submit(self, who: str) -> None:
        before = self.world.copy
        try:
            self.world.copy = domain.submitted(before, person(who), self._content())
        except domain.Refused:
            return
        assert who in CAPACITY
        assert before.state in {State.DRAFT, State.RETURNED}
        assert not before.withheld
        assert not self.world.removed

    @rule(who=deciders, seen=contents, at_once=st.booleans())
    def approve(self, who: str, seen: str, at_once: bool) -> None:
        before = self.world.copy
        try:
            after = domain.approved(before, person(who), f"seen-{seen}", self._content())
        except domain.Refused:
            assert self.world.copy is before
            return
        assert who in APPROVERS
        assert who not in {before.submitted_by, before.edited_by}
        assert seen == self.world.content
        assert before.submitted_hash == f"settled-{seen}"
        assert not before.withheld
        self._cancel()
        self.world.copy = replace(after, releases=self.world.copy.releases)
        self._add("put", "released" if at_once else "scheduled", seen)
        self.world.approvals.add(seen)
        if at_once:
            self.world.public = seen

    @rule(who=deciders)
    def send_back(self, who: str) -> None:
        before = self.world.copy
        try:
            self.world.copy = domain.returned(before, person(who), "why")
        except domain.Refused:
            return
        assert who in APPROVERS
        assert who != before.submitted_by
        assert not self.world.copy.shared

    @rule()
    def come_due(self) -> None:
        waiting = derived.waiting(self.world.copy.releases)
        if waiting is None:
            return
        if domain.why_not(self.world.copy, waiting.sequence) is not None:
            self._settle(waiting.sequence, "cancelled")
            return
        assert self.world.copy.state is State.APPROVED
        self._settle(waiting.sequence, "released")
        self.world.public = waiting.content_hash

    @rule(who=people)
    def withdraw(self, who: str) -> None:
        try:
            domain.require_withdraw(self.world.copy, person(who), "why")
        except domain.Refused:
            return
        assert who in {"director", "second", "admin"}
        if derived.waiting(self.world.copy.releases):
            self._cancel()
            self.world.copy = domain.cancelled(self.world.copy)
        self._add("withdraw", "released")
        self.world.public = None

    @rule(who=people)
    def restore(self, who: str) -> None:
        try:
            domain.require_restore(self.world.copy, person(who))
        except domain.Refused:
            return
        assert who in {"director", "second", "admin"}
        last = derived.last_put(self.world.copy.releases)
        assert last is not None
        self._add("put", "released", last.content_hash)
        self.world.public = last.content_hash

    @precondition(lambda self: not self.world.removed)
    @rule(who=people)
    def remove(self, who: str) -> None:
        try:
            domain.require_remove(self.world.copy, person(who), "why")
        except domain.Refused:
            return
        assert who == "deputy"
        self._cancel()
        self._add("remove", "released")
        self.world.public, self.world.removed = None, True

    @invariant()
    def nothing_is_out_that_nobody_entitled_approved(self) -> None:
        out = {
            one.content_hash
            for one in self.world.copy.releases
            if one.operation == "put" and one.state == "released"
        }
        assert out <= self.world.approvals

    @invariant()
    def what_is_derived_is_what_everyone_sees(self) -> None:
        copy = self.world.copy
        live = copy.public is Public.LIVE
        assert live == (self.world.public is not None)
        assert (copy.public is Public.REMOVED) == self.world.removed
        if live:
            last = derived.last_put(copy.releases)
            assert last is not None
            assert last.content_hash == self.world.public

    @invariant()
    def a_returned_record_is_not_shared_and_a_submitted_one_is(self) -> None:
        copy = self.world.copy
        assert copy.shared or copy.state not in {State.IN_REVIEW, State.APPROVED}
        assert not (copy.shared and copy.state is State.RETURNED)


Workflow.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
test_nothing_goes_out_unapproved = Workflow.TestCase


REVIEW = Copy(
    State.IN_REVIEW, shared=True, submitted_by="editor", submitted_hash="s", edited_by="writer"
)


@pytest.mark.parametrize(
    ("copy", "who", "seen", "code"),
    [
        (REVIEW, "director", "other", "not-what-was-seen"),
        (replace(REVIEW, submitted_hash="t"), "director", "c", "changed-since-submission"),
        (replace(REVIEW, submitted_by="director"), "director", "c", "approve-submitter"),
        (replace(REVIEW, edited_by="delegate"), "delegate", "c", "approve-editor"),
        (replace(REVIEW, withheld=True), "director", "c", "withheld"),
        (replace(REVIEW, state=State.DRAFT), "director", "c", "not-in-review"),
        (replace(REVIEW, releases=[Past(1, "remove", "released")]), "director", "c", "removed"),
        (REVIEW, "root", "c", "approve-director"),
        (REVIEW, "forged", "c", "approve-director"),
    ],
)
def test_each_reason_to_refuse_an_approval(copy: Copy, who: str, seen: str, code: str) -> None:
    with pytest.raises(domain.Refused) as caught:
        domain.approved(copy, person(who), seen, Content("c", "s"))
    assert caught.value.code == code
    assert domain.approved(REVIEW, person("director"), "c", Content("c", "s")).state is (
        State.APPROVED
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"state": State.DRAFT}, "changed"),
        ({"state": State.IN_REVIEW}, "changed"),
        ({"withheld": True}, "withheld"),
        ({"releases": [Past(1, "put", "scheduled"), Past(2, "remove", "released")]}, "removed"),
        ({"releases": [Past(1, "put", "scheduled"), Past(2, "put", "released")]}, "superseded"),
        ({}, None),
    ],
)
def test_each_reason_not_to_release(change: dict[str, Any], why: str | None) -> None:
    copy = Copy(State.APPROVED, releases=[Past(1, "put", "scheduled", "c")])
    assert domain.why_not(replace(copy, **change), 1) == why
    assert domain.why_not(copy, 1, exists=False) == "deleted"


def test_the_public_has_the_last_put_until_a_removal_whatever_follows() -> None:
    puts = [Past(1, "put", "released", "a"), Past(2, "put", "released", "b")]
    last = derived.last_put(puts)
    assert last is not None
    assert last.content_hash == "b"
    removed = [*puts, Past(3, "remove", "released"), Past(4, "put", "released", "c")]
    assert derived.public_side(removed) is Public.REMOVED


def test_only_the_deputy_minister_removes() -> None:
    live = Copy(State.APPROVED, releases=[Past(1, "put", "released", "a")])
    domain.require_remove(live, person("deputy"), "why")
    for name in set(PEOPLE) - {"deputy"}:
        with pytest.raises(domain.NotEntitled):
            domain.require_remove(live, person(name), "why")


def test_a_delegate_can_not_delegate() -> None:
    assert not person("forged").approves
    assert person("delegate").approves
    assert not roles.may_give(
        Role.DELEGATE, person("delegate"), "writer", system_administrator=False
    )
    assert not roles.may_give(
        Role.DEPUTY_MINISTER, person("director"), "x", system_administrator=False
    )
    assert not roles.may_give(Role.DELEGATE, person("root"), "x", system_administrator=True)
    assert not roles.may_give(
        Role.CATALOGUE_ADMINISTRATOR, Actor("root"), "root", system_administrator=True
    )


@pytest.mark.parametrize("days", [-2, 0, 2])
def test_a_role_holds_from_its_first_to_before_its_last_instant(days: int) -> None:
    at = NOW + timedelta(days=days)
    one = Assignment(Role.DEPUTY_MINISTER, "d", MINISTRY, "r", NOW, NOW + timedelta(days=1))
    assert one.in_date(at) == (days == 0)
    assert not replace(one, revoked_at=NOW).in_date(NOW)
    assert not one.in_date(NOW + timedelta(days=1))


def test_a_role_of_another_ministry_is_nothing_here() -> None:
    elsewhere = [
        held(Role.DELEGATE, "delegate", "director", "other"),
        held(Role.DEPUTY_MINISTER, "delegate", "root", "other"),
    ]
    assert not roles.actor("delegate", None, MINISTRY, elsewhere, DIRECTORS, NOW).concerned


operations = st.sampled_from(["put", "withdraw", "remove"])
states = st.sampled_from(["scheduled", "released", "cancelled"])


@given(st.lists(st.tuples(operations, states)), st.randoms())
def test_the_order_of_rows_makes_no_difference(rows: list[tuple[str, str]], random: object) -> None:
    releases = [Past(number, *row) for number, row in enumerate(rows, 1)]
    mixed = list(releases)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert derived.public_side(mixed) is derived.public_side(releases)


def test_a_refresh_brings_data_only() -> None:
    live = Copy(State.DRAFT, releases=[Past(1, "put", "released", "a")])
    assert domain.may_refresh(live, ["refresh", "refresh"])
    assert not domain.may_refresh(live, ["refresh", "content"])
    assert not domain.may_refresh(replace(live, withheld=True), ["refresh"])
    assert not domain.may_refresh(replace(live, state=State.IN_REVIEW), ["refresh"])
    assert not domain.may_refresh(Copy(), ["refresh"])
    withdrawn = [*live.releases, Past(2, "withdraw", "released")]
    assert not domain.may_refresh(replace(live, releases=withdrawn), ["refresh"])


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2027-03-14T02:30", "2027-03-14T07:00:00+00:00"),  # the clock skips it
        ("2027-03-14T03:00", "2027-03-14T07:00:00+00:00"),
        ("2027-11-07T01:30", "2027-11-07T05:30:00+00:00"),  # the clock shows it twice
        ("2027-07-01", "2027-07-01T04:00:00+00:00"),
        ("2027-07-01T09:00Z", "2027-07-01T09:00:00+00:00"),
    ],
)
def test_wall_times_of_toronto(written: str, instant: str) -> None:
    assert instants.instant_of(written).isoformat() == instant


SECONDS = st.integers(0, 37 * 366 * 86_400)


@given(SECONDS.map(lambda number: WALL + timedelta(seconds=number)))
def test_an_instant_shows_its_wall_time_or_the_next_there_is(local: datetime) -> None:
    zone = ZoneInfo("America/Toronto")
    found = instants.instant_of(local.isoformat())
    shown = found.astimezone(zone).replace(tzinfo=None)
    assert shown >= local
    if shown != local:
        before = (found - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
        assert before < local


@given(st.text())
def test_no_text_breaks_the_reader_of_instants(text: str) -> None:
    with contextlib.suppress(instants.NotAnInstant):
        assert instants.instant_of(text).tzinfo is not None


def test_what_is_withheld_is_not_restored() -> None:
    gone = [Past(1, "put", "released", "a"), Past(2, "withdraw", "released")]
    domain.require_restore(Copy(releases=gone), person("director"))
    with pytest.raises(domain.Refused):
        domain.require_restore(Copy(releases=gone, withheld=True), person("director"))


def test_a_cancelled_release_is_decided_about_again_unless_the_record_changed() -> None:
    assert domain.cancelled(Copy(state=State.APPROVED)).state is State.IN_REVIEW
    assert domain.cancelled(Copy(state=State.DRAFT)).state is State.DRAFT


def test_only_what_is_scheduled_and_only_its_director_changes_the_instant() -> None:
    later = [Past(1, "put", "scheduled", "a")]
    domain.require_schedule(Copy(state=State.APPROVED, releases=later), person("director"))
    with pytest.raises(domain.NotEntitled):
        domain.require_schedule(Copy(releases=later), person("editor"))
    with pytest.raises(domain.Refused):
        domain.require_schedule(Copy(state=State.APPROVED), person("director"))
