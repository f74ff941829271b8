"""The ``ontario_harvest`` plugin: a table of contents."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk

from ckanext.ontario.harvest import cli, helpers, views
from ckanext.ontario.harvest.logic import action, auth, auth_chain, form, runs, sources, stock
from ckanext.ontario.shared.jobs import Cron, Every, IScheduledJobs, ScheduledJob
from ckanext.ontario.shared.portal import Portal


@tk.blanket.blueprints(views.get_blueprints)
@tk.blanket.cli(cli)
@tk.blanket.config_declarations
@tk.blanket.helpers(helpers)
class HarvestPlugin(p.SingletonPlugin):
    """Harvest sources, plans and reports of the internal portal."""

    p.implements(p.IActions)
    p.implements(p.IAuthFunctions)
    p.implements(p.IConfigurer, inherit=True)
    p.implements(p.IPackageController, inherit=True)
    p.implements(IScheduledJobs, inherit=True)

    def update_config(self, config: Any) -> None:
        """Put the templates before ckanext-harvest's, and say where styles and scripts are."""
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "ontario_harvest")

    def get_actions(self) -> dict[str, Any]:
        """Return the slice's actions, and ckanext-harvest's that it answers itself."""
        return {
            name: getattr(module, name)
            for module in (action, form, runs, sources, stock)
            for name in module.__all__
        }

    def get_auth_functions(self) -> dict[str, Any]:
        """Return who may do what, ckanext-harvest's open doors closed."""
        return {
            name: getattr(module, name) for module in (auth, auth_chain) for name in module.__all__
        }

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        """Keep a source's configuration out of the index, where it would be searchable."""
        if pkg_dict.get("dataset_type") == "harvest":
            for key in ("config", "extras_config", *json.loads(pkg_dict.get("config") or "{}")):
                pkg_dict.pop(key, None)
        return pkg_dict

    def get_scheduled_jobs(self) -> Iterable[ScheduledJob]:
        """Run what is due every minute; forget old runs and unused documents every night."""
        internal = frozenset({Portal.INTERNAL})
        return [
            ScheduledJob("harvest-jobs-run", Every(60), "harvest_jobs_run", portals=internal),
            ScheduledJob(
                "harvest-runs-clean",
                Cron("40 2 * * *"),
                "ontario_harvest_run_clean",
                portals=internal,
            ),
            ScheduledJob(
                "harvest-uploads-clean",
                Cron("50 2 * * *"),
                "ontario_harvest_upload_clean",
                portals=internal,
            ),
        ]
