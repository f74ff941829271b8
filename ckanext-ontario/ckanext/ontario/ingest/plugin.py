"""The ``ontario_ingest`` plugin: a table of contents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk

from ckanext.ontario.ingest import cli
from ckanext.ontario.ingest.logic import action, auth, chained
from ckanext.ontario.shared.jobs import Every, IScheduledJobs, ScheduledJob


@tk.blanket.auth_functions(auth)
@tk.blanket.cli(cli)
@tk.blanket.config_declarations
class IngestPlugin(p.SingletonPlugin):
    """Batch writer, index writer, runs and issues, on both portals."""

    p.implements(p.IActions)
    p.implements(IScheduledJobs, inherit=True)

    def get_actions(self) -> dict[str, Any]:
        """Return ingest's own actions, and the core ones that heed a batch."""
        own = {name: getattr(action, name) for name in action.__all__}
        return {**own, **chained.get_actions()}

    def get_scheduled_jobs(self) -> Iterable[ScheduledJob]:
        """Index every few minutes what a crash or an outage of Solr left behind."""
        return [ScheduledJob("ingest-index", Every(seconds=300), "ontario_ingest_index")]
