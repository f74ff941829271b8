"""Pages that ask before something is changed: a GET asks, a POST with the guard's token does it.

ckanext-harvest starts, stops and clears on a mere link. The same addresses are answered here,
without JavaScript.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import ckan.plugins.toolkit as tk
from flask.views import MethodView

from ckanext.harvest.logic import HarvestJobExists, HarvestSourceInactiveError
from ckanext.ontario.harvest.pages import context, editable_source
from ckanext.ontario.shared.guard import guarded


@dataclass(frozen=True)
class Question:
    """What a page asks before something is changed."""

    title: str
    text: str
    button: str
    source: dict[str, Any]
    dangerous: bool = False
    hidden: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the form sends along."""


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
        return self.after(found, job)

    def after(self, source: dict[str, Any], job: str) -> Any:  # noqa: ARG002 -- of the source
        """Lead to where the reader sees what came of it."""
        return tk.redirect_to("harvester.admin", id=source["name"])


class RefreshView(_Asking):
    """Start a harvest."""

    def ask(self, source: dict[str, Any]) -> Question:
        """Ask whether to start."""
        text = tk._("The document is read again. What is unchanged stays untouched.")
        return Question(tk._("Harvest this source now?"), text, tk._("Start the harvest"), source)

    def do(self, about: About) -> str:
        """Queue a job."""
        tk.get_action("harvest_job_create")(context(), {"source_id": about.source_id, "run": True})
        return tk._("The harvest starts in a moment. This page shows how far it is.")

    def after(self, source: dict[str, Any], job: str) -> Any:  # noqa: ARG002 -- it has just begun
        """Show how far the harvest is."""
        return tk.redirect_to("ontario_harvest.last", source=source["name"])


class ForceView(RefreshView):
    """Write one record again alone, or all of them, although the source has not changed."""

    def ask(self, source: dict[str, Any]) -> Question:
        """Ask about the one record that the address names, or about all."""
        guid = tk.request.args.get("guid")
        text = tk._(
            "The document is read again now. What it says is written even where it is unchanged;"
            " what your ministry added stays."
        )
        title = tk._("Write all records of this source again?")
        button = tk._("Write all again")
        if guid:
            text = tk._(
                "The document is read again now. This record alone is written, even where it is"
                " unchanged; no other record is touched, and what your ministry added stays."
            )
            title = tk._("Write the record “{guid}” again?").format(guid=guid)
            button = tk._("Write it again")
        return Question(title, text, button, source, hidden={"guid": guid} if guid else {})

    def do(self, about: About) -> str:
        """Queue a harvest of the record, or mark all and queue a whole one."""
        data = {"source_id": about.source_id}
        if guid := tk.request.form.get("guid"):
            tk.get_action("ontario_harvest_record_run")(context(), {**data, "guid": guid})
            said = tk._(
                "The record “{guid}” is harvested in a moment. This page shows how far it is."
            )
            return said.format(guid=guid)
        tk.get_action("ontario_harvest_record_force")(context(), data)
        return super().do(about)


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


class _Deciding(_Asking):
    """Answers what a run has left to a person; the page of what is gone asks."""

    def get(self, source: str, job: str = "") -> Any:
        """Show what is gone, and both answers."""
        return tk.redirect_to("ontario_harvest.gone", source=source, job=job)

    def after(self, source: dict[str, Any], job: str) -> Any:
        """Show the run's report, which says who decided."""
        return tk.redirect_to("ontario_harvest.run", source=source["name"], job=job)


class ApproveView(_Deciding):
    """Decide that records are gone."""

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


class RefuseView(_Deciding):
    """Decide that datasets stay although their records are gone."""

    def do(self, about: About) -> str:
        """Refuse it."""
        run = tk.get_action("ontario_harvest_run_show")(context(), {"job_id": about.job})
        tk.get_action("ontario_harvest_gone_refuse")(context(), {"run_id": run["id"]})
        return tk._("The datasets stay as they are. The next harvest asks again.")
