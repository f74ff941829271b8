"""What recurs between the portals; the internal portal does it all."""

from __future__ import annotations

from ckanext.ontario.shared.jobs import Cron, Every, ScheduledJob
from ckanext.ontario.shared.portal import Portal

_INSIDE = frozenset({Portal.INTERNAL})


def jobs() -> list[ScheduledJob]:
    """Return the jobs: what waits goes out every minute, the portals are compared at night."""
    return [
        ScheduledJob(
            "publication-push", Every(seconds=60), "ontario_publication_push", portals=_INSIDE
        ),
        ScheduledJob(
            "publication-reconcile",
            Cron("15 2 * * *"),
            "ontario_publication_reconcile",
            portals=_INSIDE,
        ),
    ]
