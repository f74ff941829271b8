"""What a form posts, and how it is saved: a draft, a change, a file.

A form never shows everything a record holds (where it was harvested from, the checksum of a
file). What it does not show stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import clean_dict, parse_params
from ckan.types import Context

from ckanext.ontario.shared.bilingual import LANGUAGES
from ckanext.ontario.shared.guard import FIELD as GUARD_FIELD

Values = dict[str, Any]

CONTROLS = frozenset({"save", "pkg_name", "cancel", "_ckan_phase", "_csrf_token", GUARD_FIELD})
"""What a form posts that is no field."""

LISTS = frozenset(
    {"tags", "groups", "extras", "resources"}
    | {"relationships_as_object", "relationships_as_subject"}
)
"""Lists of CKAN's, which no form of ours posts; as plain texts CKAN can't even refuse them."""

FIXED = {
    "dataset": frozenset({"id", "state", "type"}),
    "resource": frozenset({"id", "state", "package_id"}),
}
"""What is described → what its form's address and buttons say, and its fields do not."""


def posted(kind: str) -> Values:
    """Return the fields that the present request's form of a ``dataset`` or ``resource`` holds.

    Names that begin with two underscores are CKAN's own places for what it does not understand.
    """
    values: Values = clean_dict(parse_params(tk.request.form))
    if LISTS & set(values):
        tk.abort(400, tk._("This is not what the form of a dataset or a file sends."))
    return {
        name: value
        for name, value in values.items()
        if name not in CONTROLS | FIXED[kind] and not name.startswith("__")
    }


def button() -> str:
    """Return which button was pressed; empty for one without a value."""
    return str(tk.request.form.get("save") or "")


def caller() -> Context:
    """Return a fresh context of whoever sent the request."""
    return Context(user=tk.current_user.name, auth_user_obj=tk.current_user)


def readable(record_id: str) -> Values:
    """Return a record for its form.

    Raises:
        ObjectNotFound: when there is none, or the caller may not know of it: the two are the same
            answer.
    """
    try:
        return tk.get_action("package_show")(caller(), {"id": record_id})
    except tk.NotAuthorized as err:
        raise tk.ObjectNotFound from err


def create_draft(values: Mapping[str, Any]) -> Values:
    """Make a draft, seen by the editors of its ministry only; return it.

    Raises:
        ValidationError: when something in it can't be kept.
    """
    tk.check_access("package_create", caller())
    _require_owner(values)
    context = Context(caller(), allow_state_change=True)
    return tk.get_action("package_create")(context, {**values, "type": "dataset", "state": "draft"})


def change(record_id: str, values: Mapping[str, Any]) -> Values:
    """Change a record, draft or not, and return it; what the form does not hold stays.

    Raises:
        ValidationError: when something in it can't be kept.
    """
    stored = readable(record_id)
    if values.get("owner_org") != stored["owner_org"]:
        tk.check_access("package_update", caller(), {"id": stored["id"]})
        _require_owner(values)
    context = Context(caller(), allow_partial_update=True)  # files, tags and topics stay
    kept = _not_posted(stored, values, "dataset_fields")
    return tk.get_action("package_update")(context, {**kept, **values, "id": stored["id"]})


def _require_owner(values: Mapping[str, Any]) -> None:
    """Say beside the field, not by an error page, that an organization may not be chosen."""
    chosen = values.get("owner_org")
    offered = tk.h.organizations_available("create_dataset")
    if chosen and not any(chosen in (one["id"], one["name"]) for one in offered):
        said = tk._("You may not describe records for this organization, or it no longer exists.")
        raise tk.ValidationError({"owner_org": [said]})


def save_file(record_id: str, file_id: str, values: Mapping[str, Any]) -> Values:
    """Add a file to a record, or change one, and return it.

    Raises:
        ValidationError: when something in it can't be kept, or there is neither file nor address.
        ObjectNotFound: when the record has no such file.
    """
    record = readable(record_id)
    stored: Values = {}
    if file_id:
        files = {one["id"] for one in record["resources"]}
        if file_id not in files:
            raise tk.ObjectNotFound(tk._("This dataset has no such file."))
        show = Context(caller(), for_edit=True)  # an uploaded file by its name, not its address
        stored = tk.get_action("resource_show")(show, {"id": file_id})
    kept = _not_posted(stored, values, "resource_fields")
    wanted = {**kept, **_content(values, stored), "package_id": record["id"]}
    if file_id:
        return tk.get_action("resource_update")(caller(), {**wanted, "id": file_id})
    return tk.get_action("resource_create")(caller(), wanted)


def _content(values: Mapping[str, Any], stored: Mapping[str, Any]) -> Values:
    """Return the values with the file that is meant: uploaded, linked, or the one there is."""
    upload, link = tk.request.files.get("upload"), values.get("url")
    others = {name: value for name, value in values.items() if name not in {"url", "upload"}}
    if upload is not None and upload.filename:
        return {**others, "url": upload.filename, "url_type": "upload", "upload": upload}
    if link:
        gone = {"clear_upload": "true"} if stored.get("url_type") == "upload" else {}
        return {**others, "url": link, "url_type": "", **gone}
    if stored.get("url_type") == "upload":
        return {**others, "url": stored["url"], "url_type": "upload"}
    raise tk.ValidationError({"url": [tk._("Choose a file, or write the address of one.")]})


def _not_posted(stored: Mapping[str, Any], values: Mapping[str, Any], fields: str) -> Values:
    schema = tk.h.scheming_get_dataset_schema("dataset")
    names = (field["field_name"] for field in schema[fields])
    return {
        name: stored[name]
        for name in names
        if name in stored
        and name not in values
        and not any(f"{name}-{code}" in values for code in LANGUAGES)
    }
