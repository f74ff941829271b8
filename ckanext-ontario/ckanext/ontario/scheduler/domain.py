"""When a job runs next, as pure rules over APScheduler's triggers.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from ckanext.ontario.shared.timing import Cron, Every

FIELDS = 5
"""Minute, hour, day of month, month, weekday."""

WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
"""In crontab's order; APScheduler counts from Monday, so numbers never reach it."""

_PART = re.compile(r"(?P<first>\w+)(?:-(?P<last>\w+))?(?:/(?P<step>[1-9]\d*))?")


class InvalidTiming(ValueError):
    """A cron expression or time zone that no run time follows from."""


class WallClockTrigger(BaseTrigger):
    """A cron trigger that runs a fixed hour once when autumn's clock shows it twice."""

    def __init__(self, cron: CronTrigger, *, every_hour: bool) -> None:
        self._cron = cron
        self._every_hour = every_hour

    def get_next_fire_time(  # pyright: ignore[reportIncompatibleMethodOverride] -- untyped there
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """Return the first instant after ``previous_fire_time`` that this trigger fires at."""
        found: datetime | None = self._cron.get_next_fire_time(previous_fire_time, now)
        while found is not None and found.fold and not self._every_hour:
            found = self._cron.get_next_fire_time(found, found)
        return found


def trigger_for(timing: Every | Cron) -> BaseTrigger:
    """Return the APScheduler trigger of ``timing``.

    Raises:
        InvalidTiming: when the expression or its zone has no meaning, so that a job with a typing
            mistake stops the start instead of never running.
    """
    if isinstance(timing, Every):
        return IntervalTrigger(seconds=timing.seconds, timezone=timezone.utc)
    parts = timing.expression.split()
    if len(parts) != FIELDS:
        raise InvalidTiming(f"{timing.expression!r} has {len(parts)} fields instead of {FIELDS}")
    minute, hour, day, month, weekday = parts
    if day != "*" and weekday != "*":
        raise InvalidTiming(f"{timing.expression!r} restricts both the day and the weekday")
    try:
        cron = CronTrigger(
            minute=minute,
            hour=hour,
            day=day,
            month=month,
            day_of_week=_weekdays(weekday),
            timezone=ZoneInfo(timing.zone),
        )
    except (ValueError, ZoneInfoNotFoundError) as err:
        raise InvalidTiming(f"{timing}: {err}") from err
    return WallClockTrigger(cron, every_hour=hour.startswith("*"))


def first_run(timing: Every | Cron, due: datetime | None, now: datetime) -> datetime | None:
    """Return when a job runs first after a start at ``now``, in UTC; ``None`` when never.

    Args:
        timing: the job's present timing, which may differ from the one ``due`` came from.
        due: the run that was announced before the stop, if any. Missed, it happens at once, and
            only once however many were missed.
        now: the instant of the start.
    """
    if due is not None and due <= now:
        return now
    if isinstance(timing, Every):
        # A restart does not put an announced run off, or frequent ones would do so for ever.
        fresh = now + timedelta(seconds=timing.seconds)
        return min(due, fresh) if due else fresh
    found: datetime | None = trigger_for(timing).get_next_fire_time(None, now)
    return found.astimezone(timezone.utc) if found else None


def _weekdays(field: str) -> str:
    """Return a crontab's weekday field as names in APScheduler's order: ``5-7`` → ``fri,sat,sun``.

    Lists the days one by one, because APScheduler has no range that crosses its Sunday.
    """
    if field == "*":
        return field
    days: set[str] = set()
    for part in field.split(","):
        found = _PART.fullmatch(part)
        if not found:
            raise InvalidTiming(f"{part!r} is not a weekday")
        first = _weekday(found["first"])
        last = _weekday(found["last"]) if found["last"] else first
        if last < first:
            last += len(WEEKDAYS)
        step = int(found["step"] or 1)
        days.update(WEEKDAYS[n % len(WEEKDAYS)] for n in range(first, last + 1, step))
    return ",".join(day for day in WEEKDAYS if day in days)


def _weekday(text: str) -> int:
    """Return crontab's number of a weekday, kept as 7 where Sunday ends a range."""
    if text.isdecimal() and int(text) <= len(WEEKDAYS):
        return int(text)
    if text.lower() in WEEKDAYS:
        return WEEKDAYS.index(text.lower())
    raise InvalidTiming(f"{text!r} is not a weekday")
