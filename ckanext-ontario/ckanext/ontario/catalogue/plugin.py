"""The ``ontario_catalogue`` plugin: a table of contents."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig

from ckanext.ontario.catalogue import home_views, record_views


class CataloguePlugin(p.SingletonPlugin):
    """Pages on which people find and read records: search, dataset, resource, inventory, feeds."""

    p.implements(p.IConfigurer)
    p.implements(p.ISignal)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        """Add the templates and styles of the pages."""
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "ontario_catalogue")

    # ISignal

    def get_signal_subscriptions(self) -> dict[Any, list[Any]]:
        """Put our pages behind CKAN's endpoints while its blueprints are made."""
        receivers = (record_views.install, home_views.install)
        return {tk.signals.register_blueprint: list(receivers)}
