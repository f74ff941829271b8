"""The scheduler process on a real Postgres: runs, failures, one leader, an orderly stop."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import logic, model

from ckanext.ontario.scheduler.collection import UnusableJobs, contributed_jobs
from ckanext.ontario.scheduler.heartbeat import Heartbeat
from ckanext.ontario.scheduler.model import JOBS, announce, rows_by_name
from ckanext.ontario.scheduler.process import Scheduler
from ckanext.ontario.shared import clock
from ckanext.ontario.shared.cron import InvalidTiming
from ckanext.ontario.shared.jobs import Cron, Every, IScheduledJobs, ScheduledJob
from ckanext.ontario.shared.portal import Portal

PATIENCE = 20.0
"""Seconds after which something that should happen is taken not to."""

YEARLY = Cron("0 0 1 1 *")
GOOD = ScheduledJob("good", YEARLY, "status_show")
BAD = ScheduledJob("bad", YEARLY, "package_show", {"id": "no-such-record"})


def until(condition: Callable[[], Any]) -> Any:
    """Wait for another thread to bring ``condition`` about; return what it said."""
    deadline = time.monotonic() + PATIENCE
    pause = threading.Event()
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        pause.wait(0.02)
    return found


@pytest.fixture
def engine(internal: Any) -> Iterator[sa.engine.Engine]:
    """The portal's database, with no job in the table and connections that can be told apart."""
    model.Session.remove()  # what an earlier test left open would count as the scheduler's
    engine = sa.create_engine(
        model.ensure_engine().url, connect_args={"application_name": "scheduler-test"}
    )
    with engine.begin() as connection:
        connection.execute(sa.delete(JOBS))
    yield engine
    with engine.begin() as connection:
        connection.execute(sa.delete(JOBS))
    engine.dispose()


class Running:
    """A scheduler in a thread, as a second process would be: a connection of its own."""

    def __init__(self, internal: Any, engine: sa.engine.Engine, beat: Path, *jobs: Any) -> None:
        self.beat = beat
        self.stop = threading.Event()
        self._scheduler = Scheduler(
            jobs=jobs,
            app=internal.flask_app,
            engine=engine,
            heartbeat=Heartbeat(beat),
            threads=2,
            watch_seconds=0.05,
        )
        self._thread = threading.Thread(target=self._scheduler.serve, args=(self.stop,))

    @property
    def role(self) -> str | None:
        """What its heartbeat file says it is doing."""
        return json.loads(self.beat.read_text())["role"] if self.beat.exists() else None

    @contextmanager
    def started(self) -> Iterator[Running]:
        """Run it for the length of the block, and stop it as SIGTERM would."""
        self._thread.start()
        try:
            yield self
        finally:
            self.end()

    def end(self) -> None:
        """Stop it and wait until it has."""
        self.stop.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


@pytest.fixture
def make(internal: Any, engine: sa.engine.Engine, tmp_path: Path) -> Callable[..., Running]:
    def build(*jobs: ScheduledJob, name: str = "beat") -> Running:
        return Running(internal, engine, tmp_path / name, *jobs)

    return build


def due_now(engine: sa.engine.Engine, *jobs: ScheduledJob) -> None:
    """Announce a run of each job that was due an hour ago, as a stopped scheduler leaves it."""
    with engine.begin() as connection:
        announce(connection, {job.name: clock.now() - timedelta(hours=1) for job in jobs})


def row(engine: sa.engine.Engine, name: str) -> dict[str, Any]:
    with engine.connect() as connection:
        return rows_by_name(connection).get(name, {})


def finished(engine: sa.engine.Engine, name: str) -> dict[str, Any] | None:
    found = row(engine, name)
    return found if found.get("last_finished") else None


# --- runs ------------------------------------------------------------------------------------


def test_a_missed_run_happens_at_the_start_and_the_next_is_announced(
    make: Callable[..., Running], engine: sa.engine.Engine
) -> None:
    due_now(engine, GOOD)
    before = clock.now()
    with make(GOOD).started():
        found = until(lambda: finished(engine, "good"))
    assert found["last_started"] >= before
    assert found["last_error"] is None
    assert (found["runs"], found["failures"]) == (1, 0)
    assert found["next_run"] > found["last_finished"]


