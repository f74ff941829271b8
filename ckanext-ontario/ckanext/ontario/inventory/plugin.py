"""The ``ontario_inventory`` plugin: a table of contents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig

from ckanext.ontario.inventory import cli, helpers, hidden, views
from ckanext.ontario.inventory.logic import action, auth
from ckanext.ontario.shared import signals
from ckanext.ontario.shared.jobs import Cron, IScheduledJobs, ScheduledJob
from ckanext.ontario.shared.portal import Portal


@tk.blanket.actions(action)
@tk.blanket.auth_functions(auth)
@tk.blanket.blueprints(views)
@tk.blanket.cli(cli)
@tk.blanket.config_declarations
@tk.blanket.helpers(helpers)
class InventoryPlugin(p.SingletonPlugin):
    """The inventory as a whole: the explorer, the table that streams, and nightly dumps."""

    p.implements(p.IConfigurer)
    p.implements(p.ISignal)
    p.implements(IScheduledJobs, inherit=True)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        """Add templates and styles."""
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "ontario-inventory")

    # ISignal

    def get_signal_subscriptions(self) -> dict[Any, list[Any]]:
        """Listen for records that are hidden: dumps hold them still."""
        return {signals.records_hidden: [hidden.drop_dumps]}

    # IScheduledJobs

    def get_scheduled_jobs(self) -> Iterable[ScheduledJob]:
        """Write a dump every night, where everyone sees the same."""
        public = frozenset({Portal.PUBLIC})
        return [
            ScheduledJob("catalogue-dump", Cron("30 3 * * *"), "ontario_inventory_dump", {}, public)
        ]
