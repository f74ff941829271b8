"""Where the forms of datasets and files are posted to.

CKAN's own pages show the forms; its views for posting them know only a flow of two stages that
ends with a file. At the same addresses a record is saved here as it is: as a draft, with or
without files. CKAN registers plugins' rules before its own, so these take the POST requests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchIndexError
from ckan.views import dataset as core_dataset
from ckan.views import resource as core_resource
from flask import Blueprint

from ckanext.ontario.editing.form import saving
from ckanext.ontario.shared.guard import guarded

__all__ = ["ontario_editing_form"]

TYPE = "dataset"

ontario_editing_form = Blueprint("ontario_editing_form", __name__)


@ontario_editing_form.route("/dataset/new", methods=["POST"])
@guarded
def create() -> Any:
    """Save a new record as a draft; or a change of a draft, which CKAN's form posts here too."""
    draft = tk.request.form.get("pkg_name")
    if draft:
        return _change(draft)
    values = saving.posted("dataset")
    try:
        record = _done(lambda: saving.create_draft(values))
    except tk.ValidationError as err:
        return core_dataset.CreateView().get(TYPE, _shown(values), err.error_dict)
    return _after(record)


@ontario_editing_form.route("/dataset/edit/<id>", methods=["POST"])
@guarded
def edit(id: str) -> Any:  # noqa: A002 -- the name in CKAN's own rule
    """Save a change of a record."""
    return _change(id)


def _change(record_id: str) -> Any:
    values = saving.posted("dataset")
    try:
        record = _done(lambda: saving.change(record_id, values))
    except tk.ValidationError as err:
        return core_dataset.EditView().get(TYPE, record_id, _shown(values), err.error_dict)
    return _after(record)


@ontario_editing_form.route("/dataset/<id>/finish", methods=["POST"])
@guarded
def finish(id: str) -> Any:  # noqa: A002 -- as above
    """Finish a draft."""
    return _finish(_done(lambda: saving.readable(id)))


@ontario_editing_form.route("/dataset/<id>/resource/new", methods=["POST"])
@guarded
def add_file(id: str) -> Any:  # noqa: A002 -- as above
    """Add a file to a record; or change one, which CKAN's form of a draft posts here too."""
    return _save_file(id, str(tk.request.form.get("id") or ""))


@ontario_editing_form.route("/dataset/<id>/resource/<resource_id>/edit", methods=["POST"])
@guarded
def edit_file(id: str, resource_id: str) -> Any:  # noqa: A002 -- as above
    """Save a change of a file."""
    return _save_file(id, resource_id)


def _save_file(record_id: str, file_id: str) -> Any:
    values = saving.posted("resource")
    try:
        _done(lambda: saving.save_file(record_id, file_id, values))
    except tk.ValidationError as err:
        return _file_form(record_id, file_id, _shown(values), err.error_dict)
    if saving.button() == "again":
        tk.h.flash_success(tk._("The file is saved. Add the next one."))
        return tk.redirect_to("dataset_resource.new", id=record_id)
    tk.h.flash_success(tk._("The file is saved."))
    return tk.redirect_to("dataset.read", id=record_id)


def _file_form(record_id: str, file_id: str, values: Any, errors: Any) -> Any:
    if not file_id:
        return core_resource.CreateView().get(TYPE, record_id, values, errors)
    show = tk.get_action("resource_show")(saving.caller(), {"id": file_id})
    typed = {**show, **values, "url": values.get("url") or show["url"]}
    record = saving.readable(record_id)
    if record["state"] == "draft":  # CKAN's page for changing a file forgets a draft's errors
        return core_resource.CreateView().get(TYPE, record_id, typed, errors)
    return core_resource.EditView().get(TYPE, record_id, file_id, typed, errors)


def _done(save: Callable[[], Any]) -> Any:
    """Return what ``save`` returns, or end the request with the page for what went wrong."""
    try:
        return save()
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("There is no such dataset or file, or you may not see it."))
    except tk.NotAuthorized as err:
        return tk.abort(403, str(err) or tk._("You may not do this."))
    except SearchIndexError:
        return tk.abort(503, tk._("It is saved, but search does not answer. Try again later."))


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    """Return what the form can show again: texts, and lists of texts."""
    return {name: value for name, value in values.items() if isinstance(value, str | list)}


def _after(record: dict[str, Any]) -> Any:
    """Lead on after a record was saved, as the button said."""
    pressed = saving.button()
    if pressed == "finish":
        return _finish(record)
    if record["state"] == "draft":
        tk.h.flash_success(tk._("The draft is saved. Only the editors of its ministry can see it."))
    else:
        tk.h.flash_success(tk._("Your changes are saved."))
    if pressed == "file":
        return tk.redirect_to("dataset_resource.new", id=record["name"])
    return tk.redirect_to("dataset.read", id=record["name"])


def _finish(record: dict[str, Any]) -> Any:
    finish_draft = tk.get_action("ontario_draft_finish")
    try:
        _done(lambda: finish_draft(saving.caller(), {"id": record["id"]}))
    except tk.ValidationError:
        tk.h.flash_error(tk._("The draft is saved, but not complete: see what is missing below."))
        return tk.redirect_to("dataset.edit", id=record["name"])
    tk.h.flash_success(tk._("The draft is finished. Its audience can see it now."))
    return tk.redirect_to("dataset.read", id=record["name"])
