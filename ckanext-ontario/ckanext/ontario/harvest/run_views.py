"""Pages of one run: how far it is, its report, what changed, and what waits for a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from flask import Response, stream_with_context

from ckanext.harvest import utils
from ckanext.harvest.model import HarvestSource
from ckanext.ontario.harvest import report
from ckanext.ontario.harvest.harvester import harvesters
from ckanext.ontario.harvest.list_pages import Paging, asked_page
from ckanext.ontario.harvest.pages import context, editable_source, in_language
from ckanext.ontario.shared.bilingual import LANGUAGES, language_of

Row = dict[str, Any]

FILTERS = ("severity", "code", "column", "text")
SEVERITIES = ("fatal", "error", "warning", "publish")
_ISSUES, _CHANGES, _GONE = 50, 25, 50
_REFRESHES = {"10": 10, "30": 30}
"""Seconds after which a page loads itself again without JavaScript, if the reader asks for it."""


@dataclass(frozen=True)
class RunPage:
    """A run, or a job that waits for its turn."""

    job_id: str
    run: Row | None
    issues: list[Row] = field(default_factory=list[Row])
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict[str, Any])
    filters: Mapping[str, str] = field(default_factory=dict[str, str])
    paging: Paging | None = None
    decided_by: str = ""
    may_decide: bool = False
    refresh: int | None = None
    ended: bool = False
    """Whether the job ended before its turn came, so that it has no run."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.ended or (self.run is not None and self.run["status"] != "running")


def last(source: str) -> Any:
    """Lead to the latest job of a source."""
    found = editable_source(source)
    jobs = tk.get_action("harvest_source_show_status")(context(), {"id": found["id"]})
    job = (jobs or {}).get("last_job")
    if not job:
        return tk.redirect_to("harvester.admin", id=found["name"])
    return tk.redirect_to("ontario_harvest.run", source=found["name"], job=job["id"])


def run(source: str, job: str) -> Any:
    """Show how far a run is, and its report once it is over."""
    found = editable_source(source)
    stored: Any = HarvestSource.get(found["id"])
    if stored is not None and stored.type not in harvesters():
        return utils.job_show_view(job)
    shown = _run(found, job)
    if shown is not None:
        return _render("run", found, page=_page(shown, job))
    ended = (_job(job) or {}).get("status") not in {"New", "Running"}
    return _render("run", found, page=RunPage(job, None, refresh=_refresh(), ended=ended))


def _run(source: Row, job: str) -> Row | None:
    """Return the run of a job of the source; ``None`` for a job that waits for its turn."""
    try:
        found = tk.get_action("ontario_harvest_run_show")(context(), {"job_id": job})
    except tk.ObjectNotFound:
        waiting = _job(job)
        if waiting is None or waiting["source_id"] != source["id"]:
            return tk.abort(404, tk._("There is no such job."))
        return None
    except tk.NotAuthorized:
        return tk.abort(404, tk._("There is no such job."))
    if found["source_id"] != source["id"]:
        return tk.abort(404, tk._("There is no such job."))
    return found


def _job(job: str) -> Row | None:
    try:
        return dict(tk.get_action("harvest_job_show")(context(), {"id": job}))
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None


def _page(shown: Row, job: str) -> RunPage:
    filters = _filters()
    paging = Paging(asked_page(), _ISSUES, 0)
    data = {"run_id": shown["id"], **filters, "offset": paging.offset, "limit": paging.size}
    found = tk.get_action("ontario_harvest_issue_list")(context(), data)
    approval = shown["approval"] or {}
    subject = {"source_id": shown["source_id"]}
    return RunPage(
        job_id=job,
        run=shown,
        issues=[in_language(issue) for issue in found["issues"]],
        facets=found["facets"],
        filters=filters,
        paging=Paging(paging.number, _ISSUES, found["total"]),
        decided_by=_called(approval.get("decided_by")),
        may_decide=tk.h.check_access("ontario_harvest_gone_approve", subject),
        refresh=_refresh(),
    )


def _filters() -> dict[str, str]:
    given = {key: tk.request.args.get(key, "").strip() for key in FILTERS}
    if given["severity"] not in SEVERITIES:
        given["severity"] = ""
    return {key: value for key, value in given.items() if value}


def _refresh() -> int | None:
    return _REFRESHES.get(tk.request.args.get("refresh", ""))


def _called(user_id: str | None) -> str:
    user: Any = model.User.get(user_id) if user_id else None
    return str(user.display_name) if user else ""


def changes(source: str, job: str) -> Any:
    """Show what a run changed, field by field."""
    found = editable_source(source)
    shown = _run(found, job) or tk.abort(404, tk._("There is no such run."))
    asked = {key: tk.request.args.get(key, "").strip() for key in ("kind", "text")}
    if asked["kind"] not in {"created", "updated"}:
        asked["kind"] = ""
    paging = Paging(asked_page(), _CHANGES, 0)
    data = {"run_id": shown["id"], **asked, "offset": paging.offset, "limit": paging.size}
    answer = tk.get_action("ontario_harvest_change_list")(context(), data)
    return _render(
        "changes",
        found,
        run=shown,
        job_id=job,
        changes=answer["changes"],
        filters=asked,
        paging=Paging(paging.number, _CHANGES, answer["total"]),
    )


def gone(source: str, job: str) -> Any:
    """Show which records are gone, why that waits, and who may decide."""
    found = editable_source(source)
    shown = _run(found, job) or tk.abort(404, tk._("There is no such run."))
    paging = Paging(asked_page(), _GONE, 0)
    data = {"run_id": shown["id"], "offset": paging.offset, "limit": paging.size}
    answer = tk.get_action("ontario_harvest_gone_list")(context(), data)
    subject = {"source_id": found["id"]}
    return _render(
        "gone",
        found,
        run=shown,
        job_id=job,
        gone=answer["gone"],
        paging=Paging(paging.number, _GONE, answer["total"]),
        may_decide=tk.h.check_access("ontario_harvest_gone_approve", subject),
        deciders=_deciders(str(found.get("owner_org") or "")),
        decided_by=_called((shown["approval"] or {}).get("decided_by")),
    )


def _deciders(organization_id: str) -> list[str]:
    """Return the names of an organization's administrators."""
    query = (
        model.Session.query(model.User)
        .join(model.Member, model.Member.table_id == model.User.id)
        .filter(
            model.Member.group_id == organization_id,
            model.Member.table_name == "user",
            model.Member.capacity == "admin",
            model.Member.state == model.State.ACTIVE,
            model.User.state == model.State.ACTIVE,
        )
    )
    return sorted({str(user.display_name) for user in query})


def _render(name: str, source: Row, **extra: Any) -> str:
    extra["harvest_source"] = source
    return tk.render(f"ontario/harvest/{name}.html", extra_vars=extra)


def issues_csv(source: str, job: str) -> Response:
    """Send the issues of a job that match as CSV, its header in the language that is asked for."""
    found = editable_source(source)
    shown = _run(found, job) or tk.abort(404, tk._("There is no such run."))
    tk.check_access("ontario_harvest_issue_list", context(), {"source_id": shown["source_id"]})
    asked = tk.request.args.get("lang", "")
    language = asked if asked in LANGUAGES else language_of(str(tk.h.lang()))
    filters: Row = dict(_filters())
    if "severity" in filters:
        filters["severity"] = [filters["severity"]]
    lines = report.csv_lines(report.every_issue(shown, **filters), language)
    response = Response(stream_with_context(lines), mimetype="text/csv")
    filename = f"harvest-{job[:8]}-{language}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.headers["Cache-Control"] = "no-store"
    return response
