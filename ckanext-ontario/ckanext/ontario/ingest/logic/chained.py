"""Core actions that stand aside while a batch is written (see :mod:`~..deferral`)."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.types import Action, ChainedAction, Context, DataDict

from ckanext.ontario.ingest import deferral


@tk.chained_action
def package_create_default_resource_views(
    next_action: Action, context: Context, data_dict: DataDict
) -> Any:
    """Put default views off during a batch: making one commits."""
    put_off = deferral.current()
    if put_off is None:
        return next_action(context, data_dict)
    tk.check_access("package_create_default_resource_views", context, data_dict)
    put_off.views.append(data_dict["package"])
    return []


@tk.chained_action
def activity_create(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Write no activity during a batch whose configuration wants none."""
    put_off = deferral.current()
    if put_off is None or put_off.activity:
        return next_action(context, data_dict)
    tk.check_access("activity_create", context, data_dict)
    return None


def get_actions() -> dict[str, ChainedAction]:
    """Return the chained actions whose first link this site has."""
    actions: dict[str, Any] = {
        "package_create_default_resource_views": package_create_default_resource_views
    }
    if p.plugin_loaded("activity") or "activity" in tk.config.get("ckan.plugins", []):
        actions["activity_create"] = activity_create
    return actions
