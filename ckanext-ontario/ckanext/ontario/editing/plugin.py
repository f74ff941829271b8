"""The ``ontario_editing`` plugin: a table of contents."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from flask import Blueprint

from ckanext.ontario.editing import helpers, views
from ckanext.ontario.editing.form import actions as form_actions
from ckanext.ontario.editing.form import auth as form_auth
from ckanext.ontario.editing.form import helpers as form_helpers
from ckanext.ontario.editing.form import views as form_views
from ckanext.ontario.editing.logic import auth, bulk, concurrency, copying, history
from ckanext.ontario.shared.startup import require_guards


class EditingPlugin(p.SingletonPlugin):
    """The forms in which ministries describe records, and ways to change many (internal portal)."""

    p.implements(p.IConfigurer)
    p.implements(p.IActions)
    p.implements(p.IAuthFunctions)
    p.implements(p.IBlueprint)
    p.implements(p.ITemplateHelpers)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        """Refuse a portal without its guards; add templates, styles and scripts."""
        require_guards()
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "ontario_editing")

    # IActions

    def get_actions(self) -> dict[str, Any]:
        """Return the slice's actions, and core's saves with a look at the version."""
        return _of(bulk, concurrency, copying, history, form_actions)

    # IAuthFunctions

    def get_auth_functions(self) -> dict[str, Any]:
        """Return who may do what."""
        return _of(auth, form_auth)

    # IBlueprint

    def get_blueprint(self) -> list[Blueprint]:
        """Return the pages, and where the forms are posted to."""
        return [*views.get_blueprints(), form_views.ontario_editing_form]

    # ITemplateHelpers

    def get_helpers(self) -> dict[str, Any]:
        """Return the helpers of forms and pages."""
        return _of(helpers, form_helpers)


def _of(*modules: Any) -> dict[str, Any]:
    """Return what modules declare as their public face."""
    return {name: getattr(module, name) for module in modules for name in module.__all__}
