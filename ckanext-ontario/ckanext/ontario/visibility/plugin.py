"""The ``ontario_visibility`` plugin: a table of contents."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.types import ChainedAction
from flask import Blueprint, Flask

from ckanext.ontario.shared import portal
from ckanext.ontario.shared.startup import PortalRefused, require_guards
from ckanext.ontario.visibility import cli, fixed, gate, helpers, hooks, policy, private, routing
from ckanext.ontario.visibility.clamp import SearchClamp
from ckanext.ontario.visibility.domain import Decision
from ckanext.ontario.visibility.labels import PermissionLabels
from ckanext.ontario.visibility.logic import auth
from ckanext.ontario.visibility.logic.action import gates
from ckanext.ontario.visibility.outward import OutwardFields
from ckanext.ontario.visibility.policy import lock, subjects


@tk.blanket.cli(cli)
@tk.blanket.helpers(helpers)
@tk.blanket.config_declarations
class VisibilityPlugin(OutwardFields, SearchClamp, PermissionLabels, p.SingletonPlugin):
    """The portal switch and its guards: who sees what, on both portals. Comes first."""

    p.implements(p.IConfigurer)
    p.implements(p.IConfigurable)
    p.implements(p.IBlueprint)
    p.implements(p.IMiddleware, inherit=True)
    p.implements(p.IActions)
    p.implements(p.IAuthFunctions)
    p.implements(p.IPermissionLabels)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IResourceController, inherit=True)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        """Refuse a portal without its guards; fix the options that would open it."""
        fixed.apply(config, require_guards())

    # IConfigurable

    def configure(self, _config: CKANConfig) -> None:
        """Refuse a portal whose labels come from another plugin; keep packages private."""
        first = next(iter(p.PluginImplementations(p.IPermissionLabels)))
        if first.name != self.name:
            raise PortalRefused(
                f"permission labels would come from {first.name}; CKAN asks only the first such "
                f"plugin, and that must be {self.name}"
            )
        private.install()

    # IBlueprint

    def get_blueprint(self) -> list[Blueprint]:
        """Return the gate for anonymous callers, then the table of endpoints."""
        return [gate.gate, routing.routing]

    # IMiddleware

    def make_middleware(self, app: Flask, _config: CKANConfig) -> Flask:
        """Look at the hooks of the finished application; wraps nothing."""
        gate.install_cache_headers(app)
        hooks.check_views(app)
        if portal.is_internal():
            hooks.check(app)
        return app

    # IActions

    def get_actions(self) -> dict[str, ChainedAction]:
        """Return the gates and locks of this portal's policy table."""
        table = policy.of(portal.current())
        known = lock.registered(besides=self.name)
        found = {**subjects.gates(known), **gates()}
        chosen = {n: f for n, f in found.items() if table.get(n) is Decision.GATE and n in known}
        return {**lock.locks(table, known), **chosen}

    # IAuthFunctions

    def get_auth_functions(self) -> dict[str, Any]:
        """Return what hides that a record exists from those who may not read it."""
        return {name: getattr(auth, name) for name in auth.__all__}

    # IPackageController

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        """Clamp what a search may ask (see :mod:`.clamp`)."""
        return SearchClamp.before_dataset_search(self, search_params)

    # The interfaces' own methods would stand before those of the mix-in.
    after_dataset_show = OutwardFields.after_dataset_show
    after_dataset_search = OutwardFields.after_dataset_search
    before_resource_show = OutwardFields.before_resource_show
