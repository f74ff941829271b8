"""When a timing falls due: cron expressions over a zone's wall clock, by APScheduler's triggers.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from .timing import Cron, Every

FIELDS = 5
"""Minute, hour, day of month, month, weekday."""

WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
"""In crontab's order; APScheduler counts from Monday, so numbers never reach it."""

_TICK = timedelta(microseconds=1)
_NEAR = timedelta(hours=3)
"""How near to a change of the clock wall time and instants may disagree about order."""

_PART = re.compile(r"(?P<first>\w+)(?:-(?P<last>\w+))?(?:/(?P<step>[1-9]\d*))?")


class InvalidTiming(ValueError):
    """A cron expression or time zone that no run time follows from."""


class WallClockTrigger(BaseTrigger):
    """A cron expression over the wall clock of a zone.

    APScheduler's own trigger does its sums on instants, and so loses a day now and then when the
    clock changes. Here its fields are matched on the wall clock alone, as if that were UTC, and
    what they match is then put into the zone.
    """

    def __init__(self, cron: CronTrigger, zone: ZoneInfo, *, every_hour: bool) -> None:
        self._cron = cron
        self._zone = zone
        self._every_hour = every_hour

    def get_next_fire_time(  # pyright: ignore[reportIncompatibleMethodOverride] -- untyped there
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """Return the first instant after ``previous_fire_time``, or else from ``now`` on."""
        after = previous_fire_time or now - _TICK
        wall = self._wall_before(after)
        best: datetime | None = None
        while (found := self._cron.get_next_fire_time(None, wall)) is not None:
            instants = self._instants(found)
            if best is not None and instants[0] > best:
                break  # whatever the wall clock shows from here on comes later still
            later = [instant for instant in instants if instant > after]
            best = min([best, *later] if best else later, default=best)
            wall = found + _TICK
        return best

    def _wall_before(self, after: datetime) -> datetime:
        """Return wall time to search from: some hours earlier where the clock changes."""
        offsets = {(after + side).astimezone(self._zone).utcoffset() for side in (-_NEAR, _NEAR)}
        start = after if len(offsets) == 1 else after - _NEAR
        return start.astimezone(self._zone).replace(tzinfo=timezone.utc)

    def _instants(self, wall: datetime) -> list[datetime]:
        """Return the instants at which the zone's clock shows ``wall``, at least one.

        A wall time that is skipped comes an hour later by the clock; the second of a repeated one
        counts only for a job that runs every hour.
        """
        local = wall.replace(tzinfo=self._zone)
        first, second = (local.replace(fold=fold).astimezone(timezone.utc) for fold in (0, 1))
        return [first, second] if self._every_hour and second > first else [first]


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
            timezone=timezone.utc,
        )
        zone = ZoneInfo(timing.zone)
    except (ValueError, ZoneInfoNotFoundError) as err:
        raise InvalidTiming(f"{timing}: {err}") from err
    return WallClockTrigger(cron, zone, every_hour=hour.startswith("*"))


def next_times(timing: Every | Cron, now: datetime, count: int) -> list[datetime]:
    """Return the next instants of ``timing`` after ``now``, fewer when it ends.

    Raises:
        InvalidTiming: when the expression or its zone has no meaning.
    """
    return list(_times(trigger_for(timing), now, count))


def _times(trigger: BaseTrigger, now: datetime, count: int) -> Iterator[datetime]:
    previous: datetime | None = now
    for _number in range(count):
        previous = trigger.get_next_fire_time(previous, previous or now)
        if previous is None:
            return
        yield previous


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
