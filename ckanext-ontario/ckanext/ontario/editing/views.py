"""Pages of editing: what changed in a record, copying it, changing many.

What changes something is posted and guarded; everything works without JavaScript.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import ckan.plugins.toolkit as tk
from flask import Blueprint
from flask.views import MethodView

from ckanext.ontario.editing import pages
from ckanext.ontario.editing.logic import copying, history
from ckanext.ontario.editing.logic.reading import readable
from ckanext.ontario.shared.guard import guarded

__all__ = ["get_blueprints"]

BULK = "ontario/editing/bulk.html"
DUPLICATE = "ontario/editing/duplicate.html"


def changes(id: str) -> Any:  # noqa: A002 -- CKAN's name for it in addresses
    """Show what changed in a record since an instant or a save."""
    since, error = tk.request.args.get("since", ""), ""
    call = tk.get_action("ontario_dataset_changes")
    try:
        pkg = readable(pages.context(), id)
        try:
            found = call(pages.context(), {"id": id, "since": since})
        except tk.ValidationError as err:
            error = pages.said(err.error_dict).get("since", "")
            found = call(pages.context(), {"id": id})
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("Dataset not found"))
    except tk.NotAuthorized:
        return _refused()
    extra = {
        "pkg": pkg, "pkg_dict": pkg, "dataset_type": "dataset", "changes": found,
        "since": since, "error": error, "saves": history.choices(found["id"]),
    }  # fmt: skip
    page = tk.render("ontario/editing/changes.html", extra)
    return (page, 400) if error else page


def _refused() -> Any:
    """Answer those who may see the record, and no more."""
    return tk.abort(403, tk._("Only editors may do this."))


class DuplicateView(MethodView):
    """Copy a record: a GET asks for the ministry, a POST does it."""

    decorators: ClassVar[list[Callable[..., Any]]] = [guarded]

    def get(self, id: str) -> Any:  # noqa: A002 -- CKAN's name for it in addresses
        """Ask in which ministry the copy shall be."""
        return self._ask(id, {})

    def post(self, id: str) -> Any:  # noqa: A002 -- CKAN's name for it in addresses
        """Make the copy and open its form."""
        given = {"id": id, "owner_org": tk.request.form.get("owner_org", "")}
        try:
            made = tk.get_action("ontario_dataset_duplicate")(pages.context(), given)
        except tk.ValidationError as err:
            return self._ask(id, pages.said(err.error_dict))
        except tk.ObjectNotFound:
            return tk.abort(404, tk._("Dataset not found"))
        except tk.NotAuthorized:
            return _refused()
        tk.h.flash_success(tk._("This is the copy, a draft. Give it a title of its own."))
        if made["uploads"]:
            said = tk._("These files were uploaded to the original. Add them to the copy: {names}")
            tk.h.flash_notice(said.format(names=", ".join(made["uploads"])))
        return tk.redirect_to("dataset.edit", id=made["dataset"]["name"])

    def _ask(self, package_id: str, errors: dict[str, str]) -> Any:
        try:
            pkg = readable(pages.context(), package_id)
            tk.check_access("ontario_dataset_duplicate", pages.context(), {"id": pkg["id"]})
        except tk.ObjectNotFound:
            return tk.abort(404, tk._("Dataset not found"))
        except tk.NotAuthorized:
            return _refused()
        extra = {
            "pkg": pkg, "pkg_dict": pkg, "dataset_type": "dataset", "errors": errors,
            "ministries": tk.h.ontario_schema_named(copying.ministries(pages.context())),
        }  # fmt: skip
        page = tk.render(DUPLICATE, extra)
        return (page, 409) if errors else page


class BulkView(MethodView):
    """Choose records and fields; a POST makes the preview."""

    decorators: ClassVar[list[Callable[..., Any]]] = [guarded]

    def get(self) -> Any:
        """Show the records that match, and the fields."""
        return self._show(tk.request.args, {})

    def post(self) -> Any:
        """Make the preview, or say what is missing."""
        form = tk.request.form
        if "find" in form:
            return self._show(form, {})
        given = {"ids": pages.chosen_ids(form), "changes": pages.changes(form)}
        try:
            run = tk.get_action("ontario_bulk_run_create")(pages.context(), given)
        except tk.ValidationError as err:
            return self._show(form, pages.said(err.error_dict))
        except tk.NotAuthorized as err:
            return tk.abort(403, str(err))
        return tk.redirect_to("ontario_editing.run", run=run["id"])

    def _show(self, form: pages.Form, errors: dict[str, str]) -> Any:
        try:
            tk.check_access("ontario_bulk_run_create", pages.context())
        except tk.NotAuthorized as err:
            return tk.abort(403, str(err))
        page = tk.render(BULK, {"selection": pages.selection(form, errors)})
        return (page, 409) if errors else page


class RunView(MethodView):
    """The preview of a bulk change, its progress and its report; a POST applies it."""

    decorators: ClassVar[list[Callable[..., Any]]] = [guarded]

    def get(self, run: str) -> Any:
        """Show how far it is."""
        return self._call("ontario_bulk_run_show", run, self._page)

    def post(self, run: str) -> Any:
        """Apply it, or go on with it, and show how far it is."""
        return self._call("ontario_bulk_run_apply", run, self._again)

    def _call(self, action: str, run: str, then: Callable[[dict[str, Any]], Any]) -> Any:
        try:
            return then(tk.get_action(action)(pages.context(), {"id": run}))
        except tk.ObjectNotFound as err:
            return tk.abort(404, str(err))
        except tk.NotAuthorized as err:
            return tk.abort(403, str(err))

    def _page(self, found: dict[str, Any]) -> Any:
        return tk.render("ontario/editing/run.html", {"run": found})

    def _again(self, found: dict[str, Any]) -> Any:
        return tk.redirect_to("ontario_editing.run", run=found["id"])


def get_blueprints() -> list[Blueprint]:
    """Return the pages."""
    blueprint = Blueprint("ontario_editing", __name__)
    rules: list[tuple[str, str, Callable[..., Any]]] = [
        ("/dataset/<id>/changes", "changes", changes),
        ("/dataset/<id>/duplicate", "duplicate", DuplicateView.as_view("duplicate")),
        ("/editing/bulk", "bulk", BulkView.as_view("bulk")),
        ("/editing/bulk/<run>", "run", RunView.as_view("run")),
    ]
    for rule, endpoint, view in rules:
        blueprint.add_url_rule(rule, endpoint, view)
    return [blueprint]
