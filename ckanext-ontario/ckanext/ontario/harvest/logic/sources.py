"""What people and programs ask of a source: to try it, and when it is harvested by itself."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model as core
from ckan.types import Context, DataDict

from ckanext.harvest.model import HarvestSource
from ckanext.ontario.harvest import ingest, schedules, trial
from ckanext.ontario.harvest.logic.asking import source_id_of, user_id
from ckanext.ontario.harvest.logic.form import prepared
from ckanext.ontario.shared.timing import DEFAULT_ZONE

__all__ = [
    "ontario_harvest_schedule_show",
    "ontario_harvest_schedule_update",
    "ontario_harvest_source_try",
]


def ontario_harvest_source_try(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say what a harvest of a source would do; neither the catalogue nor the source is changed.

    The whole document is read. An uploaded one is kept, so that the source can be saved with it.

    Args:
        context: the caller must be able to create datasets in the organization, and to edit the
            source if it exists.
        data_dict: what ``harvest_source_create`` takes; ``id`` if the source exists, so that its
            records are known; ``document`` for a file in the place of ``url``.

    Returns:
        ``{"run", "issues", "changes", "changed", "gone", "url"}``: the run as
        ``ontario_harvest_run_show`` returns one (planned or failed), the first issues, the first
        records that would be written with their changes, how many would be written, and the first
        records that would be missing.

    Raises:
        ValidationError: when the source can't be harvested as it is described.
    """
    organization = str(data_dict.get("owner_org") or "")
    if not organization:
        raise tk.ValidationError({"owner_org": [tk._("Choose whose inventory this is.")]})
    group: Any = core.Group.get(organization)
    named = group.id if group is not None and group.is_organization else None
    subject = {"organization": named or organization, "source_id": data_dict.get("id")}
    tk.check_access("ontario_harvest_source_try", context, subject)
    if named is None:
        raise tk.ValidationError({"owner_org": [tk._("There is no such organization.")]})
    data = {**prepared(context, data_dict), "owner_org": named}
    found = trial.tried(data)
    return {
        "run": found.run,
        "issues": found.issues,
        "changes": found.changes,
        "changed": found.changed,
        "gone": found.gone,
        "url": data.get("url"),
    }


@tk.side_effect_free
def ontario_harvest_schedule_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return when a source is harvested by itself.

    Args:
        context: the caller must be able to edit the source.
        data_dict: ``source_id`` (id or name).

    Returns:
        ``{"source_id", "expression", "zone", "next": [three instants], "frequency"}``;
        ``expression`` is ``None`` without a schedule. ``frequency`` is ckanext-harvest's own
        setting, ``MANUAL`` where a schedule is set.
    """
    source_id = source_id_of(str(tk.get_or_bust(data_dict, "source_id")))
    tk.check_access("ontario_harvest_schedule_show", context, {"source_id": source_id})
    row = schedules.find(source_id)
    following = schedules.upcoming(row["expression"], row["zone"]) if row else []
    source: Any = HarvestSource.get(source_id)
    return {
        "source_id": source_id,
        "expression": row["expression"] if row else None,
        "zone": row["zone"] if row else DEFAULT_ZONE,
        "next": [instant.isoformat() for instant in following],
        "frequency": source.frequency if source else "MANUAL",
    }


def ontario_harvest_schedule_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Set when a source is harvested by itself, in the place of ckanext-harvest's frequency.

    Args:
        context: the caller must be able to edit the source.
        data_dict: ``source_id`` (id or name), ``expression`` (five fields of cron; blank to
            harvest only when asked), ``zone`` (a name of the time zone database;
            America/Toronto).

    Returns:
        The schedule, as ``ontario_harvest_schedule_show`` returns it.

    Raises:
        ValidationError: when the expression or the zone has no meaning, or no time ever comes.
    """
    source_id = source_id_of(str(tk.get_or_bust(data_dict, "source_id")))
    tk.check_access("ontario_harvest_schedule_update", context, {"source_id": source_id})
    expression = " ".join(str(data_dict.get("expression") or "").split())
    zone = str(data_dict.get("zone") or DEFAULT_ZONE).strip()
    if expression:
        schedules.check(expression, zone)
        schedules.save(source_id, expression, zone, user_id(context))
    else:
        schedules.remove(source_id)
    source: Any = HarvestSource.get(source_id)
    if source is not None and source.frequency != "MANUAL":
        tk.get_action("harvest_source_patch")(
            ingest.context(), {"id": source_id, "frequency": "MANUAL"}
        )
    if not context.get("defer_commit"):
        core.Session.commit()
    return ontario_harvest_schedule_show(context, {"source_id": source_id})
