"""The ``ontario_schema`` plugin: a table of contents."""

from __future__ import annotations

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig

from ckanext.ontario.schema import cli, helpers, renames, startup, views
from ckanext.ontario.schema.hooks import OrganizationHooks, RecordHooks
from ckanext.ontario.schema.index import IndexHooks
from ckanext.ontario.schema.logic import action, auth, validators
from ckanext.ontario.schema.presentation import FacetHooks, NameHooks
from ckanext.ontario.schema.search import SearchHooks
from ckanext.ontario.shared.batches import IRecordBatches
from ckanext.ontario.shared.startup import require_guards


@tk.blanket.actions(action)
@tk.blanket.auth_functions(auth)
@tk.blanket.validators(validators)
@tk.blanket.helpers(helpers)
@tk.blanket.blueprints(views)
@tk.blanket.cli(cli)
class SchemaPlugin(
    IndexHooks,
    SearchHooks,
    FacetHooks,
    NameHooks,
    RecordHooks,
    OrganizationHooks,
    p.SingletonPlugin,
):
    """The directive's metadata: fields, rules, licences, names of organizations, search."""

    p.implements(p.IConfigurer)
    p.implements(p.IConfigurable)
    p.implements(p.IPackageController, inherit=True)
    p.implements(IRecordBatches)
    p.implements(p.IFacets, inherit=True)
    p.implements(p.IGroupController, inherit=True)
    p.implements(p.IOrganizationController, inherit=True)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        """Refuse a portal without guards or with unmarked fields; add templates and licences."""
        require_guards()
        startup.require_marks(config)
        startup.use_licences(config)
        tk.add_template_directory(config, "templates")
        renames.install()

    # IConfigurable

    def configure(self, _config: CKANConfig) -> None:
        """Leave internal fields out of the schema on the public portal."""
        startup.hide_internal_fields()
