"""``ckan ontario-scheduler``: run the recurring jobs of a portal, or list them."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import click
from ckan import model

from ckanext.ontario.scheduler import config
from ckanext.ontario.scheduler.collection import UnusableJobs, contributed_jobs
from ckanext.ontario.scheduler.heartbeat import Heartbeat
from ckanext.ontario.scheduler.process import Scheduler
from ckanext.ontario.shared.cron import InvalidTiming

__all__ = ["scheduler"]


@click.group(name="ontario-scheduler", short_help="Recurring jobs of this portal.")
def scheduler() -> None:
    """Recurring jobs of this portal.

    \b
    Example:
        ckan -c internal.ini ontario-scheduler list
    """


@scheduler.command(short_help="Run the recurring jobs until stopped.")
@click.option(
    "--heartbeat-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file to rewrite every few seconds while the process is well; removed at the end.",
)
@click.pass_context
def run(ctx: click.Context, heartbeat_file: Path | None) -> None:
    """Run the recurring jobs until stopped.

    One process per portal leads; any other stands by and takes over when the leader ends. SIGTERM
    and SIGINT start nothing more, wait for the jobs under way and exit with 0.

    \b
    Example:
        ckan -c internal.ini ontario-scheduler run --heartbeat-file /run/scheduler.json
    """
    try:
        jobs = contributed_jobs()
    except (UnusableJobs, InvalidTiming) as err:
        raise click.ClickException(str(err)) from err
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    Scheduler(
        jobs=jobs,
        app=ctx.meta["flask_app"],
        engine=model.ensure_engine(),
        heartbeat=Heartbeat(heartbeat_file),
        threads=config.threads(),
    ).serve(stop)


@scheduler.command(name="list", short_help="List the jobs with their last and next runs.")
@click.option("--json", "as_json", is_flag=True, help="Print what the action returns, as JSON.")
def list_jobs(*, as_json: bool) -> None:
    """List the jobs with their last and next runs and their last error.

    \b
    Example:
        ckan -c internal.ini ontario-scheduler list --json
    """
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    found = tk.get_action("ontario_scheduler_show")({"user": site_user}, {})
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    state = "a scheduler leads" if found["leading"] else "no scheduler is running"
    click.echo(f"{found['portal']} portal: {state}; {len(found['jobs'])} jobs")
    for job in found["jobs"]:
        click.echo(_line(job))


def _line(job: dict[str, Any]) -> str:
    """Return a job as one readable paragraph."""
    last = job["last_started"] or "never"
    text = (
        f"{job['name']}: {job['trigger']} → {job['action']}\n"
        f"    next {job['next_run'] or 'never'}, last {last},"
        f" {job['runs']} runs, {job['failures']} failed"
    )
    return f"{text}\n    {job['last_error']}" if job["last_error"] else text
