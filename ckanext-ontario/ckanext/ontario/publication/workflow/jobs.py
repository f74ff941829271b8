"""What recurs on the internal portal: due releases, mails, the digest."""

from __future__ import annotations

from ckanext.ontario.shared.jobs import Cron, Every, ScheduledJob
from ckanext.ontario.shared.portal import Portal

_INTERNAL = frozenset({Portal.INTERNAL})

JOBS = (
    ScheduledJob("release-due", Every(30), "ontario_release_due", portals=_INTERNAL),
    ScheduledJob("release-mails", Every(60), "ontario_publication_mail_send", portals=_INTERNAL),
    ScheduledJob("release-digest", Cron("0 7 * * *"), "ontario_release_digest", portals=_INTERNAL),
)
