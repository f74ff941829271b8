"""What people and programs ask of harvests: runs, their issues, documents, approvals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model as core
from ckan.types import Context, DataDict
from flask_babel import get_locale

from ckanext.harvest.model import HarvestSource
from ckanext.ontario.harvest import (
    approvals,
    config,
    finishing,
    ingest,
    leftovers,
    messages,
    report,
    uploads,
)
from ckanext.ontario.harvest.harvester import harvesters
from ckanext.ontario.harvest.logic.asking import number, run_of, source_id_of, user_id
from ckanext.ontario.shared import clock
from ckanext.ontario.shared.bilingual import LANGUAGES, language_of

__all__ = [
    "ontario_harvest_gone_approve",
    "ontario_harvest_issue_list",
    "ontario_harvest_profile_list",
    "ontario_harvest_run_list",
    "ontario_harvest_run_show",
    "ontario_harvest_upload_clean",
    "ontario_harvest_upload_create",
]

_SEVERITIES = ("fatal", "error", "warning", "publish")


@tk.side_effect_free
def ontario_harvest_run_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Return the runs of a harvest source, the latest first.

    Args:
        context: the caller must be able to edit the source.
        data_dict: ``source_id`` (id or name), ``limit`` (20, at most 1000), ``offset`` (0).

    Returns:
        Runs as ``ontario_harvest_run_show`` returns one.
    """
    source_id = source_id_of(str(tk.get_or_bust(data_dict, "source_id")))
    tk.check_access("ontario_harvest_run_list", context, {"source_id": source_id})
    limit, offset = number(data_dict, "limit", 20), number(data_dict, "offset", 0)
    data = {"source_id": source_id, "limit": limit, "offset": offset}
    return report.summaries(ingest.call("run_list", data))


@tk.side_effect_free
def ontario_harvest_run_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return one run of a harvest.

    Args:
        context: the caller must be able to edit the run's source.
        data_dict: ``id`` of the run, or ``job_id`` of the harvest job.

    Returns:
        ``{"id", "source_id", "job_id", "status", "outcome", "phase", "counts": {"rows", "new",
        "changed", "unchanged", "gone", "missing", "inactive", "invalid"}, "severities",
        "document", "document_hash", "same_as", "record": {"guid", "result"}, "approval",
        "progress": {"stage", "done", "total", "rate", "remaining"}, "timings", "started",
        "finished"}``. ``progress`` is ``None`` once the run is over; its ``rate`` is records a
        second, ``remaining`` seconds.
        ``outcome`` is running, finished, attention (records were refused, or removals wait for a
        person), failed or aborted. ``same_as`` is the run whose report this one shares, because
        the document was the same. ``record`` is ``None`` unless the run is of one record alone; its
        ``result`` is created, updated, unchanged, refused, kept (deleted in the catalogue) or, as
        long as nothing came of it, ``None``.
    """
    run = run_of(data_dict)
    tk.check_access("ontario_harvest_run_show", context, {"source_id": run["source_id"]})
    return report.summary(run)


@tk.side_effect_free
def ontario_harvest_issue_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return what a run found wrong, with row, column, message and remedy in both languages.

    Args:
        context: the caller must be able to edit the run's source: issues quote its document.
        data_dict: ``run_id`` (or ``job_id``), and any of ``severity`` (one or several of fatal,
            error, warning, publish), ``code``, ``column``, ``text`` (in what an issue quotes or
            says, in either language), ``limit`` (100, at most 1000), ``after`` (the last id of the
            page before) or ``offset``.

    Returns:
        ``{"run_id", "total", "facets": {"severity": {…: int}, "code": {…: int}, "column":
        {…: int}}, "issues": [{"id", "severity", "code", "row", "column", "guid",
        "message": {"en", "fr"}, "suggestion": {"en", "fr"}}]}``;
        the facets count all issues of the run, ``total`` those that match.
    """
    run = run_of({"id": data_dict.get("run_id"), "job_id": data_dict.get("job_id")})
    tk.check_access("ontario_harvest_issue_list", context, {"source_id": run["source_id"]})
    severity = data_dict.get("severity")
    wanted = [severity] if isinstance(severity, str) else severity
    if wanted and set(wanted) - set(_SEVERITIES):
        allowed = ", ".join(_SEVERITIES)
        raise tk.ValidationError(
            {"severity": [tk._("Choose among: {allowed}").format(allowed=allowed)]}
        )
    filters: dict[str, Any] = {"severity": wanted or None}
    filters |= {key: str(data_dict.get(key) or "") or None for key in ("code", "column", "text")}
    found = report.issues(
        run,
        **filters,
        after=number(data_dict, "after", 0, most=2**63 - 1),
        offset=number(data_dict, "offset", 0, most=2**31),
        limit=number(data_dict, "limit", 100),
    )
    return {
        "run_id": report.reported_run(run),
        "total": report.issue_total(run, **filters),
        "facets": report.issue_facets(run),
        "issues": found,
    }


