"""The ``ontario_dcat`` plugin: a table of contents."""

from __future__ import annotations

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig

from ckanext.ontario.dcat import cli, config, helpers, views
from ckanext.ontario.dcat.logic import action
from ckanext.ontario.shared.startup import PortalRefused, require_guards


@tk.blanket.actions(action)
@tk.blanket.blueprints(views)
@tk.blanket.cli(cli)
@tk.blanket.helpers(helpers)
class DcatPlugin(p.SingletonPlugin):
    """Records as DCAT, through ckanext-dcat: bilingual, with the European vocabularies."""

    p.implements(p.IConfigurer)

    def update_config(self, config_: CKANConfig) -> None:
        """Add the templates; let nobody choose a profile that writes internal fields.

        Raises:
            PortalRefused: when ckanext-dcat's own views are on; they ask for no profile of ours.
        """
        require_guards()
        if tk.asbool(config_.get(config.ENDPOINTS_OPTION, True)):
            raise PortalRefused(f"the portal does not start unless {config.ENDPOINTS_OPTION}=false")
        config_[config.PROFILES_OPTION] = config.PROFILE
        tk.add_template_directory(config_, "templates")
