"""The ``ontario_visibility`` plugin: a table of contents."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.types import Context
from flask import Blueprint, Flask

from ckanext.ontario.shared import portal, sessions
from ckanext.ontario.shared.jobs import Cron, IScheduledJobs, ScheduledJob
from ckanext.ontario.shared.portal import Portal
from ckanext.ontario.shared.startup import PortalRefused, collect_functions, require_guards
from ckanext.ontario.visibility import (
    caching,
    cli,
    fixed,
    gate,
    helpers,
    hooks,
    policy,
    private,
    routing,
)
from ckanext.ontario.visibility.access import actions, data, downloads, views
from ckanext.ontario.visibility.access import auth as access_auth
from ckanext.ontario.visibility.clamp import SearchClamp
from ckanext.ontario.visibility.domain import Decision
from ckanext.ontario.visibility.labels import PermissionLabels
from ckanext.ontario.visibility.logic import auth
from ckanext.ontario.visibility.logic.action import gates
from ckanext.ontario.visibility.outward import OutwardFields, without_extras
from ckanext.ontario.visibility.policy import lock, subjects
from ckanext.ontario.visibility.registration import actions as registration
from ckanext.ontario.visibility.registration import views as registration_views


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
    p.implements(IScheduledJobs, inherit=True)
    p.implements(p.IResourceController, inherit=True)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        """Refuse a portal without its guards; fix the options that would open it; add templates."""
        fixed.apply(config, require_guards())
        tk.add_template_directory(config, "templates")

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
        """Return the gate for anonymous callers, the table of endpoints, then pages."""
        inside = [downloads.downloads, views.requests]
        pages = inside if portal.is_internal() else [registration_views.registration]
        return [gate.gate, routing.routing, *pages]

    # IMiddleware

    def make_middleware(self, app: Flask, _config: CKANConfig) -> Flask:
        """Look at the hooks of the finished application; the public one outlasts its Redis."""
        collect_functions()
        caching.install_cache_headers(app)
        hooks.check_views(app)
        if portal.is_internal():
            hooks.check(app)
        else:
            sessions.install(app)
        return app

    # IActions

    def get_actions(self) -> dict[str, Any]:
        """Return the gates and locks of this portal's policy table, and the slice's own actions."""
        table = policy.of(portal.current())
        known = lock.registered(besides=self.name)
        named = subjects.gates(known)
        found = {**named, **gates()}
        chosen = {n: f for n, f in found.items() if table.get(n) is Decision.GATE and n in known}
        inside = {name: getattr(actions, name) for name in actions.__all__}
        outside = {"ontario_registration_expire": registration.ontario_registration_expire}
        own: dict[str, Any] = inside if portal.is_internal() else outside
        return {**lock.locks(table, known, named), **chosen, **own}

    # IAuthFunctions

    def get_auth_functions(self) -> dict[str, Any]:
        """Return who may know of a record; inside, who may use its files."""
        existence = {name: getattr(auth, name) for name in auth.__all__}
        outside = {"ontario_registration_expire": registration.may_expire}
        return {**existence, **(access_auth.functions() if portal.is_internal() else outside)}

    # IScheduledJobs

    def get_scheduled_jobs(self) -> list[ScheduledJob]:
        """End grants after their last day, and registrations that nobody confirmed."""
        return [
            ScheduledJob(
                "access-grants-end",
                Cron("5 0 * * *"),
                "ontario_access_request_expire",
                portals=frozenset({Portal.INTERNAL}),
            ),
            ScheduledJob(
                "registrations-end",
                Cron("10 0 * * *"),
                "ontario_registration_expire",
                portals=frozenset({Portal.PUBLIC}),
            ),
        ]

    # IPackageController

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        """Keep addresses of files out of the index that some readers may not know."""
        return data.hide_addresses(pkg_dict)

    def after_dataset_show(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        """Take away what the schema does not know, and addresses the reader may not use."""
        if context.get("validate", True):  # as stored, it goes to the index, which validates it
            without_extras([pkg_dict])
        data.withhold(context, [pkg_dict])

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        """Clamp what a search may ask (see :mod:`.clamp`)."""
        return SearchClamp.before_dataset_search(self, search_params)

    # The interfaces' own methods would stand before those of the mix-in.
    after_dataset_search = OutwardFields.after_dataset_search
    before_resource_show = OutwardFields.before_resource_show
