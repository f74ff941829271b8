"""Lists of organizations and topics with all fields: as core answers, in a few statements.

Core calls ``organization_show`` for each one listed: a search for its count and half a dozen
statements each time. Here they are read together and counted by one search; what an entry looks
like is still made by core's dictization and the organization's own schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import plugins as lib_plugins
from ckan.lib.dictization import model_dictize
from ckan.types import Action, Context, DataDict
from sqlalchemy import orm

from ckanext.ontario.visibility import clamp, memberships

ONE_BY_ONE = ("include_datasets", "include_followers", "include_groups", "include_tags")
"""Additions that core looks up for each one; ``include_users`` also asks who may see them."""

FLAGS = (
    *ONE_BY_ONE,
    "include_dataset_count",
    "include_extras",
    "include_member_count",
    "include_users",
)

FACETS = {"organization": "owner_org", "group": "groups"}


def listed(next_action: Action, context: Context, data_dict: DataDict, kind: str) -> Any:
    """Return a list of organizations or topics as ``organization_list`` and ``group_list`` do."""
    if not tk.asbool(data_dict.get("all_fields")) or not _is_readable(data_dict):
        return next_action(context, data_dict)  # core says what is wrong with a flag
    if any(_asked(data_dict, name) for name in (*ONE_BY_ONE, "include_users")):
        counted = {**context}
        if _asked(data_dict, "include_dataset_count", otherwise=True):
            counted["dataset_counts"] = {FACETS[kind]: dataset_counts(context, kind)}
        return next_action(cast(Context, counted), data_dict)
    chosen = next_action(context, {**data_dict, "all_fields": False, "limit": _limit(data_dict)})
    return _with_all_fields(context, data_dict, kind, chosen)


def dataset_counts(context: Context, kind: str) -> Mapping[str, int]:
    """Return how many records of each organization (by id) or topic (by name) a reader may see."""
    # As core counts: private records are counted for ministries (labels still decide), and not
    # for topics.
    private = {"include_private": True} if kind == "organization" else {}
    query = {"rows": 0, "facet.field": [FACETS[kind]], "facet.limit": -1, **private}
    with clamp.every_facet_value():
        found = tk.get_action("package_search")(tk.fresh_context(context), query)
    counts: Mapping[str, int] = found["facets"].get(FACETS[kind], {})
    return counts


def _limit(data_dict: DataDict) -> Any:
    most = tk.config["ckan.group_and_organization_list_all_fields_max"]
    limit = data_dict.get("limit")
    try:
        return most if limit is None else min(int(limit), most)
    except (TypeError, ValueError):
        return limit  # core says what is wrong with it


def _with_all_fields(
    context: Context, data_dict: DataDict, kind: str, chosen: Iterable[str]
) -> list[dict[str, Any]]:
    groups = _read(kind, chosen)
    shown = cast(Context, {**context})
    if _asked(data_dict, "include_dataset_count", otherwise=True):
        shown["dataset_counts"] = {FACETS[kind]: dataset_counts(context, kind)}
    members: Mapping[str, int] | None = None
    if _asked(data_dict, "include_member_count"):
        members = memberships.member_counts([group.id for group in groups])
    if groups:
        # Active ones, asked for without their members: core's answer is the same for each.
        wanted = {**data_dict, "id": groups[0].id, "include_users": False}
        tk.check_access(f"{kind}_show", cast(Context, {**context}), wanted)
    return [_shown(shown, data_dict, kind, group, members) for group in groups]


def _read(kind: str, chosen: Iterable[str]) -> list[model.Group]:
    """Read groups with their extras, in the order of their names (or ids)."""
    wanted = list(chosen)
    extras: Any = cast(Any, model.Group)._extras  # noqa: SLF001 -- CKAN's name of the relation
    query: Any = model.Session.query(model.Group).filter(
        model.Group.is_organization.is_(kind == "organization"),
        model.Group.name.in_(wanted) | model.Group.id.in_(wanted),
    )
    found = list(query.options(orm.selectinload(extras)))
    by_key = {group.id: group for group in found} | {group.name: group for group in found}
    return [by_key[one] for one in wanted if one in by_key]


def _shown(
    context: Context,
    data_dict: DataDict,
    kind: str,
    group: model.Group,
    members: Mapping[str, int] | None,
) -> dict[str, Any]:
    context["group"] = group
    counts = _asked(data_dict, "include_dataset_count", otherwise=True)
    entry = model_dictize.group_dictize(
        group,
        context,
        packages_field="dataset_count" if counts else None,
        include_tags=False,
        include_extras=_asked(data_dict, "include_extras"),
        include_groups=False,
        include_users=False,
    )
    if members is not None:
        entry["member_count"] = members.get(group.id, 0)
    interface = p.IOrganizationController if kind == "organization" else p.IGroupController
    for plugin in p.PluginImplementations(cast(Any, interface)):
        plugin.read(group)
    entry["num_followers"] = 0
    form: Any = lib_plugins.lookup_group_plugin(entry["type"])
    schema = context.get("schema") or form.show_group_schema()
    validated, _errors = lib_plugins.plugin_validate(form, context, entry, schema, f"{kind}_show")
    return validated


def _asked(data_dict: DataDict, name: str, *, otherwise: bool = False) -> bool:
    return bool(tk.asbool(data_dict.get(name, otherwise)))


def _is_readable(data_dict: DataDict) -> bool:
    try:
        for name in FLAGS:
            _asked(data_dict, name)
    except ValueError:
        return False
    return True
