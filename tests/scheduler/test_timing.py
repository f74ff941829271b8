"""When jobs run: cron as people read it, daylight time, and runs missed while down."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.scheduler.domain import first_run
from ckanext.ontario.shared.cron import InvalidTiming, trigger_for
from ckanext.ontario.shared.timing import Cron, Every

TORONTO = ZoneInfo("America/Toronto")
INSTANTS = st.integers(1_577_836_800, 2_051_222_400).map(
    lambda seconds: datetime.fromtimestamp(seconds, timezone.utc)
)
"""Whole seconds from 2020 to 2034."""


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def runs(timing: Cron, start: str, count: int) -> list[str]:
    """The next ``count`` runs after ``start`` (UTC), each computed from the one before."""
    trigger = trigger_for(timing)
    previous: datetime | None = None
    now = instant(start)
    found: list[str] = []
    for _ in range(count):
        previous = trigger.get_next_fire_time(previous, now)
        assert previous is not None
        now = previous
        found.append(previous.astimezone(timezone.utc).strftime("%a %m-%d %H:%M"))
    return found


def test_hours_are_torontos_in_winter_and_in_summer() -> None:
    assert runs(Cron("0 6 * * *"), "2026-01-15T00:00", 1) == ["Thu 01-15 11:00"]
    assert runs(Cron("0 6 * * *"), "2026-07-15T00:00", 1) == ["Wed 07-15 10:00"]


def test_another_zone_may_be_named() -> None:
    assert runs(Cron("0 6 * * *", zone="UTC"), "2026-07-15T00:00", 1) == ["Wed 07-15 06:00"]


def test_a_skipped_local_time_runs_an_hour_later_by_the_clock() -> None:
    assert runs(Cron("30 2 * * *"), "2026-03-07T12:00", 2) == ["Sun 03-08 07:30", "Mon 03-09 06:30"]


def test_no_day_is_lost_before_a_change() -> None:
    assert runs(Cron("0 0 * * *"), "2030-03-09T12:00", 3) == [
        "Sun 03-10 05:00",
        "Mon 03-11 04:00",
        "Tue 03-12 04:00",
    ]


def test_two_wall_times_that_fall_together_are_one_run() -> None:
    assert runs(Cron("30 2,3 * * *"), "2026-03-08T05:00", 2) == [
        "Sun 03-08 07:30",
        "Mon 03-09 06:30",
    ]


def test_a_repeated_local_time_runs_once() -> None:
    assert runs(Cron("30 1 * * *"), "2026-10-31T12:00", 2) == ["Sun 11-01 05:30", "Mon 11-02 06:30"]


def test_an_hourly_job_runs_in_both_of_the_repeated_hours() -> None:
    assert runs(Cron("0 * * * *"), "2026-11-01T04:30", 3) == [
        "Sun 11-01 05:00",
        "Sun 11-01 06:00",
        "Sun 11-01 07:00",
    ]


@pytest.mark.parametrize(
    ("weekday", "days"),
    [
        ("0", ["Sun"]),
        ("7", ["Sun"]),
        ("1", ["Mon"]),
        ("1-5", ["Mon", "Tue", "Wed", "Thu", "Fri"]),
        ("fri-mon", ["Mon", "Fri", "Sat", "Sun"]),
        ("5-7", ["Fri", "Sat", "Sun"]),
        ("1,3", ["Mon", "Wed"]),
        ("1-5/2", ["Mon", "Wed", "Fri"]),
    ],
)
def test_weekdays_count_as_in_every_crontab(weekday: str, days: list[str]) -> None:
    monday = "2026-06-01T00:00"
    found = runs(Cron(f"0 12 * * {weekday}", zone="UTC"), monday, len(days))
    assert [text.split()[0] for text in found] == days


@pytest.mark.parametrize(
    "timing",
    [
        Cron("* * * *"),
        Cron("61 * * * *"),
        Cron("0 0 1 * 1"),
        Cron("0 0 * * 8"),
        Cron("0 0 * * mon-"),
        Cron("0 0 * * *", zone="America/Ottawa-by-the-canal"),
    ],
)
def test_what_has_no_meaning_is_refused(timing: Cron) -> None:
    with pytest.raises(InvalidTiming):
        trigger_for(timing)


def test_an_interval_is_positive() -> None:
    with pytest.raises(ValueError, match="at least 1 second"):
        Every(seconds=0)


def test_a_date_that_never_comes_never_runs() -> None:
    assert first_run(Cron("0 0 31 2 *"), None, instant("2026-01-01T00:00")) is None


def test_a_missed_run_happens_at_once_and_once() -> None:
    now = instant("2026-06-10T09:00")
    assert first_run(Cron("0 6 * * *"), now - timedelta(days=3), now) == now


def test_an_announced_run_of_an_older_expression_is_computed_anew() -> None:
    now = instant("2026-06-10T09:00")
    announced = now + timedelta(days=20)
    assert first_run(Cron("0 6 * * *"), announced, now) == instant("2026-06-10T10:00")


def test_a_restart_does_not_put_an_interval_off() -> None:
    now = instant("2026-06-10T09:00")
    announced = now + timedelta(minutes=5)
    assert first_run(Every(seconds=3600), announced, now) == announced
    assert first_run(Every(seconds=60), announced, now) == now + timedelta(seconds=60)


@given(
    seconds=st.integers(1, 86_400),
    now=INSTANTS,
)
def test_an_interval_starts_within_itself(seconds: int, now: datetime) -> None:
    found = first_run(Every(seconds), None, now)
    assert found is not None
    assert now < found <= now + timedelta(seconds=seconds)


CHANGES = st.sampled_from(
    [
        datetime(year, month, day, hour, tzinfo=timezone.utc)
        for year, spring, autumn in ((2026, 8, 1), (2027, 14, 7), (2030, 10, 3))
        for month, day in ((3, spring), (11, autumn))
        for hour in (6, 7)
    ]
)
"""Around 2 a.m. in Toronto on days when the clock changes."""
NEAR_CHANGES = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes),
    CHANGES,
    st.integers(-4 * 24 * 60, 4 * 24 * 60),
)


@given(minute=st.integers(0, 59), hour=st.integers(0, 23), now=INSTANTS | NEAR_CHANGES)
def test_a_daily_job_runs_once_on_each_of_torontos_days(
    minute: int, hour: int, now: datetime
) -> None:
    trigger = trigger_for(Cron(f"{minute} {hour} * * *"))
    run = trigger.get_next_fire_time(None, now)
    assert run is not None
    for _day in range(4):
        following = trigger.get_next_fire_time(run, run)
        assert following is not None
        gap = following.astimezone(TORONTO).date() - run.astimezone(TORONTO).date()
        assert gap == timedelta(days=1)
        run = following


@given(minute=st.integers(0, 59), now=INSTANTS | NEAR_CHANGES)
def test_an_hourly_job_runs_every_hour_whatever_the_clock_does(minute: int, now: datetime) -> None:
    trigger = trigger_for(Cron(f"{minute} * * * *"))
    run = trigger.get_next_fire_time(None, now)
    assert run is not None
    assert now <= run < now + timedelta(hours=1)
    for _hour in range(6):
        following = trigger.get_next_fire_time(run, run)
        assert following == run + timedelta(hours=1)
        run = following


@given(
    minute=st.integers(0, 59),
    hour=st.integers(0, 23) | st.just("*"),
    now=INSTANTS | NEAR_CHANGES,
    gaps=st.lists(st.integers(1, 40), min_size=1, max_size=3),
)
def test_asking_again_later_does_not_change_what_comes(
    minute: int, hour: int | str, now: datetime, gaps: list[int]
) -> None:
    trigger = trigger_for(Cron(f"{minute} {hour} * * *"))
    run = trigger.get_next_fire_time(None, now)
    assert run is not None
    for gap in gaps:
        between = now + (run - now) * gap / 41
        assert trigger.get_next_fire_time(None, between) == run


def test_an_interval_is_as_long_as_it_says() -> None:
    trigger = trigger_for(Every(seconds=90))
    first = datetime(2030, 1, 1, tzinfo=timezone.utc)
    assert trigger.get_next_fire_time(first, first) == first + timedelta(seconds=90)
