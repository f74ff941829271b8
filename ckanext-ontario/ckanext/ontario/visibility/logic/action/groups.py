"""Ministries and topics: counts of what the reader may see, members without e-mail hashes."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz
from ckan.types import Action, Context, DataDict

from ckanext.ontario.visibility import clamp

__all__ = [
    "group_list",
    "group_list_authz",
    "group_show",
    "member_list",
    "organization_list",
    "organization_list_for_user",
    "organization_show",
]

_BY_COUNT = ("package_count", "packages")


@tk.chained_action
@tk.side_effect_free
def group_list(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return topics; sorting them by record count is refused, for core counts hidden records."""
    _refuse_sort_by_count(context, data_dict)
    return next_action(context, data_dict)


@tk.chained_action
@tk.side_effect_free
def organization_list(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return organizations; sorting by record count is refused as in ``group_list``."""
    _refuse_sort_by_count(context, data_dict)
    return next_action(context, data_dict)


@tk.chained_action
@tk.side_effect_free
def group_list_authz(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return topics the user may add records to, counted for this reader."""
    return _counted(next_action, context, data_dict, "groups", "name")


@tk.chained_action
@tk.side_effect_free
def organization_list_for_user(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return organizations in which a user has a permission, counted for this reader."""
    return _counted(next_action, context, data_dict, "owner_org", "id")


@tk.chained_action
@tk.side_effect_free
def organization_show(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return an organization; its members come without the hash of their e-mail address."""
    return _without_hashes(next_action(context, data_dict))


@tk.chained_action
@tk.side_effect_free
def group_show(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return a topic; its members come without the hash of their e-mail address."""
    return _without_hashes(next_action(context, data_dict))


@tk.chained_action
@tk.side_effect_free
def member_list(next_action: Action, context: Context, data_dict: DataDict) -> list[Any]:
    """Return members of an organization or topic; records only if the reader may see them."""
    members = next_action(context, data_dict)
    if authz.is_sysadmin(context.get("user")) or context.get("ignore_auth"):
        return members
    return [member for member in members if member[1] != "package" or _may_see(context, member[0])]


def _may_see(context: Context, package_id: str) -> bool:
    return authz.is_authorized_boolean(
        "package_show", tk.fresh_context(context), {"id": package_id}
    )


def _refuse_sort_by_count(context: Context, data_dict: DataDict) -> None:
    asked = f"{data_dict.get('sort') or ''} {data_dict.get('order_by') or ''}"
    if any(name in asked for name in _BY_COUNT) and not authz.is_sysadmin(context.get("user")):
        raise tk.ValidationError(
            {"sort": [tk._("Sorting by number of datasets is not available on this portal.")]}
        )


def _counted(
    next_action: Action, context: Context, data_dict: DataDict, field: str, key: str
) -> list[dict[str, Any]]:
    groups = next_action(context, {**data_dict, "include_dataset_count": False})
    if tk.asbool(data_dict.get("include_dataset_count", False)):
        query = {"rows": 0, "facet.field": [field], "facet.limit": -1}
        with clamp.every_facet_value():
            found = tk.get_action("package_search")(tk.fresh_context(context), query)
        for group in groups:
            group["package_count"] = found["facets"].get(field, {}).get(group[key], 0)
    return groups


def _without_hashes(group: dict[str, Any]) -> dict[str, Any]:
    for user in group.get("users") or ():
        user.pop("email_hash", None)
    return group
