"""The ``ontario_translation`` plugin: a table of contents."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig

from ckanext.ontario.shared import batches, signals
from ckanext.ontario.shared.startup import require_guards
from ckanext.ontario.translation import cli, views
from ckanext.ontario.translation.logic import action, auth
from ckanext.ontario.translation.records import RecordHooks, forget_removed


@tk.blanket.actions(action)
@tk.blanket.auth_functions(auth)
@tk.blanket.blueprints(views)
@tk.blanket.cli(cli)
class TranslationPlugin(RecordHooks, p.SingletonPlugin):
    """The translator's queue: texts that lack a language or fell behind it (internal portal)."""

    p.implements(p.IConfigurer)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.ISignal)
    p.implements(batches.IRecordBatches)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        """Refuse a portal without its guards; add the pages."""
        require_guards()
        tk.add_template_directory(config, "templates")

    # ISignal

    def get_signal_subscriptions(self) -> dict[Any, list[Any]]:
        """Listen for records that are removed for good."""
        return {signals.records_hidden: [forget_removed]}

    # The interfaces' own methods would stand before those of the mix-in.
    after_dataset_create = RecordHooks.after_dataset_create
    after_dataset_update = RecordHooks.after_dataset_update
    reading_records = RecordHooks.reading_records
    records_saved = RecordHooks.records_saved
