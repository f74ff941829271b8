"""Raw inventory rows and sources' settings are for the editors of the source."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Action, Context, DataDict

__all__ = ["harvest_object_show", "harvest_source_list", "harvest_source_reindex"]


@tk.chained_action
@tk.side_effect_free
def harvest_object_show(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return a harvested row to editors of its source."""
    harvested = next_action(context, data_dict)
    _require_editor(context, harvested["source"])
    return harvested


@tk.chained_action
@tk.side_effect_free
def harvest_source_list(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return harvest sources; without a user (JSONP drops it) ckanext-harvest would show all."""
    if not context.get("user") and not context.get("ignore_auth"):
        raise tk.NotAuthorized(tk._("Log in to see harvest sources."))
    return next_action(context, data_dict)


@tk.chained_action
def harvest_source_reindex(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Index a source again, for its editors; ckanext-harvest checks nothing."""
    _require_editor(context, tk.get_or_bust(data_dict, "id"))
    return next_action(context, data_dict)


def _require_editor(context: Context, source_id: str) -> None:
    tk.check_access("harvest_source_update", tk.fresh_context(context), {"id": source_id})
