"""Pages of a dataset and its files, and citations to download.

They take the place of CKAN's own views behind the same endpoints (``dataset.read``,
``dataset_resource.read``), so that links, redirects of renamed records and other plugins find
them where they expect them. CKAN's view asks the database once more for every file; these don't.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context
from ckan.views import dataset as core_dataset
from ckan.views import resource as core_resource
from flask import Blueprint, Response

from ckanext.ontario.catalogue import record, record_head, record_lookups
from ckanext.ontario.catalogue.citation import Citation
from ckanext.ontario.catalogue.record_details import SOURCE

__all__: list[str] = []

RECORD_TYPE = "dataset"

FORMS: dict[str, tuple[str, Callable[[Citation], str]]] = {
    "bib": ("application/x-bibtex", lambda citation: citation.bibtex),
    "ris": ("application/x-research-info-systems", lambda citation: citation.ris),
}
"""Extension of a citation → its media type, and the text."""


def install(_sender: str, *, blueprint: Blueprint) -> None:
    """Put the pages into CKAN's blueprints of datasets and files, before they are registered."""
    if blueprint.name == RECORD_TYPE:
        blueprint.add_url_rule("/<id>/citation.<any(bib, ris):form>", "citation", cite)
        _replace(blueprint, "dataset.read", read)
    elif blueprint.name == f"{RECORD_TYPE}_resource":
        _replace(blueprint, "dataset_resource.read", read_resource)


def _replace(blueprint: Blueprint, endpoint: str, view: Callable[..., Any]) -> None:
    blueprint.record(lambda state: state.app.view_functions.update({endpoint: view}))


def read(package_type: str, id: str) -> Any:  # noqa: A002 -- CKAN's rule names it
    """Show a dataset."""
    found = _found(id)
    if found["type"] != RECORD_TYPE:
        return core_dataset.read(package_type, id)
    # By its name, whatever it was asked by; an activity's page is CKAN's own matter.
    if tk.request.args.get("activity_id") or (id == found["id"] != found["name"]):
        return core_dataset.read(package_type, id)
    tk.g.pkg_dict = found
    rights = replace(_rights(found), source=record_lookups.source(found.get(SOURCE)))
    page = record.record_page(found, _publisher(found), record_lookups.reader(), rights)
    return tk.render("ontario/catalogue/record.html", _variables(found, page))


def read_resource(package_type: str, id: str, resource_id: str) -> Any:  # noqa: A002 -- as above
    """Show one file of a dataset."""
    found = _found(id)
    if found["type"] != RECORD_TYPE:
        return core_resource.read(package_type, id, resource_id)
    resource = next((one for one in found["resources"] if one["id"] == resource_id), None)
    if resource is None:
        return tk.abort(404, tk._("Resource not found"))
    tk.g.pkg_dict = found
    page = record.resource_page(
        found, resource, _publisher(found), record_lookups.reader(), _rights(found)
    )
    variables = {"resource": resource, "res": resource, "package": found}
    return tk.render("ontario/catalogue/file.html", {**_variables(found, page), **variables})


def cite(id: str, form: str, **_defaults: Any) -> Any:  # noqa: A002 -- as above
    """Send a dataset's citation as a file for reference managers."""
    found = _found(id)
    citation = record_head.cited(found, _publisher(found), record_lookups.reader())
    media_type, text = FORMS[form]
    return Response(
        text(citation),
        content_type=f"{media_type}; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{found["name"]}.{form}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def _found(identifier: str) -> dict[str, Any]:
    context = Context(user=tk.current_user.name, auth_user_obj=tk.current_user, for_view=True)
    try:
        return tk.get_action("package_show")(context, {"id": identifier})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        # The same answer to both: who may not see a record does not learn that there is one.
        return tk.abort(404, tk._("Dataset not found or you have no permission to view it"))


def _publisher(found: Mapping[str, Any]) -> Any:
    return record_lookups.publisher(found.get("owner_org"))


def _rights(found: Mapping[str, Any]) -> record.Rights:
    user = tk.current_user
    if not user.is_authenticated:
        return record.Rights()
    return record.Rights(
        may_edit=bool(tk.h.check_access("package_update", {"id": found["id"]})),
        token_page=str(tk.url_for("user.api_tokens", id=user.name)),
    )


def _variables(found: dict[str, Any], page: Any) -> dict[str, Any]:
    return {"page": page, "pkg": found, "pkg_dict": found, "dataset_type": RECORD_TYPE}
