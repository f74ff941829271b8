"""When a job runs next, as pure rules over APScheduler's triggers.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ckanext.ontario.shared.cron import trigger_for
from ckanext.ontario.shared.timing import Cron, Every


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
    return trigger_for(timing).get_next_fire_time(None, now)
