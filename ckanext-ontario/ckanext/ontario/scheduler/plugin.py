"""The ``ontario_scheduler`` plugin: a table of contents."""

from __future__ import annotations

import ckan.plugins as p
import ckan.plugins.toolkit as tk

from ckanext.ontario.scheduler import cli
from ckanext.ontario.scheduler.logic import action, auth


@tk.blanket.actions(action)
@tk.blanket.auth_functions(auth)
@tk.blanket.cli(cli)
@tk.blanket.config_declarations
class SchedulerPlugin(p.SingletonPlugin):
    """Recurring jobs of both portals: ``ckan ontario-scheduler``."""
