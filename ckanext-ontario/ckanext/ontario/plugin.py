"""The ``ontario`` plugin: theme, texts and helpers that every slice uses. It owns no tables."""

from __future__ import annotations

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.lib.plugins import DefaultTranslation

from ckanext.ontario import helpers, views
from ckanext.ontario.shared.startup import require_guards


@tk.blanket.helpers(helpers)
@tk.blanket.blueprints(views)
@tk.blanket.config_declarations
class OntarioPlugin(DefaultTranslation, p.SingletonPlugin):
    """Theme, French and English texts, shared template helpers, and ``/ontario/health``."""

    p.implements(p.IConfigurer)
    p.implements(p.ITranslation)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        """Add the theme, unless the portal lacks its guards."""
        require_guards()
        tk.add_template_directory(config, "templates")
        tk.add_public_directory(config, "public")
        tk.add_resource("assets", "ontario")
