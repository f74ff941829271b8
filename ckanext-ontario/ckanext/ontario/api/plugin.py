"""The ``ontario_api`` plugin: a table of contents."""

from __future__ import annotations

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig

from ckanext.ontario.api import cli, views
from ckanext.ontario.shared.startup import require_guards


@tk.blanket.blueprints(views)
@tk.blanket.cli(cli)
@tk.blanket.config_declarations
class ApiPlugin(p.SingletonPlugin):
    """The description of the Action API: OpenAPI, errors, and what programs may expect."""

    p.implements(p.IConfigurer)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        """Add the templates, unless the portal lacks its guards."""
        require_guards()
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "ontario_api")
