"""Recurring work: how a slice says what must happen again and again.

A slice's plugin implements :class:`IScheduledJobs`; the scheduler (one process per portal) calls
each job's *action* as the site user. Nothing here runs anything: it is the vocabulary both sides
share.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ckan.plugins.interfaces import Interface

from .portal import Portal
from .timing import Cron, Every

__all__ = ["BOTH_PORTALS", "Cron", "Every", "IScheduledJobs", "ScheduledJob"]

BOTH_PORTALS = frozenset(Portal)
"""The portals of a job that does not name any."""

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True)
class ScheduledJob:
    """One recurring piece of work: an action called as the site user.

    The action must be safe to repeat: a run that was missed while no scheduler was up happens
    once at the next start, and a process that dies in a run leaves it to the next one.
    """

    name: str
    """Lower-case words joined by hyphens, unique on a portal; the key of its history."""
    trigger: Every | Cron
    action: str
    """The CKAN action to call."""
    data_dict: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the action is given; copied for each run."""
    portals: frozenset[Portal] = BOTH_PORTALS

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"a job's name is lower-case words joined by '-', not {self.name!r}")


class IScheduledJobs(Interface):
    """Contribute recurring jobs to the portal's scheduler."""

    def get_scheduled_jobs(self) -> Iterable[ScheduledJob]:
        """Return this plugin's jobs, those of the other portal included.

        Called once, when the scheduler starts.
        """
        return ()
