"""What other slices ask of ingest. Every action but ``ontario_ingest_index`` is internal.

With ``defer_commit`` in the context nothing is committed, so that a caller's own rows and what is
written here become durable together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.model.types import make_uuid
from ckan.types import Context, DataDict

from ckanext.ontario.ingest import config, index, writer
from ckanext.ontario.ingest import model as tables
from ckanext.ontario.ingest.domain import capped

__all__ = [
    "ontario_ingest_index",
    "ontario_ingest_issue_count",
    "ontario_ingest_issue_create",
    "ontario_ingest_issue_list",
    "ontario_ingest_run_create",
    "ontario_ingest_run_delete",
    "ontario_ingest_run_list",
    "ontario_ingest_run_patch",
    "ontario_ingest_run_show",
    "ontario_ingest_validate",
    "ontario_ingest_write",
]

_PATCHABLE = {
    "phase", "status", "counters", "timings", "details", "etag", "last_modified",
    "document_hash", "fingerprint", "same_as", "finished",
}  # fmt: skip
_INSTANTS = ("started", "finished")


def ontario_ingest_write(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Write records in one transaction; a bad one leaves the others alone.

    From ``ckanext.ontario.ingest.bulk_from`` records on they are written by rows, where this
    portal has nothing that the bulk writer does not know; else through CKAN's actions.

    Nothing is indexed: the packages are marked, and ``ontario_ingest_index`` does it after the
    commit. Default views of new datasets are made after the commit too.

    Args:
        context: ``user`` is who writes; ``defer_commit`` leaves the commit to the caller, who then
            owes the default views (``views`` of the result).
        data_dict: ``{"records": [{"key": str, "dataset": {...}}]}``; a dataset with ``id`` is
            updated with exactly what is given, others are created; a record with ``create: true``
            is created with the ``id`` of its dataset.

    Returns:
        ``{"results": [{"key", "status": "created"|"updated"|"refused", "id", "errors"}],
        "views": [...], "writer": "rows"|"actions", "aside": [reason]}``; an error is
        ``{"field", "message": {"en", "fr"}}``; ``aside`` says why rows were not possible.

    Raises:
        ckanext.ontario.ingest.writer.BatchBroken: when a plugin ended the transaction midway.
    """
    tk.check_access("ontario_ingest_write", context, data_dict)
    user = str(context.get("user"))
    answer = writer.write(data_dict["records"], user)
    views = answer.views
    if not context.get("defer_commit"):
        model.Session.commit()
        writer.make_views(views, user)
        views = []
    return {
        "results": [
            {"key": r.key, "status": r.status.value, "id": r.id, "errors": r.errors}
            for r in answer.results
        ],
        "views": views,
        "writer": answer.writer,
        "aside": answer.aside,
    }


def ontario_ingest_validate(context: Context, data_dict: DataDict) -> list[Any]:
    """Return what CKAN's own schema says against datasets; nothing is written.

    Args:
        context: ``user`` is who would write.
        data_dict: ``{"dataset": {...}}``, or ``{"datasets": [{...}]}`` for many.

    Returns:
        ``[{"field": str, "message": {"en": str, "fr": str}}]``, empty when it would go in; of
        many, a list of these, in order.
    """
    tk.check_access("ontario_ingest_validate", context, data_dict)
    user = str(context.get("user"))
    if "datasets" in data_dict:
        return writer.validate(data_dict["datasets"], user)
    [found] = writer.validate([data_dict["dataset"]], user)
    return found


