"""The ``ontario_editing`` plugin: a table of contents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from flask import Blueprint

from ckanext.ontario.editing.form import actions as form_actions
from ckanext.ontario.editing.form import auth as form_auth
from ckanext.ontario.editing.form import helpers as form_helpers
from ckanext.ontario.editing.form import views as form_views
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
        """Refuse a portal without its guards; add templates and scripts."""
        require_guards()
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets/form", "ontario_editing_form")

    # IActions

    def get_actions(self) -> dict[str, Callable[..., Any]]:
        """Return what can be done with drafts."""
        return {"ontario_draft_finish": form_actions.ontario_draft_finish}

    # IAuthFunctions

    def get_auth_functions(self) -> dict[str, Callable[..., Any]]:
        """Return who may do it."""
        return {"ontario_draft_finish": form_auth.ontario_draft_finish}

    # IBlueprint

    def get_blueprint(self) -> list[Blueprint]:
        """Return where the forms are posted to."""
        return [form_views.ontario_editing_form]

    # ITemplateHelpers

    def get_helpers(self) -> dict[str, Callable[..., Any]]:
        """Return the helpers of the forms."""
        return {name: getattr(form_helpers, name) for name in form_helpers.__all__}
