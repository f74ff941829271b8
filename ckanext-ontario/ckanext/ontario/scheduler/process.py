"""The scheduler process: wait to lead, lead, run jobs, stop when told.

The main thread watches leadership and beats; APScheduler's threads run the jobs. No transaction
is open between runs.
"""

from __future__ import annotations

import copy
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from ckan import model
from flask import Flask
from sqlalchemy.exc import OperationalError

from ckanext.ontario.scheduler.domain import first_run
from ckanext.ontario.scheduler.heartbeat import Heartbeat, Role
from ckanext.ontario.scheduler.leadership import Leadership
from ckanext.ontario.scheduler.model import announce, record_end, record_start, rows_by_name
from ckanext.ontario.shared import clock
from ckanext.ontario.shared.cron import trigger_for
from ckanext.ontario.shared.jobs import ScheduledJob

log = logging.getLogger(__name__)

WATCH_SECONDS = 2.0
"""How often a stand-by asks to lead and a leader checks that it still does."""

MAX_ERROR = 2_000
"""How much of an error's text the table keeps; the log has all of it."""


@dataclass(frozen=True)
class Scheduler:
    """Runs ``jobs`` for one portal, in whichever process holds the lock."""

    jobs: Sequence[ScheduledJob]
    app: Flask
    engine: sa.engine.Engine
    heartbeat: Heartbeat
    threads: int
    watch_seconds: float = WATCH_SECONDS

    def serve(self, stop: threading.Event) -> None:
        """Stand by or lead until ``stop`` is set; a database outage only costs the lead."""
        leadership = Leadership(self.engine)
        try:
            while not stop.is_set():
                try:
                    if leadership.acquire():
                        self._lead(leadership, stop)
                        continue
                except OperationalError as err:
                    log.warning("The database does not answer; trying again: %s", err.orig)
                self.heartbeat.beat(Role.STANDBY)
                stop.wait(self.watch_seconds)
        finally:
            self.heartbeat.stop()

    def _lead(self, leadership: Leadership, stop: threading.Event) -> None:
        """Run the jobs until told to stop or until the lock is lost."""
        log.info("Leading; jobs: %s", ", ".join(job.name for job in self.jobs) or "none")
        workers = ThreadPoolExecutor(self.threads)
        scheduler = self._scheduler(leadership, workers)
        try:
            scheduler.start()
            self.heartbeat.beat(Role.LEADER)
            while not stop.wait(self.watch_seconds):
                if not leadership.held():
                    log.warning("The lead was lost; standing by")
                    break
                self.heartbeat.beat(Role.LEADER)
        finally:
            _finish(scheduler, workers)
            leadership.release()

    def _scheduler(
        self, leadership: Leadership, workers: ThreadPoolExecutor
    ) -> BackgroundScheduler:
        """Return a scheduler that holds each job once, with its first run announced."""
        now = clock.now()
        try:
            with self.engine.begin() as connection:
                known = rows_by_name(connection)
                runs = {
                    job.name: first_run(job.trigger, known.get(job.name, {}).get("next_run"), now)
                    for job in self.jobs
                }
                announce(connection, runs)
        except BaseException:
            leadership.release()
            raise
        scheduler = BackgroundScheduler(
            timezone=timezone.utc,
            executors={"default": workers},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for job in self.jobs:
            scheduler.add_job(
                self._run,
                trigger_for(job.trigger),
                args=(job, leadership, scheduler),
                id=job.name,
                next_run_time=runs[job.name],
            )
        return scheduler

    def _run(
        self, job: ScheduledJob, leadership: Leadership, scheduler: BackgroundScheduler
    ) -> None:
        """Run ``job`` once and record how it went."""
        if not leadership.held():
            return
        with self.engine.begin() as connection:
            record_start(connection, job.name, clock.now())
        error = self._call(job)
        with self.engine.begin() as connection:
            record_end(
                connection,
                job.name,
                clock.now(),
                error=error,
                next_run=_announced(scheduler, job.name),
            )

    def _call(self, job: ScheduledJob) -> str | None:
        """Call the job's action as the site user; return what went wrong, if anything did."""
        with self.app.app_context():
            try:
                site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
                tk.get_action(job.action)({"user": site_user}, copy.deepcopy(dict(job.data_dict)))
            except Exception as err:
                # Whatever it is: it is recorded, and the next job must still run.
                log.exception("Scheduled job %s failed", job.name)
                return f"{type(err).__name__}: {err}"[:MAX_ERROR]
            finally:
                model.Session.remove()
        return None


def _finish(scheduler: BackgroundScheduler, workers: ThreadPoolExecutor) -> None:
    """Start nothing more and wait for the runs under way.

    APScheduler's own waiting holds the lock that a run needs to learn its next time.
    """
    if scheduler.running:
        scheduler.pause()
        workers.shutdown(wait=True)
        scheduler.shutdown(wait=False)


def _announced(scheduler: BackgroundScheduler, name: str) -> datetime | None:
    """Return the job's next run as the scheduler has it."""
    entry = scheduler.get_job(name)
    return entry.next_run_time if entry else None
