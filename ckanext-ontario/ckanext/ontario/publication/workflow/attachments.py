"""Edits beside the record that the public will see too: data dictionaries and views of files."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.types import Action, Context, DataDict

from ckanext.ontario.publication.workflow import edits

__all__ = [
    "ontario_data_dictionary_update",
    "resource_view_create",
    "resource_view_delete",
    "resource_view_reorder",
    "resource_view_update",
]

_RESOURCE = model.resource_table


@tk.chained_action
def ontario_data_dictionary_update(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Describe columns, and take note that the public will see other words."""
    return _noted(up, context, data_dict, str(data_dict.get("resource_id") or ""))


@tk.chained_action
def resource_view_create(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Add a view, and take note of the edit when a person did it."""
    return _noted(up, context, data_dict, str(data_dict.get("resource_id") or ""))


@tk.chained_action
def resource_view_update(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Change a view, and take note of the edit."""
    return _noted(up, context, data_dict, _resource_of(data_dict))


@tk.chained_action
def resource_view_delete(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Delete a view, and take note of the edit."""
    return _noted(up, context, data_dict, _resource_of(data_dict))


@tk.chained_action
def resource_view_reorder(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Put views into another order, and take note of the edit."""
    return _noted(up, context, data_dict, str(data_dict.get("id") or ""))


def _resource_of(data_dict: DataDict) -> str:
    view: Any = model.ResourceView.get(str(data_dict.get("id") or ""))
    return str(view.resource_id) if view is not None else ""


def _noted(up: Action, context: Context, data_dict: DataDict, resource_id: str) -> Any:
    by_machine = _is_site_user(context)
    result = up(context, data_dict)
    query = sa.select(_RESOURCE.c.package_id).where(_RESOURCE.c.id == resource_id)
    package_id = None if by_machine else model.Session.scalar(query)
    if package_id and edits.touched(str(package_id), context) and not context.get("defer_commit"):
        model.Session.commit()
    return result


def _is_site_user(context: Context) -> bool:
    """Say whether the portal itself does it: a loader gives a table that is new its view."""
    return str(context.get("user") or "") in {"", str(tk.config["ckan.site_id"])}
