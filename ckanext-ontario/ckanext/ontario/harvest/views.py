"""Pages of the harvest: what changes something asks first, is posted, and is guarded.

ckanext-harvest starts, stops and clears on a mere link. The same addresses are answered here: a
GET asks, a POST with the guard's token does it, without JavaScript.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, stream_with_context
from flask.views import MethodView

from ckanext.harvest.logic import HarvestJobExists, HarvestSourceInactiveError
from ckanext.ontario.harvest import report
from ckanext.ontario.harvest.document_views import DocumentView, UploadView
from ckanext.ontario.harvest.pages import as_harvest, context, editable_source
from ckanext.ontario.shared.bilingual import language_of
from ckanext.ontario.shared.guard import guarded

__all__ = ["get_blueprints"]


@dataclass(frozen=True)
class Question:
    """What a page asks before something is changed."""

    title: str
    text: str
    button: str
    source: dict[str, Any]
    dangerous: bool = False


@dataclass(frozen=True)
class About:
    """What an address is about."""

    source_id: str
    job: str
    """Id of a job; empty where the address names none."""


class _Asking(MethodView):
    """A GET that asks, and a POST that does."""

    decorators: ClassVar[list[Callable[..., Any]]] = [guarded]

    def ask(self, source: dict[str, Any]) -> Question:
        """Return the question."""
        raise NotImplementedError

    def do(self, about: About) -> str:
        """Do it, and return what to tell the reader."""
        raise NotImplementedError

    def get(self, source: str, job: str = "") -> str:  # noqa: ARG002 -- the page is of the source
        """Ask."""
        found = editable_source(source)
        extra = {"question": self.ask(found), "harvest_source": found}
        return tk.render("ontario/harvest/ask.html", extra_vars=extra)

    def post(self, source: str, job: str = "") -> Any:
        """Do it, then show the source's dashboard."""
        found = editable_source(source)
        try:
            tk.h.flash_success(self.do(About(found["id"], job)))
        except HarvestSourceInactiveError:
            tk.h.flash_error(tk._("This source is not active. Make it active first."))
        except HarvestJobExists:
            tk.h.flash_notice(tk._("A harvest of this source is under way already."))
        except tk.NotAuthorized as err:
            return tk.abort(403, str(err) or tk._("You may not do this."))
        except tk.ObjectNotFound:
            return tk.abort(404, tk._("There is no such job."))
        except tk.ValidationError as err:
            tk.h.flash_error("; ".join(err.error_summary.values()))
        return tk.redirect_to("harvester.admin", id=found["name"])


class RefreshView(_Asking):
    """Start a harvest."""

    def ask(self, source: dict[str, Any]) -> Question:
        """Ask whether to start."""
        text = tk._("The document is read again. What is unchanged stays untouched.")
        return Question(tk._("Harvest this source now?"), text, tk._("Start the harvest"), source)

    def do(self, about: About) -> str:
        """Queue a job."""
        tk.get_action("harvest_job_create")(context(), {"source_id": about.source_id, "run": True})
        return tk._("The harvest starts in a moment. Reload this page to see how far it is.")


class ClearView(_Asking):
    """Set a source's datasets inactive and forget its runs."""

    def ask(self, source: dict[str, Any]) -> Question:
        """Ask whether to clear."""
        text = tk._(
            "All datasets of this source become inactive and its reports are removed."
            " No dataset is deleted; a new harvest makes them active again."
        )
        title = tk._("Clear this source?")
        return Question(title, text, tk._("Clear the source"), source, dangerous=True)

    def do(self, about: About) -> str:
        """Clear it."""
        tk.get_action("harvest_source_clear")(context(), {"id": about.source_id})
        return tk._("The source was cleared.")


class DeleteView(_Asking):
    """Delete a source; its datasets stay."""

    def ask(self, source: dict[str, Any]) -> Question:
        """Ask whether to delete; the internal portal lets administrators alone delete packages."""
        if not tk.h.check_access("sysadmin"):
            return tk.abort(403, tk._("Only system administrators may delete a source."))
        text = tk._("The source is no longer harvested. Its datasets and reports stay.")
        title = tk._("Delete this source?")
        return Question(title, text, tk._("Delete the source"), source, dangerous=True)

    def do(self, about: About) -> str:
        """Delete it."""
        tk.get_action("harvest_source_delete")(context(), {"id": about.source_id})
        return tk._("The source was deleted.")


class AbortView(_Asking):
    """Stop a job."""

    def ask(self, source: dict[str, Any]) -> Question:
        """Ask whether to stop."""
        text = tk._("What was written stays. The next harvest goes on from there.")
        title = tk._("Stop this harvest?")
        return Question(title, text, tk._("Stop the harvest"), source, dangerous=True)

    def do(self, about: About) -> str:
        """Stop it."""
        tk.get_action("harvest_job_abort")(context(), {"id": about.job})
        return tk._("The harvest was stopped.")


class ApproveView(_Asking):
    """Decide that records are gone."""

    def ask(self, source: dict[str, Any]) -> Question:
        """Ask whether to set them inactive."""
        text = tk._("The datasets whose records are gone become inactive. Nothing is deleted.")
        title = tk._("Set these datasets inactive?")
        return Question(title, text, tk._("Set inactive"), source, dangerous=True)

    def do(self, about: About) -> str:
        """Approve it."""
        run = tk.get_action("ontario_harvest_run_show")(context(), {"job_id": about.job})
        done = tk.get_action("ontario_harvest_gone_approve")(context(), {"run_id": run["id"]})
        said = tk.ungettext(
            "{number} dataset is inactive now.",
            "{number} datasets are inactive now.",
            done["inactive"],
        )
        return said.format(number=done["inactive"])


def issues_csv(source: str, job: str) -> Response:  # noqa: ARG001 -- the address names both
    """Send all issues of a job as CSV, in the reader's language."""
    try:
        run = tk.get_action("ontario_harvest_run_show")(context(), {"job_id": job})
        tk.check_access("ontario_harvest_issue_list", context(), {"source_id": run["source_id"]})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such job."))
    language = language_of(str(tk.h.lang()))
    lines = report.csv_lines(report.every_issue(run), language)
    response = Response(stream_with_context(lines), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="harvest-{job[:8]}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def get_blueprints() -> list[Blueprint]:
    """Return the pages; their addresses are ckanext-harvest's, answered here first."""
    blueprint = Blueprint("ontario_harvest", __name__)
    blueprint.before_request(as_harvest)
    rules: list[tuple[str, str, Callable[..., Any]]] = [
        ("/harvest/upload", "upload", UploadView.as_view("upload")),
        ("/harvest/<source>/document", "document", DocumentView.as_view("document")),
        ("/harvest/refresh/<source>", "refresh", RefreshView.as_view("refresh")),
        ("/harvest/clear/<source>", "clear", ClearView.as_view("clear")),
        ("/harvest/delete/<source>", "delete", DeleteView.as_view("delete")),
        ("/harvest/<source>/job/<job>/abort", "abort", AbortView.as_view("abort")),
        ("/harvest/<source>/job/<job>/approve", "approve", ApproveView.as_view("approve")),
        ("/harvest/<source>/job/<job>/issues.csv", "issues_csv", issues_csv),
    ]
    for rule, endpoint, view in rules:
        blueprint.add_url_rule(rule, endpoint, view)
    return [blueprint]
