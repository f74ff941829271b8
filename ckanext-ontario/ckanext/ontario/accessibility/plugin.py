"""The ``ontario_accessibility`` plugin: a table of contents."""

from __future__ import annotations

from collections.abc import Iterable

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig

from ckanext.ontario.accessibility import views
from ckanext.ontario.accessibility.logic import action, auth
from ckanext.ontario.shared.jobs import Every, IScheduledJobs, ScheduledJob
from ckanext.ontario.shared.startup import require_guards


@tk.blanket.actions(action)
@tk.blanket.auth_functions(auth)
@tk.blanket.blueprints(views)
@tk.blanket.config_declarations
class AccessibilityPlugin(p.SingletonPlugin):
    """The accessibility statement and reports of barriers, on both portals."""

    p.implements(p.IConfigurer)
    p.implements(IScheduledJobs, inherit=True)

    # IConfigurer

    def update_config(self, config_: CKANConfig) -> None:
        """Add the pages and the way to them in the footer."""
        require_guards()
        tk.add_template_directory(config_, "templates")

    # IScheduledJobs

    def get_scheduled_jobs(self) -> Iterable[ScheduledJob]:
        """Mail reports every five minutes."""
        return [ScheduledJob("accessibility-mail", Every(seconds=300), "ontario_barrier_send", {})]
