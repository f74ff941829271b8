"""Activity holds records as they were; it is shown to those who may read them as they are now.

The labels stored with an activity are those of its day, and deleted records keep theirs.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Action, Context, DataDict

from ckanext.ontario.visibility.access import data
from ckanext.ontario.visibility.reading import readable

__all__ = [
    "activity_data_show",
    "activity_diff",
    "activity_show",
    "dashboard_activity_list",
    "group_activity_list",
    "organization_activity_list",
    "package_activity_list",
    "recently_changed_packages_activity_list",
    "user_activity_list",
]

Activities = list[dict[str, Any]]


@tk.chained_action
@tk.side_effect_free
def user_activity_list(next_action: Action, context: Context, data_dict: DataDict) -> Activities:
    """Return what a user did, about records the reader may see now."""
    return _readable(context, next_action(context, data_dict))


@tk.chained_action
@tk.side_effect_free
def package_activity_list(next_action: Action, context: Context, data_dict: DataDict) -> Activities:
    """Return what happened to a record the reader may see now."""
    return _readable(context, next_action(context, data_dict))


@tk.chained_action
@tk.side_effect_free
def group_activity_list(next_action: Action, context: Context, data_dict: DataDict) -> Activities:
    """Return what happened to a topic and to records the reader may see now."""
    return _readable(context, next_action(context, data_dict))


@tk.chained_action
@tk.side_effect_free
def organization_activity_list(
    next_action: Action, context: Context, data_dict: DataDict
) -> Activities:
    """Return what happened to an organization and to records the reader may see now."""
    return _readable(context, next_action(context, data_dict))


@tk.chained_action
@tk.side_effect_free
def recently_changed_packages_activity_list(
    next_action: Action, context: Context, data_dict: DataDict
) -> Activities:
    """Return recent changes of records the reader may see now."""
    return _readable(context, next_action(context, data_dict))


@tk.chained_action
@tk.side_effect_free
def dashboard_activity_list(
    next_action: Action, context: Context, data_dict: DataDict
) -> Activities:
    """Return the user's own stream, about records they may see now."""
    return _readable(context, next_action(context, data_dict))


@tk.chained_action
@tk.side_effect_free
def activity_show(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return one activity, about a record the reader may see now."""
    # Its authorisation reads include_data without asking whether it is there.
    try:
        activity = next_action(context, {"include_data": False, **data_dict})
    except tk.NotAuthorized:  # by the labels of its day, not those of the record as it is now
        raise tk.ObjectNotFound from None
    if not _readable(context, [activity]):
        raise tk.ObjectNotFound
    return activity


@tk.chained_action
@tk.side_effect_free
def activity_data_show(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return what an activity holds, about a record the reader may see now."""
    _require_readable(context, data_dict)
    return next_action(context, data_dict)  # core asks for the right to edit: data is theirs


@tk.chained_action
@tk.side_effect_free
def activity_diff(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return what an activity changed in a record the reader may see now."""
    _require_readable(context, data_dict)
    return next_action(context, data_dict)


def _require_readable(context: Context, data_dict: DataDict) -> None:
    wanted = {"id": tk.get_or_bust(data_dict, "id")}
    tk.get_action("activity_show")(tk.fresh_context(context), wanted)


def _readable(context: Context, activities: Activities) -> Activities:
    about = {a["object_id"] for a in activities if _is_about_a_record(a)}
    visible = set(readable(context, about))
    data.withhold_stored(context, _stored(activities))
    return [a for a in activities if not _is_about_a_record(a) or a["object_id"] in visible]


def _stored(activities: Activities) -> dict[str, list[dict[str, Any]]]:
    """Return the records as they were, which activities quote whole."""
    found: dict[str, list[dict[str, Any]]] = {}
    for activity in activities:
        quoted = (activity.get("data") or {}).get("package")
        if _is_about_a_record(activity) and isinstance(quoted, dict):
            found.setdefault(activity["object_id"], []).append(quoted)
    return found


def _is_about_a_record(activity: dict[str, Any]) -> bool:
    return str(activity["activity_type"]).endswith("package")
