"""Release instants: wall time in Toronto to an instant.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

TORONTO = ZoneInfo("America/Toronto")
"""The zone of every wall time in publication."""

_SECOND = timedelta(seconds=1)


class NotAnInstant(ValueError):
    """A text that is no date and time."""


def instant_of(written: str, zone: ZoneInfo = TORONTO) -> datetime:
    """Return the instant of a local date and time, in UTC.

    Args:
        written: ISO 8601, such as ``2027-03-14T02:30``; a date alone is its midnight. With an
            offset (or ``Z``) it is that instant.
        zone: whose wall clock shows it.

    Returns:
        A time that the clock skips is the next instant it shows; of one that it shows twice, the
        first.

    Raises:
        NotAnInstant: when it can't be read, or lies where no calendar reaches.
    """
    try:
        local = datetime.fromisoformat(written.strip().replace("Z", "+00:00"))
        if local.tzinfo is not None:
            return local.astimezone(timezone.utc)
        return _resolved(local, zone)
    except (ValueError, OverflowError) as err:
        raise NotAnInstant(written[:80]) from err


def _resolved(local: datetime, zone: ZoneInfo) -> datetime:
    first = local.replace(tzinfo=zone, fold=0).astimezone(timezone.utc)
    if first.astimezone(zone).replace(tzinfo=None) == local:
        return first
    # Skipped: the clock jumps somewhere between what the two offsets make of it.
    low = local.replace(tzinfo=zone, fold=1).astimezone(timezone.utc)
    high = first
    before = low.astimezone(zone).utcoffset()
    while high - low > _SECOND:
        middle = low + (high - low) // 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def local_day(instant: datetime) -> str:
    """Return the date in Toronto of an instant, as ISO text."""
    return instant.astimezone(TORONTO).date().isoformat()


def local_text(instant: datetime) -> str:
    """Return an instant as the clock in Toronto shows it, with its offset: ISO text."""
    return instant.astimezone(TORONTO).isoformat(timespec="seconds")
