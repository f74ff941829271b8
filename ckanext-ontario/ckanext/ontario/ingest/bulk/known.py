"""What the bulk writer knows by name: CKAN's version, hooks, observers, chained actions.

It reproduces what they do for a record. Where a portal has anything else, records are written and
indexed one by one, through everything that is there.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import ckan
import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import authz, model
from ckan.lib import signals

from ckanext.ontario.ingest.bulk import stored
from ckanext.ontario.shared.batches import IRecordBatches

VERSIONS = frozenset({"2.11.6"})
"""Versions of CKAN whose ``package_create`` and ``package_update`` were compared with ours."""

SAVE_HOOKS = ("create", "edit", "after_dataset_create", "after_dataset_update")
INDEX_HOOKS = ("read", "before_dataset_index", "after_dataset_show")

SAVES_NOTHING = frozenset({"harvest", "ontario_visibility", "dcat"})
"""Plugins whose hooks do nothing for records of ours (ckanext-harvest's are for its sources)."""

SHOWS = frozenset(
    {"ontario_visibility", "ontario_harvest", "ontario_publication", "ontario_schema"}
    | {"harvest", "dcat", "ontario_data", "ontario_votes", "datastore", "xloader"}
)
"""Plugins whose hooks of showing and indexing were compared on records read together."""

OBSERVERS = frozenset({"ontario_data", "xloader", "synchronous_search"})
"""Observers that look at resources alone; the last one indexes."""

CHAINS = {
    "package_create": {"ontario_visibility", "ontario_harvest"},
    "package_update": {"ontario_visibility", "ontario_harvest", "ontario_editing"},
    "package_show": {"ontario_schema", "ontario_visibility", "ontario_publication"},
    "package_owner_org_update": {"ontario_visibility"},
    "activity_create": {"activity", "ontario_ingest", "ontario_visibility"},
}
"""Action → plugins that answer it or stand before it, and do nothing for the portal itself."""

LISTENERS = frozenset(
    {
        ("ckanext.ontario.visibility.private", "_make_private"),
        ("ckanext.ontario.schema.renames", "_remember"),
        ("ckanext.activity.subscriptions", "package_changed"),
    }
)
"""Listeners to saves: the writer makes packages private, renames nothing, writes the activity."""


def obstacles_to_writing(user: str) -> list[str]:
    """Return why records can't be written by rows on this portal, by this user; empty if they can.

    Args:
        user: name of who writes.
    """
    found = [*_version(), *_show_hooks(), *_save_hooks(), *_observers(), *_chains(), *_listeners()]
    if not authz.is_sysadmin(user):
        found.append(f"user {user}")
    return found


def obstacles_to_reading() -> list[str]:
    """Return why records can't be read together for the index; empty if they can."""
    return [*_version(), *_show_hooks(), *_chains(["package_show"])]


def has_activity() -> bool:
    """Say whether saves are written to the activity stream."""
    heard = [_name(one) for one in signals.action_succeeded.receivers_for("package_create")]
    enabled = tk.config.get("ckan.activity_streams_enabled")
    return bool(enabled) and any(one.startswith("ckanext.activity.") for one, _function in heard)


def _version() -> Iterator[str]:
    if ckan.__version__ not in VERSIONS:
        yield f"CKAN {ckan.__version__}"


def _save_hooks() -> Iterator[str]:
    batched = {plugin.name for plugin in p.PluginImplementations(IRecordBatches)}
    for plugin in _overriding(p.IPackageController, SAVE_HOOKS):
        if plugin.name not in batched | SAVES_NOTHING:
            yield f"hook {plugin.name}"


def _show_hooks() -> Iterator[str]:
    found = [
        *_overriding(p.IPackageController, INDEX_HOOKS),
        *_overriding(p.IResourceController, ("before_resource_show",)),
    ]
    yield from (f"hook {plugin.name}" for plugin in found if plugin.name not in SHOWS)


def _overriding(interface: Any, names: Iterable[str]) -> Iterator[Any]:
    for plugin in p.PluginImplementations(interface):
        if any(getattr(type(plugin), n, None) is not getattr(interface, n) for n in names):
            yield plugin


def _observers() -> Iterator[str]:
    for plugin in p.PluginImplementations(p.IDomainObjectModification):
        if plugin.name not in OBSERVERS:
            yield f"observer {plugin.name}"
    for plugin in p.PluginImplementations(p.IResourceUrlChange):
        yield f"observer {plugin.name}"


def _chains(actions: Iterable[str] = tuple(CHAINS)) -> Iterator[str]:
    names = tuple(plugin.name for plugin in p.PluginImplementations(p.IActions))
    yield from _strange_links(names, tuple(actions))


@cache
def _strange_links(plugins: tuple[str, ...], actions: tuple[str, ...]) -> list[str]:
    """Return the actions of plugins that are not known; asked once for the same plugins."""
    return [
        f"action {action} of {plugin.name}"
        for plugin in p.PluginImplementations(p.IActions)
        if plugin.name in plugins
        for action in sorted(CHAINS.keys() & set(actions) & plugin.get_actions().keys())
        if plugin.name not in CHAINS[action]
    ]


def _listeners() -> Iterator[str]:
    for entity in (model.Package, model.Resource, model.PackageExtra, model.PackageTag,
                   model.Member, model.Tag):  # fmt: skip
        mapper: Any = sa.inspect(entity)
        for event in ("before_insert", "after_insert", "before_update", "after_update"):
            yield from _unknown(getattr(mapper.dispatch, event))
    for action in ("package_create", "package_update"):
        yield from _unknown(signals.action_succeeded.receivers_for(action))


def _unknown(listeners: Iterable[Any]) -> Iterator[str]:
    names = (_name(one) for one in listeners)
    yield from (f"listener {'.'.join(one)}" for one in names if one not in LISTENERS)


def _name(function: Any) -> tuple[str, str]:
    # SQLAlchemy wraps listeners in a function of its own.
    inner = inspect.getclosurevars(function).nonlocals.get("fn", function)
    return inner.__module__, inner.__qualname__


def is_plain(record: Any, before: stored.Stored | None) -> bool:
    """Say whether a record is one that rows alone make: nothing uploaded, related or deleted.

    Args:
        record: as it is to be written.
        before: its rows, if it was there.
    """
    resources = record.get("resources") or []
    kept = before.resources if before else []
    return (
        record.get("state") in {None, "active", "draft"}
        and bool(record.get("owner_org"))
        and not any(record.get(key) for key in _SPECIAL)
        and not any(key in record for key in _VERSIONS)
        and isinstance(resources, list)
        and all(isinstance(one, dict) and _is_link(one) for one in resources)
        and (before is None or _is_same(record, before.package))
        and all(_is_link({**row._asdict(), **(row.extras or {})}) for row in kept)
        and not (before and (before.as_subject or before.as_object))
    )


_SPECIAL = ("plugin_data", "document", "relationships_as_subject", "relationships_as_object")
_VERSIONS = ("ontario_expected_version", "ontario_save_over")


def _is_same(record: Any, package: Any) -> bool:
    """Say whether a save keeps the name and the state, which are more than rows."""
    name, state = record.get("name") or package.name, record.get("state") or package.state
    return (name, state) == (package.name, package.state) and state in {"active", "draft"}


_OF_FILES = ("upload", "clear_upload", "datastore_active")


def _is_link(resource: Any) -> bool:
    return not resource.get("url_type") and not any(resource.get(key) for key in _OF_FILES)
