"""Whether a record exists is known only to those who may read it."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Action, Context, DataDict

__all__ = ["am_following_dataset", "dataset_follower_count", "package_collaborator_list"]


@tk.chained_action
@tk.side_effect_free
def dataset_follower_count(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return how many follow a record the reader may see."""
    _require_readable(context, data_dict)
    return next_action(context, data_dict)


@tk.chained_action
@tk.side_effect_free
def am_following_dataset(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return whether the user follows a record they may see."""
    _require_readable(context, data_dict)
    return next_action(context, data_dict)


@tk.chained_action
@tk.side_effect_free
def package_collaborator_list(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return the collaborators of a record the reader may see and manage."""
    _require_readable(context, data_dict)
    return next_action(context, data_dict)


def _require_readable(context: Context, data_dict: DataDict) -> None:
    wanted = {"id": tk.get_or_bust(data_dict, "id")}
    try:
        tk.check_access("package_show", tk.fresh_context(context), wanted)
    except tk.NotAuthorized:
        raise tk.ObjectNotFound from None