def test_a_run_that_is_not_due_waits(
    make: Callable[..., Running], engine: sa.engine.Engine
) -> None:
    due_now(engine, GOOD)
    with make(GOOD, BAD).started():
        until(lambda: finished(engine, "good"))
    assert row(engine, "bad")["runs"] == 0


def test_an_interval_repeats(make: Callable[..., Running], engine: sa.engine.Engine) -> None:
    with make(ScheduledJob("tick", Every(seconds=1), "status_show")).started():
        until(lambda: row(engine, "tick").get("runs", 0) >= 2)


def test_a_failure_is_recorded_and_the_next_job_runs(
    make: Callable[..., Running], engine: sa.engine.Engine
) -> None:
    due_now(engine, BAD, GOOD)
    with make(BAD, GOOD).started():
        failed = until(lambda: finished(engine, "bad"))
        good = until(lambda: finished(engine, "good"))
    assert failed["last_error"].startswith("NotFound")
    assert failed["failures"] == 1
    assert good["last_error"] is None


def test_a_later_success_clears_the_error(
    make: Callable[..., Running], engine: sa.engine.Engine
) -> None:
    due_now(engine, BAD)
    with make(BAD).started():
        until(lambda: finished(engine, "bad"))
    due_now(engine, BAD)
    with make(ScheduledJob("bad", YEARLY, "status_show")).started():
        until(lambda: row(engine, "bad")["runs"] == 2)
    mended = row(engine, "bad")
    assert mended["last_error"] is None
    assert mended["failures"] == 1


def test_jobs_run_as_the_site_user(
    make: Callable[..., Running], engine: sa.engine.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    given = {"nested": {"list": [1]}}

    def probe(context: Any, data_dict: Any) -> None:
        seen.append(context["user"])
        data_dict["nested"]["list"].append(2)

    tk.get_action("status_show")
    monkeypatch.setitem(logic._actions, "ontario_probe", probe)
    job = ScheduledJob("probe", YEARLY, "ontario_probe", given)
    due_now(engine, job)
    with make(job).started():
        until(lambda: finished(engine, "probe"))
    assert seen == [tk.config["ckan.site_id"]]
    assert given == {"nested": {"list": [1]}}, "a run gets a copy of what the job is given"


def test_a_job_that_nobody_contributes_any_longer_is_dropped(
    make: Callable[..., Running], engine: sa.engine.Engine
) -> None:
    due_now(engine, BAD, GOOD)
    with make(GOOD).started():
        until(lambda: finished(engine, "good"))
    assert row(engine, "bad") == {}


def test_no_transaction_is_open_between_runs(
    make: Callable[..., Running], engine: sa.engine.Engine
) -> None:
    due_now(engine, BAD, GOOD)
    with make(BAD, GOOD).started():
        until(lambda: finished(engine, "bad") and finished(engine, "good"))
        until(lambda: open_transactions(engine) == 0)


def open_transactions(engine: sa.engine.Engine) -> int:
    """Connections to this database that sit in a transaction without working."""
    with engine.connect() as connection:
        return connection.scalar(
            sa.text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()"
            )
        )


# --- one leader ------------------------------------------------------------------------------


def test_one_leads_and_the_other_takes_over(
    make: Callable[..., Running], engine: sa.engine.Engine
) -> None:
    first, second = make(GOOD, name="first"), make(GOOD, name="second")
    with first.started():
        until(lambda: first.role == "leader")
        with second.started():
            until(lambda: second.role == "standby")
            assert first.role == "leader"
            first.end()
            assert first.role is None, "an orderly stop removes the heartbeat"
            until(lambda: second.role == "leader")


def test_a_leader_that_loses_its_connection_stops_leading(
    make: Callable[..., Running], engine: sa.engine.Engine
) -> None:
    with make(GOOD).started() as scheduler:
        until(lambda: scheduler.role == "leader")
        killed = lock_holder(engine)
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": killed})
        until(lambda: lock_holder(engine) not in {None, killed})
        until(lambda: scheduler.role == "leader")


