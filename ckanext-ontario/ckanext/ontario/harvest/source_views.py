"""The form of a source as it is sent: saved, tried without being saved, or changed once more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import ckan.plugins.toolkit as tk
from ckan import model
from flask.views import MethodView

from ckanext.ontario.harvest.pages import context, editable_source, in_language
from ckanext.ontario.shared.guard import guarded

Row = dict[str, Any]
_GUARD = "ontario_guard"


@dataclass(frozen=True)
class Tried:
    """What a trial has shown, and the form it was made from."""

    title: str
    run: Row
    issues: list[Row]
    """The first ones; the counts are of all."""
    hidden: int
    """How many issues are not shown."""
    changes: list[Row]
    more_changes: int
    gone: list[Row]
    sent: list[tuple[str, str]]
    """The form, to be sent again."""


class SaveView(MethodView):
    """Takes the form of a new source or of one that exists."""

    decorators: ClassVar[list[Callable[..., Any]]] = [guarded]

    def get(self) -> Any:
        """Lead a reader who comes by an address to the form."""
        return tk.redirect_to("harvest.new")

    def post(self) -> Any:
        """Save, try, or show the form again."""
        sent = {key: value for key, value in tk.request.form.items() if key != _GUARD}
        done, kept = sent.pop("do", "save"), sent.pop("kept", "")
        sent["url"] = sent.get("url", "").strip() or kept
        if sent.get("id"):
            editable_source(sent["id"])
        data: Row = dict(sent)
        document = tk.request.files.get("document")
        if document is not None and document.filename:
            data["document"] = document
        if done == "change":
            return _form(data, {})
        try:
            return self._try(data) if done == "try" else self._save(data)
        except tk.ValidationError as err:
            model.Session.rollback()
            return _form(data, err.error_dict, err.error_summary)
        except tk.NotAuthorized as err:
            return tk.abort(403, str(err) or tk._("You may not do this."))

    def _save(self, data: Row) -> Any:
        verb = "update" if data.get("id") else "create"
        given = {"type": "harvest", **data}
        made = tk.get_action(f"harvest_source_{verb}")(context(), given)
        tk.h.flash_success(tk._("The source was saved. Harvest it when you are ready."))
        return tk.redirect_to("harvester.admin", id=made["name"])

    def _try(self, data: Row) -> str:
        found = tk.get_action("ontario_harvest_source_try")(context(), data)
        sent = {**data, "url": found["url"] or ""}
        sent.pop("document", None)
        tried = Tried(
            title=str(data.get("title") or tk._("New source")),
            run=found["run"],
            issues=[in_language(issue) for issue in found["issues"]],
            hidden=sum(found["run"]["severities"].values()) - len(found["issues"]),
            changes=found["changes"],
            more_changes=found["changed"] - len(found["changes"]),
            gone=found["gone"],
            sent=[(key, str(value)) for key, value in sent.items()],
        )
        return tk.render("ontario/harvest/trial.html", extra_vars={"tried": tried})


def _form(data: Row, errors: Row, summary: Row | None = None) -> str:
    data.pop("document", None)
    source = editable_source(str(data["id"])) if data.get("id") else None
    shown = {**({"state": source["state"]} if source else {}), **data}
    extra = {
        "form_vars": {"data": shown, "errors": errors, "error_summary": summary or {}},
        "form_snippet": "source/new_source_form.html",
        "dataset_type": "harvest",
        "harvest_source": source,
        "pkg_dict": source or {},
    }
    template = "source/edit.html" if source else "source/new.html"
    return tk.render(template, extra_vars=extra)
