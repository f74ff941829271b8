"""The ``ontario_editing`` plugin: a table of contents."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk

from ckanext.ontario.editing import helpers, views
from ckanext.ontario.editing.logic import auth, bulk, concurrency, copying, history


@tk.blanket.auth_functions(auth)
@tk.blanket.blueprints(views.get_blueprints)
@tk.blanket.helpers(helpers)
class EditingPlugin(p.SingletonPlugin):
    """The forms in which ministries describe records, and ways to change many (internal portal)."""

    p.implements(p.IConfigurer)
    p.implements(p.IActions)

    # IConfigurer

    def update_config(self, config: Any) -> None:
        """Add the templates, styles and scripts."""
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "ontario_editing")

    # IActions

    def get_actions(self) -> dict[str, Any]:
        """Return the slice's actions, and core's saves with a look at the version."""
        return {
            name: getattr(module, name)
            for module in (bulk, concurrency, copying, history)
            for name in module.__all__
        }
