"""When recurring work happens: an interval, or a cron expression read in a time zone.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_ZONE = "America/Toronto"
"""Where a cron expression's hours are read, unless the job says otherwise."""


@dataclass(frozen=True)
class Every:
    """Again and again, ``seconds`` after the last start."""

    seconds: int

    def __post_init__(self) -> None:
        if self.seconds < 1:
            raise ValueError(f"an interval is at least 1 second, not {self.seconds}")

    def __str__(self) -> str:
        return f"every {self.seconds} s"


@dataclass(frozen=True)
class Cron:
    """At the instants of a five-field cron expression, read in ``zone``.

    Weekdays count as in every crontab (0 and 7 are Sunday) or are named. The day of the month and
    the weekday may not both be restricted, because cron and people read that differently. At a
    local time that the change to daylight time skips, the run comes an hour later by the wall
    clock; a fixed hour that comes twice in autumn runs once, the first time.
    """

    expression: str
    zone: str = DEFAULT_ZONE

    def __str__(self) -> str:
        return f"{self.expression} ({self.zone})"
