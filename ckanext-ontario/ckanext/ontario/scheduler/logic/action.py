"""What can be asked of the scheduler through the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, DataDict

from ckanext.ontario.scheduler.collection import contributed_jobs
from ckanext.ontario.scheduler.leadership import someone_leads
from ckanext.ontario.scheduler.model import rows_by_name
from ckanext.ontario.shared import portal
from ckanext.ontario.shared.jobs import ScheduledJob

__all__ = ["ontario_scheduler_show"]

_TIMES = ("next_run", "last_started", "last_finished")


@tk.side_effect_free
def ontario_scheduler_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return this portal's recurring jobs with their last and next runs.

    Only system administrators may ask, because errors may quote internal data.

    Returns:
        ``{"portal": "internal"|"public", "leading": bool, "jobs": [...]}``. ``leading`` says
        whether a scheduler process leads now. Each job is ``{"name", "action", "trigger",
        "next_run", "last_started", "last_finished", "last_error", "runs", "failures"}``; instants
        are ISO 8601 in UTC or ``null``, and a job that no scheduler has met yet has 0 runs.
    """
    tk.check_access("ontario_scheduler_show", context, data_dict)
    connection = model.Session.connection()
    rows = rows_by_name(connection)
    return {
        "portal": portal.current().value,
        "leading": someone_leads(connection),
        "jobs": [_view(job, rows.get(job.name, {})) for job in contributed_jobs()],
    }


def _view(job: ScheduledJob, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": job.name,
        "action": job.action,
        "trigger": str(job.trigger),
        **{key: _iso(row.get(key)) for key in _TIMES},
        "last_error": row.get("last_error"),
        "runs": row.get("runs", 0),
        "failures": row.get("failures", 0),
    }


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
