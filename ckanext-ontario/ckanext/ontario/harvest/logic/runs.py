"""What people and programs ask of one run: what is gone, what changed, and to write things anew."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model as core
from ckan.types import Context, DataDict

from ckanext.harvest.logic import HarvestSourceInactiveError
from ckanext.ontario.harvest import (
    approvals,
    changes,
    clearing,
    config,
    ingest,
    model,
    records,
    sources,
)
from ckanext.ontario.harvest.logic.asking import number, run_of, source_id_of, user_id

__all__ = [
    "ontario_harvest_change_list",
    "ontario_harvest_gone_list",
    "ontario_harvest_gone_refuse",
    "ontario_harvest_record_force",
    "ontario_harvest_record_list",
    "ontario_harvest_record_run",
    "ontario_harvest_run_clean",
]


@tk.side_effect_free
def ontario_harvest_change_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return what a run changed, record by record and field by field, with both values.

    Args:
        context: the caller must be able to edit the run's source.
        data_dict: ``run_id`` (or ``job_id``), and any of ``kind`` (created, updated), ``text`` (in
            the title or the identifier), ``limit`` (25, at most 1000), ``offset`` (0).

    Returns:
        ``{"run_id", "total", "changes": [{"guid", "package_id", "kind", "title": {"en", "fr"},
        "changes": [{"field", "resource", "before", "after"}]}]}``. Of a new record there are no
        changes; ``resource`` names the file where the field is one of a file.
    """
    run = run_of({"id": data_dict.get("run_id"), "job_id": data_dict.get("job_id")})
    tk.check_access("ontario_harvest_change_list", context, {"source_id": run["source_id"]})
    kind = data_dict.get("kind") or None
    if kind not in {None, *changes.KINDS}:
        allowed = ", ".join(changes.KINDS)
        raise tk.ValidationError(
            {"kind": [tk._("Choose among: {allowed}").format(allowed=allowed)]}
        )
    rows, total = changes.list_changes(
        run["id"],
        kind=kind,
        text=str(data_dict.get("text") or "") or None,
        limit=number(data_dict, "limit", 25),
        offset=number(data_dict, "offset", 0, most=2**31),
    )
    shown = ("guid", "package_id", "kind", "title", "changes")
    return {
        "run_id": run["id"],
        "total": total,
        "changes": [{key: row[key] for key in shown} for row in rows],
    }


