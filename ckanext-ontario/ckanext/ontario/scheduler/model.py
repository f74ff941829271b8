"""The table of jobs: one row per job this portal has ever run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert


class SchedulerJob(tk.BaseModel):
    """A job's last and next run. Written by the leading scheduler alone."""

    __tablename__ = "ontario_scheduler_job"

    name: Any = sa.Column(sa.Text, primary_key=True)
    next_run: Any = sa.Column(sa.DateTime(timezone=True))
    """The run that is announced; ``None`` when the trigger never fires again."""
    last_started: Any = sa.Column(sa.DateTime(timezone=True))
    last_finished: Any = sa.Column(sa.DateTime(timezone=True))
    """Earlier than ``last_started`` while a run is under way, or after a process died in one."""
    last_error: Any = sa.Column(sa.Text)
    """What the last finished run failed with; ``None`` when it succeeded."""
    runs: Any = sa.Column(sa.Integer, nullable=False, server_default="0")
    failures: Any = sa.Column(sa.Integer, nullable=False, server_default="0")


JOBS = SchedulerJob.__table__


def rows_by_name(connection: sa.engine.Connection) -> dict[str, dict[str, Any]]:
    """Return every known job's row, by its name."""
    return {row["name"]: dict(row) for row in connection.execute(sa.select(JOBS)).mappings()}


def announce(connection: sa.engine.Connection, runs: dict[str, datetime | None]) -> None:
    """Make the table hold exactly the jobs of ``runs``, each with its next run.

    A job that no plugin contributes any longer is dropped with its history.
    """
    connection.execute(sa.delete(JOBS).where(JOBS.c.name.not_in(list(runs))))
    for name, instant in runs.items():
        statement = insert(JOBS).values(name=name, next_run=instant)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[JOBS.c.name], set_={"next_run": statement.excluded.next_run}
            )
        )


def record_start(connection: sa.engine.Connection, name: str, at: datetime) -> None:
    """Note that a run of ``name`` began at ``at``."""
    connection.execute(
        sa.update(JOBS).where(JOBS.c.name == name).values(last_started=at, runs=JOBS.c.runs + 1)
    )


def record_end(
    connection: sa.engine.Connection,
    name: str,
    at: datetime,
    *,
    error: str | None,
    next_run: datetime | None,
) -> None:
    """Note that the run of ``name`` ended at ``at``, with what error, and when the next one is."""
    connection.execute(
        sa.update(JOBS)
        .where(JOBS.c.name == name)
        .values(
            last_finished=at,
            last_error=error,
            next_run=next_run,
            failures=JOBS.c.failures + (1 if error else 0),
        )
    )