def ontario_ingest_index(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Index every package that was written and is not known to be in the index.

    Sends one Solr request per fifty packages and one commit; none of either when nothing waits.

    Args:
        context: as everywhere.
        data_dict: ``{"commit": "auto"|"always"|"never", "ids": [package id]}``: whether Solr is
            told to commit after anything was sent (the default), in any case, or not by this call;
            packages to mark first, for slices that keep what the index shows in tables of their
            own (their changes so far are committed with the marks).

    Returns:
        ``{"indexed": int, "failed": {package id: reason}}``; what failed stays marked and is
        tried again by the next call.
    """
    tk.check_access("ontario_ingest_index", context, data_dict)
    if ids := data_dict.get("ids"):
        tables.mark_pending(map(str, ids), make_uuid())
        model.Session.commit()
    done = index.index_pending(str(data_dict.get("commit", "auto")))
    return {"indexed": done.indexed, "failed": done.failed}


def ontario_ingest_run_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Start a run, or return the one its job has already.

    Args:
        context: ``defer_commit`` as everywhere.
        data_dict: ``{"kind": str, "source_id": str|None, "job_id": str|None, "details": {...}}``.

    Returns:
        The run, as ``ontario_ingest_run_show`` returns it.
    """
    tk.check_access("ontario_ingest_run_create", context, data_dict)
    keys = ("kind", "source_id", "job_id", "details")
    run = tables.create_run({key: data_dict[key] for key in keys if key in data_dict})
    return _kept(context, _view(run))


def ontario_ingest_run_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return a run by its ``id`` or its ``job_id``.

    Raises:
        ObjectNotFound: when there is none.
    """
    tk.check_access("ontario_ingest_run_show", context, data_dict)
    by = {key: str(data_dict[key]) for key in ("id", "job_id") if data_dict.get(key)}
    run = tables.find_run(**by) if by else None
    if run is None:
        raise tk.ObjectNotFound(tk._("There is no such run."))
    return _view(run)


def ontario_ingest_run_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Return runs, the latest first.

    Args:
        context: as everywhere.
        data_dict: any of ``source_id``, ``job_ids``, ``status``, ``limit`` (20), ``offset`` (0).
    """
    tk.check_access("ontario_ingest_run_list", context, data_dict)
    runs = tables.list_runs(
        source_id=data_dict.get("source_id"),
        job_ids=data_dict.get("job_ids"),
        status=data_dict.get("status"),
        limit=int(data_dict.get("limit", 20)),
        offset=int(data_dict.get("offset", 0)),
    )
    return [_view(run) for run in runs]


def ontario_ingest_run_patch(context: Context, data_dict: DataDict) -> dict[str, Any] | None:
    """Change a run, if it is still as the caller expects.

    Args:
        context: ``defer_commit`` as everywhere.
        data_dict: ``{"id": str, "values": {...}, "expect": {"phase": …, "status": …}}``.

    Returns:
        The run, or ``None`` when somebody else has changed it: nothing was written then.
    """
    tk.check_access("ontario_ingest_run_patch", context, data_dict)
    values = data_dict["values"]
    unknown = set(values) - _PATCHABLE
    if unknown:
        raise tk.ValidationError({key: [tk._("This can't be changed.")] for key in unknown})
    run = tables.patch_run(str(data_dict["id"]), values, data_dict.get("expect") or {})
    return _kept(context, _view(run) if run else None)


def ontario_ingest_run_delete(context: Context, data_dict: DataDict) -> int:
    """Delete a source's runs with their issues; return how many runs.

    Args:
        context: ``defer_commit`` as everywhere.
        data_dict: ``{"source_id": str, "keep_ids": [str]}``.
    """
    tk.check_access("ontario_ingest_run_delete", context, data_dict)
    keep = data_dict.get("keep_ids") or ()
    return _kept(context, tables.delete_runs(str(data_dict["source_id"]), keep_ids=keep))


def ontario_ingest_issue_create(context: Context, data_dict: DataDict) -> dict[str, int]:
    """Add issues to a run, of each code as many as the configuration keeps.

    Args:
        context: ``defer_commit`` as everywhere.
        data_dict: ``{"run_id": str, "issues": iterable of {"severity", "code", "row", "column",
            "guid", "params"}, "seen": {code: int}}``; ``seen`` says how many the run has had.

    Returns:
        How many issues of each code the run has had now, kept or not.
    """
    tk.check_access("ontario_ingest_issue_create", context, data_dict)
    seen: Counter[str] = Counter(data_dict.get("seen") or {})
    kept = capped(data_dict["issues"], seen, config.issues_per_code())
    tables.add_issues(str(data_dict["run_id"]), kept)
    return _kept(context, dict(seen))


def ontario_ingest_issue_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Return a run's issues in the order they were found.

    Args:
        context: as everywhere.
        data_dict: ``{"run_id": str, "severity": [str], "code": str, "column": str, "text": str,
            "text_codes": [str], "after": id, "limit": int, "offset": int}``; pages go on ``after``
            the last id of the one before, or by ``offset``. ``text`` is looked for in what issues
            quote; issues of ``text_codes`` match it too.
    """
    tk.check_access("ontario_ingest_issue_list", context, data_dict)
    return tables.list_issues(
        str(data_dict["run_id"]),
        limit=int(data_dict.get("limit", 100)),
        offset=int(data_dict.get("offset", 0)),
        **_filters(data_dict),
    )


def ontario_ingest_issue_count(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return how many of a run's issues there are: all, and of each severity, code and column.

    Args:
        context: as everywhere.
        data_dict: ``run_id`` and the filters of ``ontario_ingest_issue_list``.

    Returns:
        ``{"total": int, "severity": {…: int}, "code": {…: int}, "column": {…: int}}``.
    """
    tk.check_access("ontario_ingest_issue_count", context, data_dict)
    rows = tables.count_issues(str(data_dict["run_id"]), **_filters(data_dict))
    counted: dict[str, Any] = {"total": sum(row["count"] for row in rows)}
    for key in ("severity", "code", "column"):
        counts = Counter[str]()
        for row in rows:
            if row[key] is not None:
                counts[row[key]] += row["count"]
        counted[key] = dict(counts)
    return counted


def _filters(data_dict: DataDict) -> dict[str, Any]:
    keys = ("severity", "code", "column", "text")
    return {
        **{key: data_dict.get(key) for key in keys},
        "text_codes": data_dict.get("text_codes") or (),
        "after": int(data_dict.get("after", 0)),
    }


def _kept(context: Context, result: Any) -> Any:
    if not context.get("defer_commit"):
        model.Session.commit()
    return result


def _view(run: Mapping[str, Any]) -> dict[str, Any]:
    instants = {key: run[key].isoformat() if run[key] else None for key in _INSTANTS}
    return {**run, **instants}
