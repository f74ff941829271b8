"""Ministries and topics: counts of what the reader may see, members without e-mail hashes."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.lib.dictization import model_dictize
from ckan.types import Action, Context, DataDict

from ckanext.ontario.shared import portal
from ckanext.ontario.visibility import listings, memberships
from ckanext.ontario.visibility.outward import without_extras
from ckanext.ontario.visibility.reading import readable, remember_users

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
    return _listed(next_action, context, data_dict, "group")


@tk.chained_action
@tk.side_effect_free
def organization_list(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return organizations; sorting by record count is refused as in ``group_list``."""
    return _listed(next_action, context, data_dict, "organization")


@tk.chained_action
@tk.side_effect_free
def group_list_authz(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return topics the user may add records to, counted for this reader."""
    return _counted(next_action, context, data_dict, "group")


@tk.chained_action
@tk.side_effect_free
def organization_list_for_user(_next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return organizations in which a user has a permission, counted for this reader.

    Core's answer, found without a recursive statement for each organization.
    """
    return _counted(_permitted, context, data_dict, "organization")


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
    remember_users(one for one, kind, _role in members if kind == "user")
    if authz.is_sysadmin(context.get("user")) or context.get("ignore_auth"):
        return members
    visible = set(readable(context, {one for one, kind, _role in members if kind == "package"}))
    return [member for member in members if member[1] != "package" or member[0] in visible]


def _listed(next_action: Action, context: Context, data_dict: DataDict, kind: str) -> Any:
    if portal.is_internal():  # outside, no record is hidden
        _refuse_sort_by_count(context, data_dict)
    found = listings.listed(next_action, context, data_dict, kind)
    without_extras(found)
    return found


def _refuse_sort_by_count(context: Context, data_dict: DataDict) -> None:
    asked = f"{data_dict.get('sort') or ''} {data_dict.get('order_by') or ''}"
    if any(name in asked for name in _BY_COUNT) and not authz.is_sysadmin(context.get("user")):
        raise tk.ValidationError(
            {"sort": [tk._("Sorting by number of datasets is not available on this portal.")]}
        )


def _counted(
    next_action: Action, context: Context, data_dict: DataDict, kind: str
) -> list[dict[str, Any]]:
    plain = {**data_dict, "include_dataset_count": False, "include_member_count": False}
    groups = next_action(context, plain)
    if groups and tk.asbool(data_dict.get("include_dataset_count", False)):
        counts = listings.dataset_counts(context, kind)
        for group in groups:
            group["package_count"] = counts.get(
                group["id" if kind == "organization" else "name"], 0
            )
    if groups and tk.asbool(data_dict.get("include_member_count", False)):
        members = memberships.member_counts([group["id"] for group in groups])
        for group in groups:
            group["member_count"] = members.get(group["id"], 0)
    return groups


def _permitted(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    user = model.User.get(data_dict.get("id") or context.get("user"))
    if user is None and data_dict.get("id"):
        raise tk.ObjectNotFound
    tk.check_access("organization_list_for_user", context, data_dict)
    permission = str(data_dict.get("permission", "manage_group"))
    roles = memberships.organizations_of(user, permission) if user else {}
    query: Any = model.Session.query(model.Group).filter(model.Group.id.in_(roles))
    with_roles = [(group, roles[group.id]) for group in query] if roles else []
    context["with_capacity"] = True
    return model_dictize.group_list_dictize(
        with_roles, context, with_package_counts=False, with_member_counts=False
    )


def _without_hashes(group: dict[str, Any]) -> dict[str, Any]:
    for user in group.get("users") or ():
        user.pop("email_hash", None)
    without_extras([group])
    return group