def lock_holder(engine: sa.engine.Engine) -> int | None:
    with engine.connect() as connection:
        return connection.scalar(
            sa.text(
                "SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE locktype = 'advisory' AND granted AND application_name = 'scheduler-test'"
            )
        )


def test_a_stop_waits_for_the_run_under_way(
    make: Callable[..., Running], engine: sa.engine.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, leave = threading.Event(), threading.Event()

    def slow(context: Any, data_dict: Any) -> None:
        entered.set()
        assert leave.wait(PATIENCE)

    tk.get_action("status_show")
    monkeypatch.setitem(logic._actions, "ontario_slow", slow)
    job = ScheduledJob("slow", YEARLY, "ontario_slow")
    due_now(engine, job)
    with make(job).started() as scheduler:
        assert entered.wait(PATIENCE)
        scheduler.stop.set()
        assert not finished(engine, "slow")
        leave.set()
        scheduler.end()
    found = finished(engine, "slow")
    assert found
    assert found["last_error"] is None
    assert found["next_run"] > found["last_finished"]


# --- what plugins contribute -----------------------------------------------------------------


@pytest.fixture
def contribute(internal: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Load a plugin that contributes the given jobs."""

    def load(*jobs: ScheduledJob) -> None:
        class Extra(p.SingletonPlugin):
            p.implements(IScheduledJobs, inherit=True)

            def get_scheduled_jobs(self) -> list[ScheduledJob]:
                return list(jobs)

        monkeypatch.setitem(p.core._PLUGINS_SERVICE, "extra", Extra(name="extra"))

    return load


def test_jobs_of_the_other_portal_are_left_out(contribute: Callable[..., None]) -> None:
    public = ScheduledJob("other", YEARLY, "no_such_action", portals=frozenset({Portal.PUBLIC}))
    contribute(GOOD, public)
    names = [job.name for job in contributed_jobs()]
    assert "good" in names
    assert "other" not in names


def test_a_name_used_twice_is_refused(contribute: Callable[..., None]) -> None:
    contribute(GOOD, GOOD)
    with pytest.raises(UnusableJobs, match="good"):
        contributed_jobs()


def test_an_unknown_action_is_refused(contribute: Callable[..., None]) -> None:
    contribute(ScheduledJob("lost", YEARLY, "ontario_no_such_action"))
    with pytest.raises(UnusableJobs, match="ontario_no_such_action"):
        contributed_jobs()


def test_a_meaningless_expression_is_refused(contribute: Callable[..., None]) -> None:
    contribute(ScheduledJob("never", Cron("often"), "status_show"))
    with pytest.raises(InvalidTiming, match="often"):
        contributed_jobs()


def test_a_name_is_words_and_hyphens() -> None:
    with pytest.raises(ValueError, match="lower-case"):
        ScheduledJob("Not A Name", YEARLY, "status_show")


# --- what can be asked -----------------------------------------------------------------------


def test_the_list_says_what_ran_and_who_leads(
    make: Callable[..., Running], engine: sa.engine.Engine, contribute: Callable[..., None]
) -> None:
    contribute(BAD)
    due_now(engine, BAD)
    asked = tk.get_action("ontario_scheduler_show")
    context = {"user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]}
    assert asked(dict(context), {})["leading"] is False
    with make(BAD).started():
        until(lambda: finished(engine, "bad"))
        found = asked(dict(context), {})
    model.Session.remove()
    assert found["leading"] is True
    assert found["portal"] == "internal"
    (job,) = [job for job in found["jobs"] if job["name"] == "bad"]
    assert job["trigger"] == "0 0 1 1 * (America/Toronto)"
    assert job["last_error"].startswith("NotFound")
    assert job["runs"] == 1
    assert job["next_run"] > job["last_started"]


def test_only_administrators_may_ask(internal: Any) -> None:
    with pytest.raises(tk.NotAuthorized):
        tk.check_access("ontario_scheduler_show", {"user": ""}, {})
