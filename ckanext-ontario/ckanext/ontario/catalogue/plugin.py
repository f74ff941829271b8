"""The ``ontario_catalogue`` plugin: a table of contents."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from flask import Blueprint

from ckanext.ontario.catalogue import feeds_views, helpers, home_views, record_views, search_views
from ckanext.ontario.catalogue.search_hooks import ChoiceHooks


@tk.blanket.helpers(helpers)
class CataloguePlugin(ChoiceHooks, p.SingletonPlugin):
    """Pages on which people find and read records: search, dataset, resource, feeds."""

    p.implements(p.IConfigurer)
    p.implements(p.IBlueprint)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.ISignal)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        """Add the templates and assets."""
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "ontario_catalogue")

    # IBlueprint

    def get_blueprint(self) -> list[Blueprint]:
        """Return the pages and feeds; CKAN asks plugins before itself."""
        return [
            search_views.ontario_catalogue_search,
            feeds_views.ontario_catalogue_feeds,
        ]

    # ISignal

    def get_signal_subscriptions(self) -> dict[Any, list[Any]]:
        """Put our pages behind CKAN's endpoints while its blueprints are made."""
        receivers = (record_views.install, home_views.install)
        return {tk.signals.register_blueprint: list(receivers)}
