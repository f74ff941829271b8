"""The ``ontario_votes`` plugin: a table of contents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import CKANConfig
from flask import Blueprint

from ckanext.ontario.shared import batches, signals
from ckanext.ontario.shared.jobs import Cron, Every, IScheduledJobs, ScheduledJob
from ckanext.ontario.shared.portal import Portal
from ckanext.ontario.shared.startup import PortalRefused, require_guards
from ckanext.ontario.votes import cli, config, helpers, upkeep, voters
from ckanext.ontario.votes.logic import action, auth, ranking, suggestions
from ckanext.ontario.votes.logic import upkeep as upkeep_actions
from ckanext.ontario.votes.outside import suggestion_views, views
from ckanext.ontario.votes.records import RecordHooks

PUBLIC = frozenset({Portal.PUBLIC})


@tk.blanket.auth_functions(auth)
@tk.blanket.cli(cli)
@tk.blanket.config_declarations
@tk.blanket.helpers(helpers)
class VotesPlugin(RecordHooks, p.SingletonPlugin):
    """Votes for datasets that should open first (public portal). Before ``ontario_schema``."""

    p.implements(p.IConfigurer)
    p.implements(p.IActions)
    p.implements(p.IBlueprint)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.ISignal)
    p.implements(IScheduledJobs, inherit=True)
    p.implements(batches.IRecordBatches)

    # IConfigurer

    def update_config(self, config_: CKANConfig) -> None:
        """Add the pages; refuse a portal without its guards or the key that hashes voters."""
        if require_guards() is not Portal.PUBLIC:
            raise PortalRefused("ontario_votes is for the public portal")
        if len(str(config_.get(config.KEY_OPTION) or "")) < config.SHORTEST_SECRET:
            raise PortalRefused(
                f"the public portal does not start without {config.KEY_OPTION} of at "
                f"least {config.SHORTEST_SECRET} characters; restore it from the backup, or make "
                "it if nobody has voted yet"
            )
        tk.add_template_directory(config_, "outside/templates")
        tk.add_resource("outside/assets", "ontario_votes")

    # IActions

    def get_actions(self) -> dict[str, Any]:
        """Return voting, the ranking, suggestions, and what administrators do."""
        return {
            name: getattr(module, name)
            for module in (action, ranking, suggestions, upkeep_actions)
            for name in module.__all__
        }

    # IBlueprint

    def get_blueprint(self) -> list[Blueprint]:
        """Return the pages, and the hooks that know a browser by its cookie."""
        return [
            voters.hooks,
            views.ontario_votes,
            suggestion_views.ontario_votes_suggestions,
        ]

    # ISignal

    def get_signal_subscriptions(self) -> dict[Any, list[Any]]:
        """Listen for records that are removed for good."""
        return {signals.records_hidden: [forget_removed]}

    # IScheduledJobs

    def get_scheduled_jobs(self) -> Iterable[ScheduledJob]:
        """Tell the index every half minute; compare and clear up at night."""
        return [
            ScheduledJob("votes-index", Every(seconds=30), "ontario_vote_index", {}, PUBLIC),
            ScheduledJob(
                "votes-reconcile", Cron("40 2 * * *"), "ontario_vote_reconcile", {}, PUBLIC
            ),
            ScheduledJob("votes-purge", Cron("50 2 * * *"), "ontario_vote_purge", {}, PUBLIC),
        ]

    # The interfaces' own methods would stand before those of the mix-in.
    after_dataset_show = RecordHooks.after_dataset_show
    after_dataset_search = RecordHooks.after_dataset_search
    before_dataset_index = RecordHooks.before_dataset_index
    reading_records = RecordHooks.reading_records
    records_saved = RecordHooks.records_saved


def forget_removed(_sender: Any, ids: Iterable[str], *, final: bool = False, **_more: Any) -> None:
    """Delete the votes of records that never come back; those of withdrawn ones wait."""
    if final:
        upkeep.forget(list(ids))
        model.Session.commit()
