"""When sources are harvested by themselves: a cron expression in a time zone for each."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.harvest.logic import HarvestJobExists, HarvestSourceInactiveError
from ckanext.ontario.harvest import config, ingest
from ckanext.ontario.harvest.model import SCHEDULE
from ckanext.ontario.shared import clock
from ckanext.ontario.shared.cron import InvalidTiming, next_times
from ckanext.ontario.shared.timing import Cron

log = logging.getLogger(__name__)

SHOWN = 3
"""How many of the next times are told."""

Row = dict[str, Any]


def find(source_id: str) -> Row | None:
    """Return a source's schedule, or ``None`` when it is harvested only when asked."""
    query = sa.select(SCHEDULE).where(SCHEDULE.c.source_id == source_id)
    row = model.Session.execute(query).mappings().first()
    return dict(row) if row else None


def upcoming(expression: str, zone: str, count: int = SHOWN) -> list[datetime]:
    """Return the next instants of a schedule.

    Raises:
        InvalidTiming: when the expression or the zone has no meaning.
    """
    return next_times(Cron(expression, zone), clock.now(), count)


def check(expression: str, zone: str) -> None:
    """Refuse a schedule that has no meaning.

    Raises:
        ValidationError: for ``zone`` or ``expression``, saying what to write instead.
    """
    try:
        upcoming("0 0 * * *", zone, 1)
    except InvalidTiming as err:
        raise tk.ValidationError({"zone": [tk._("There is no such time zone.")]}) from err
    try:
        following = upcoming(expression, zone)
    except InvalidTiming as err:
        words = tk._(
            "This is no cron expression: write minute, hour, day, month and weekday, with a * in"
            " the day or in the weekday."
        )
        raise tk.ValidationError({"expression": [words]}) from err
    if not following:
        raise tk.ValidationError({"expression": [tk._("This time never comes.")]})


def save(source_id: str, expression: str, zone: str, user_id: str | None) -> None:
    """Set a source's schedule, from now on.

    Raises:
        InvalidTiming: when the expression or the zone has no meaning.
    """
    values = {
        "expression": expression,
        "zone": zone,
        "next_run": next(iter(upcoming(expression, zone, 1)), None),
        "changed": clock.now(),
        "changed_by": user_id,
    }
    statement = insert(SCHEDULE).values(source_id=source_id, **values)
    model.Session.execute(
        statement.on_conflict_do_update(index_elements=[SCHEDULE.c.source_id], set_=values)
    )


def remove(source_id: str) -> None:
    """Let a source be harvested only when asked."""
    model.Session.execute(sa.delete(SCHEDULE).where(SCHEDULE.c.source_id == source_id))


def delay(source_id: str) -> timedelta:
    """Return how much later than its schedule a source starts, always the same for one source.

    Sources of one schedule would otherwise all start at once.
    """
    number = int.from_bytes(hashlib.sha256(source_id.encode()).digest()[:4], "big")
    return timedelta(seconds=number % (config.schedule_spread() + 1))


def start_due() -> list[str]:
    """Make a job for every source that is due, and return their ids.

    What was missed while no scheduler ran happens once. A source whose last job is still under way
    is left to its next time.
    """
    now = clock.now()
    query = sa.select(SCHEDULE).where(SCHEDULE.c.next_run <= now).with_for_update(skip_locked=True)
    due = [
        dict(row)
        for row in model.Session.execute(query).mappings()
        if row["next_run"] + delay(row["source_id"]) <= now
    ]
    for row in due:
        following = next(iter(upcoming(row["expression"], row["zone"], 1)), None)
        model.Session.execute(
            sa.update(SCHEDULE)
            .where(SCHEDULE.c.source_id == row["source_id"])
            .values(next_run=following)
        )
    model.Session.commit()
    return [row["source_id"] for row in due if _start(row)]


def _start(row: Mapping[str, Any]) -> bool:
    action = tk.get_action("harvest_job_create")
    try:
        action(ingest.context(), {"source_id": row["source_id"], "run": True})
    except HarvestJobExists:
        log.info("Source %s is due and still being harvested", row["source_id"])
    except (HarvestSourceInactiveError, tk.ObjectNotFound):
        log.info("Source %s is due and not active any longer", row["source_id"])
    else:
        return True
    return False