def ontario_harvest_upload_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Keep an uploaded inventory, to be named as the address of a harvest source.

    Args:
        context: the caller must be able to create datasets in the organization.
        data_dict: ``organization`` (id or name) and ``upload`` (the file of a multipart request).

    Returns:
        ``{"url": "upload:<id>"}``; the same document again has the same address.
    """
    organization = core.Group.get(str(tk.get_or_bust(data_dict, "organization")))
    if organization is None or not organization.is_organization:
        raise tk.ValidationError({"organization": [tk._("There is no such organization.")]})
    tk.check_access("ontario_harvest_upload_create", context, {"organization": organization.id})
    upload: Any = data_dict.get("upload")
    stream = getattr(upload, "stream", None)
    if stream is None:
        raise tk.ValidationError({"upload": [tk._("Choose a file.")]})
    user: Any = context.get("auth_user_obj")
    uploader = getattr(user, "id", None)
    try:
        url = uploads.store(stream, str(upload.filename or ""), organization.id, uploader)
    except uploads.UploadRefused as err:
        words = messages.render(err.code, err.params, _language())
        raise tk.ValidationError({"upload": [f"{words['message']} {words['suggestion']}"]}) from err
    if not context.get("defer_commit"):
        core.Session.commit()
    return {"url": url}


def ontario_harvest_upload_clean(context: Context, data_dict: DataDict) -> dict[str, int]:
    """Remove uploaded documents that no source has; the scheduler does so every night.

    They come from trials that were not saved, or a newer document has replaced them. A deleted
    source keeps its document.

    Args:
        context: the caller must be a system administrator.
        data_dict: ``days`` (those given since then stay; the configuration says it otherwise, and
            0 keeps all), ``dry_run`` (only count).

    Returns:
        ``{"removed": how many documents, "bytes": how many their files had}``.
    """
    tk.check_access("ontario_harvest_upload_clean", context, data_dict)
    days = number(data_dict, "days", config.keep_uploads(), most=100_000)
    if not days:
        return {"removed": 0, "bytes": 0}
    dry = tk.asbool(data_dict.get("dry_run", False))
    return leftovers.clean(clock.now() - timedelta(days=days), dry=dry)


@tk.side_effect_free
def ontario_harvest_profile_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Return the profiles by which documents can be read.

    Returns:
        ``[{"source_type", "name", "title": {"en", "fr"}}]``, the default of each kind first.
    """
    tk.check_access("ontario_harvest_profile_list", context, data_dict)
    return [
        {"source_type": kind, "name": name, "title": {code: title[code] for code in LANGUAGES}}
        for kind, harvester in harvesters().items()
        for name, title in getattr(harvester.reader, "profiles", {}).items()
    ]


def ontario_harvest_gone_approve(context: Context, data_dict: DataDict) -> dict[str, int]:
    """Set the datasets inactive whose records are gone from a source, where a run left it to you.

    Nothing is deleted, and a record that comes back is active again.

    Args:
        context: the caller must be an administrator of the source's organization.
        data_dict: ``run_id``.

    Returns:
        ``{"inactive": how many}``.

    Raises:
        ValidationError: when nothing waits for an approval there (any longer).
    """
    run = run_of({"id": data_dict.get("run_id")})
    tk.check_access("ontario_harvest_gone_approve", context, {"source_id": run["source_id"]})
    source: Any = HarvestSource.get(run["source_id"])
    harvester = harvesters().get(source.type) if source else None
    waiting = approvals.find(run["id"])
    if harvester is None or waiting is None or waiting["state"] != "waiting":
        raise tk.ValidationError({"run_id": [tk._("Nothing waits for an approval here.")]})
    done = finishing.approve_gone(run["id"], run["source_id"], user_id(context), harvester.reader)
    return {"inactive": done}


def _language() -> str:
    return language_of(str(get_locale() or ""))
