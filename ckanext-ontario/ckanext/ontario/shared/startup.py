"""A portal that lacks its switch or its guards does not start.

CKAN has no notion of a plugin that must be there, so every plugin that could be loaded without
its guards asks here, in ``update_config``, before anything is served.
"""

from __future__ import annotations

import importlib

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import authz
from ckan.exceptions import CkanConfigurationException

from .portal import Portal, PortalNotDeclared, current

GUARD = "ontario_visibility"
"""The plugin that guards a portal; first, so that its gate and its labels win."""

REQUIRED = ("ontario_visibility", "ontario_schema", "ontario")
"""Plugins without which a portal's rules do not hold."""

COMPANIONS = {
    "datastore": "ontario_data",
    "dcat": "ontario_dcat",
    "harvest": "ontario_harvest",
    "xloader": "ontario_data",
}
"""Plugins that leave doors open, and the one of ours that closes them."""

_EVERYWHERE = frozenset({"tracking", "structured_data", "croissant", "dcat_json_interface"})
# The last three write a record's internal fields into pages and files (ontario_dcat does not).

FORBIDDEN: dict[Portal, frozenset[str]] = {
    Portal.INTERNAL: _EVERYWHERE,
    Portal.PUBLIC: _EVERYWHERE | {"harvest", "activity", "stats", "ontario_harvest"},
}
"""Plugins that would show what the portal's readers must not see."""

FORBIDDEN_PREFIXES: dict[Portal, tuple[str, ...]] = {
    Portal.INTERNAL: (),
    Portal.PUBLIC: ("ontario_harvester_", "ckan_harvester"),
}


class PortalRefused(CkanConfigurationException):
    """The portal may not start; the message is one sentence for the person who started it."""


def collect_functions() -> None:
    """Have CKAN collect actions, auth functions and validators before anything is served.

    It does so at first use, in the thread of a request, core's own first; another thread that asks
    meanwhile would get those without what plugins put in their place, guards among them.
    """
    tk.get_action("package_show")
    authz.auth_functions_list()
    tk.get_validator("not_empty")
    if p.plugin_loaded("harvest"):
        _part_functions_of_harvest()


def _part_functions_of_harvest() -> None:
    """Have ckanext-harvest list its actions alone when it is asked again.

    It (1.6) collects actions and auth functions into one dictionary, the default of an argument.
    """
    stock = importlib.import_module("ckanext.harvest.plugin")
    for kept in stock._get_logic_functions.__defaults__ or ():  # noqa: SLF001 -- nothing public does
        kept.clear()


def require_guards() -> Portal:
    """Return the portal this process serves.

    Raises:
        PortalRefused: when the portal is not declared, when a guarding plugin is missing or not
            first, or when a plugin is loaded that this portal must not have.
    """
    try:
        portal = current()
    except PortalNotDeclared as err:
        raise PortalRefused(str(err)) from err
    plugins = tk.aslist(tk.config.get("ckan.plugins"))
    if not plugins or plugins[0] != GUARD:
        raise PortalRefused(
            f"the {portal.value} portal does not start unless {GUARD} is the first of ckan.plugins"
        )
    refused = [name for name in plugins if _is_forbidden(name, portal)]
    if refused:
        raise PortalRefused(
            f"the {portal.value} portal does not start with {', '.join(refused)} in ckan.plugins"
        )
    companions = [ours for theirs, ours in COMPANIONS.items() if theirs in plugins]
    needed = dict.fromkeys((*REQUIRED, *companions))
    missing = [name for name in needed if name not in plugins]
    if missing:
        raise PortalRefused(
            f"the {portal.value} portal does not start without {', '.join(missing)} in ckan.plugins"
        )
    return portal


def _is_forbidden(plugin: str, portal: Portal) -> bool:
    return plugin in FORBIDDEN[portal] or plugin.startswith(FORBIDDEN_PREFIXES[portal])
