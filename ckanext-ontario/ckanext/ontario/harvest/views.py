"""Addresses of the harvest's pages; some are ckanext-harvest's own, answered here first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from ckanext.ontario.harvest import asking, run_views
from ckanext.ontario.harvest.document_views import DocumentView, UploadView
from ckanext.ontario.harvest.pages import as_harvest
from ckanext.ontario.harvest.record_views import ScheduleView, records
from ckanext.ontario.harvest.source_views import SaveView

__all__ = ["get_blueprints"]


def get_blueprints() -> list[Blueprint]:
    """Return the pages."""
    blueprint = Blueprint("ontario_harvest", __name__)
    blueprint.before_request(as_harvest)
    job = "/harvest/<source>/job/<job>"
    rules: list[tuple[str, str, Callable[..., Any]]] = [
        ("/harvest/upload", "upload", UploadView.as_view("upload")),
        ("/harvest/save", "save", SaveView.as_view("save")),
        ("/harvest/<source>/document", "document", DocumentView.as_view("document")),
        ("/harvest/<source>/records", "records", records),
        ("/harvest/<source>/schedule", "schedule", ScheduleView.as_view("schedule")),
        ("/harvest/<source>/again", "again", asking.ForceView.as_view("again")),
        ("/harvest/refresh/<source>", "refresh", asking.RefreshView.as_view("refresh")),
        ("/harvest/clear/<source>", "clear", asking.ClearView.as_view("clear")),
        ("/harvest/delete/<source>", "delete", asking.DeleteView.as_view("delete")),
        ("/harvest/<source>/job/last", "last", run_views.last),
        (job, "run", run_views.run),
        (f"{job}/changes", "changes", run_views.changes),
        (f"{job}/gone", "gone", run_views.gone),
        (f"{job}/abort", "abort", asking.AbortView.as_view("abort")),
        (f"{job}/approve", "approve", asking.ApproveView.as_view("approve")),
        (f"{job}/refuse", "refuse", asking.RefuseView.as_view("refuse")),
        (f"{job}/issues.csv", "issues_csv", run_views.issues_csv),
    ]
    for rule, endpoint, view in rules:
        blueprint.add_url_rule(rule, endpoint, view)
    return [blueprint]