@tk.side_effect_free
def ontario_harvest_gone_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return the records that are gone from a source and wait for a person's decision.

    Args:
        context: the caller must be able to edit the run's source.
        data_dict: ``run_id`` (or ``job_id``), ``limit`` (50, at most 1000), ``offset`` (0).

    Returns:
        ``{"run_id", "total", "gone": [{"guid", "package_id", "name", "title": {"en", "fr"},
        "state", "first_seen", "changed", "missing_since", "forced"}]}``; none once the decision was
        made.
    """
    run = run_of({"id": data_dict.get("run_id"), "job_id": data_dict.get("job_id")})
    tk.check_access("ontario_harvest_gone_list", context, {"source_id": run["source_id"]})
    limit, offset = number(data_dict, "limit", 50), number(data_dict, "offset", 0, most=2**31)
    found = records.withheld(run["id"], offset, limit)
    return {"run_id": run["id"], "total": records.count_withheld(run["id"]), "gone": found}


def ontario_harvest_gone_refuse(context: Context, data_dict: DataDict) -> dict[str, int]:
    """Leave the datasets as they are whose records are gone from a source.

    The next harvest that misses the records asks anew.

    Args:
        context: the caller must be an administrator of the source's organization.
        data_dict: ``run_id``.

    Returns:
        ``{"kept": how many datasets}``.

    Raises:
        ValidationError: when nothing waits for a decision there (any longer).
    """
    run = run_of({"id": data_dict.get("run_id")})
    tk.check_access("ontario_harvest_gone_refuse", context, {"source_id": run["source_id"]})
    kept = records.count_withheld(run["id"])
    if not approvals.refuse(run["id"], user_id(context)):
        raise tk.ValidationError({"run_id": [tk._("Nothing waits for an approval here.")]})
    if not context.get("defer_commit"):
        core.Session.commit()
    return {"kept": kept}


def ontario_harvest_record_force(context: Context, data_dict: DataDict) -> dict[str, int]:
    """Let the next harvest write a record again although its source has not changed it, or all.

    Args:
        context: the caller must be able to edit the source.
        data_dict: ``source_id`` (id or name), and for one record its ``guid`` or its ``dataset``
            (id or name); without either, every record of the source.

    Returns:
        ``{"records": how many}``.

    Raises:
        ValidationError: when the source has no such record.
    """
    source_id = source_id_of(str(tk.get_or_bust(data_dict, "source_id")))
    tk.check_access("ontario_harvest_record_force", context, {"source_id": source_id})
    by = {"source_id": source_id}
    named = next((key for key in ("guid", "dataset") if data_dict.get(key)), None)
    if named == "guid":
        by["guid"] = str(data_dict["guid"])
    elif named == "dataset":
        package: Any = core.Package.get(str(data_dict["dataset"]))
        by["package_id"] = package.id if package else ""
    marked = model.forget_hashes(**by)
    if named and not marked:
        raise tk.ValidationError({named: [tk._("The source has no such record.")]})
    if not context.get("defer_commit"):
        core.Session.commit()
    return {"records": marked}


@tk.side_effect_free
def ontario_harvest_record_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return the records of a source: which dataset each is, and since when.

    Args:
        context: the caller must be able to edit the source.
        data_dict: ``source_id`` (id or name), and any of ``text`` (in the identifier, the title or
            the name), ``limit`` (50, at most 1000), ``offset`` (0).

    Returns:
        ``{"total", "records": [{"guid", "package_id", "name", "title": {"en", "fr"}, "state",
        "first_seen", "changed", "missing_since", "forced"}]}``; ``forced`` records are written by
        the next harvest in any case.
    """
    source_id = source_id_of(str(tk.get_or_bust(data_dict, "source_id")))
    tk.check_access("ontario_harvest_record_list", context, {"source_id": source_id})
    limit, offset = number(data_dict, "limit", 50), number(data_dict, "offset", 0, most=2**31)
    found, total = records.search(source_id, str(data_dict.get("text") or ""), offset, limit)
    return {"total": total, "records": found}


def ontario_harvest_record_run(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Harvest one record of a source alone; no other record is planned or touched.

    The document is read anew, and the record is written even where it is unchanged. It goes
    through the queues as every harvest does; ``ontario_harvest_run_show`` has what came of it
    under ``record``, and how far it is until then.

    Args:
        context: the caller must be able to edit the source.
        data_dict: ``source_id`` (id or name) and ``guid`` of a record that the source has brought.

    Returns:
        ``{"job_id", "run_id"}``.

    Raises:
        ValidationError: when the source has no such record, is not active, or is being harvested.
    """
    source_id = source_id_of(str(tk.get_or_bust(data_dict, "source_id")))
    tk.check_access("ontario_harvest_record_run", context, {"source_id": source_id})
    guid = str(tk.get_or_bust(data_dict, "guid"))
    try:
        job_id = sources.queue_record(source_id, guid)
    except sources.UnknownRecord as err:
        said = tk._("The source has no record “{guid}”.").format(guid=guid)
        raise tk.ValidationError({"guid": [said]}) from err
    except sources.AlreadyRunning as err:
        said = tk._("A harvest of this source is under way already.")
        raise tk.ValidationError({"source_id": [said]}) from err
    except HarvestSourceInactiveError as err:
        said = tk._("This source is not active. Make it active first.")
        raise tk.ValidationError({"source_id": [said]}) from err
    run = ingest.run_of(job_id=job_id) or {}
    return {"job_id": job_id, "run_id": run.get("id")}


def ontario_harvest_run_clean(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Forget old runs of every source with their reports; the scheduler does so every night.

    A run stays while it is under way, while a decision about its missing records is open, and
    while a kept run shows its report.

    Args:
        context: the caller must be a system administrator.
        data_dict: ``keep`` (how many of each source stay; the configuration says it otherwise, and
            0 keeps all), ``dry_run`` (only count).

    Returns:
        ``{"removed": how many runs, "sources": {source id: how many}}``.
    """
    tk.check_access("ontario_harvest_run_clean", context, data_dict)
    keep = number(data_dict, "keep", config.keep_runs(), most=1_000_000)
    dry = tk.asbool(data_dict.get("dry_run", False))
    cleaned = clearing.clean(keep, dry=dry) if keep else {}
    return {"removed": sum(cleaned.values()), "sources": cleaned}
