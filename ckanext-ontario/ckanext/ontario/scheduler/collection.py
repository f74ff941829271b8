"""The jobs of this portal, gathered from every plugin and checked before anything runs."""

from __future__ import annotations

import ckan.plugins as p
import ckan.plugins.toolkit as tk

from ckanext.ontario.shared import portal
from ckanext.ontario.shared.cron import trigger_for
from ckanext.ontario.shared.jobs import IScheduledJobs, ScheduledJob


class UnusableJobs(RuntimeError):
    """The contributed jobs can't be scheduled as they stand."""


def contributed_jobs() -> tuple[ScheduledJob, ...]:
    """Return the jobs of the portal this process serves, by name.

    Raises:
        UnusableJobs: when two plugins use one name, or a job's action is not registered here.
        InvalidTiming: when a job's trigger has no meaning.
    """
    here = portal.current()
    found: dict[str, ScheduledJob] = {}
    for plugin in p.PluginImplementations(IScheduledJobs):
        for job in plugin.get_scheduled_jobs():
            if here not in job.portals:
                continue
            if job.name in found:
                raise UnusableJobs(f"two scheduled jobs are called {job.name!r}")
            _check(job)
            found[job.name] = job
    return tuple(found[name] for name in sorted(found))


def _check(job: ScheduledJob) -> None:
    trigger_for(job.trigger)
    try:
        tk.get_action(job.action)
    except KeyError as err:
        raise UnusableJobs(
            f"scheduled job {job.name!r} calls {job.action!r}, which no plugin here registers"
        ) from err
