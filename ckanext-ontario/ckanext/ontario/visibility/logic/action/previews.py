"""Previews of files: which files of a record have any, asked once for the record."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Action, Context, DataDict

from ckanext.ontario.visibility.reading import once_a_request

__all__ = ["resource_view_list"]


@tk.chained_action
@tk.side_effect_free
def resource_view_list(
    next_action: Action, context: Context, data_dict: DataDict
) -> list[dict[str, Any]]:
    """Return a file's previews; core's page of a record asks for each of its files."""
    package = context.get("package")
    resource = _file_of(package, str(tk.get_or_bust(data_dict, "id")))
    if package is None or resource is None:
        return next_action(context, data_dict)
    if resource.id in once_a_request(f"previews-{package.id}", lambda: _with_previews(package.id)):
        return next_action(context, data_dict)
    context["resource"] = resource
    tk.check_access("resource_view_list", context, data_dict)
    return []


def _file_of(package: model.Package | None, resource_id: str) -> model.Resource | None:
    files = package.resources if package is not None else ()
    return next((one for one in files if one.id == resource_id), None)


def _with_previews(package_id: str) -> set[str]:
    """Return the ids of a record's files that have a preview."""
    query: Any = model.Session.query(model.ResourceView.resource_id).join(
        model.Resource, model.Resource.id == model.ResourceView.resource_id
    )
    return {row.resource_id for row in query.filter(model.Resource.package_id == package_id)}
