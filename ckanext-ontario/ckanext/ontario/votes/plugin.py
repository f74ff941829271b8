"""The ``ontario_votes`` plugin: a table of contents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import CKANConfig
from flask import Blueprint

from ckanext.ontario.shared import batches, demand, portal, release_kinds, signals
from ckanext.ontario.shared.jobs import Cron, Every, IScheduledJobs, ScheduledJob
from ckanext.ontario.shared.portal import Portal
from ckanext.ontario.shared.startup import PortalRefused, require_guards
from ckanext.ontario.votes import cli, config, helpers, upkeep, voters
from ckanext.ontario.votes.logic import action, auth, ranking, suggestions
from ckanext.ontario.votes.logic import upkeep as upkeep_actions
from ckanext.ontario.votes.ministry import answering, responses, tallies
from ckanext.ontario.votes.ministry import auth as ministry_auth
from ckanext.ontario.votes.ministry import demand as pulled
from ckanext.ontario.votes.ministry import views as ministry_views
from ckanext.ontario.votes.opening import actions as opening_actions
from ckanext.ontario.votes.opening import auth as opening_auth
from ckanext.ontario.votes.opening import subscriptions
from ckanext.ontario.votes.opening import views as opening_views
from ckanext.ontario.votes.outside import suggestion_views, views
from ckanext.ontario.votes.records import RecordHooks

PUBLIC = frozenset({Portal.PUBLIC})
INSIDE = frozenset({Portal.INTERNAL})

VOTING = (action, ranking, suggestions, upkeep_actions, opening_actions)
"""Modules that hold the public portal's actions; of answers it has but the reading."""


@tk.blanket.cli(cli)
@tk.blanket.config_declarations
@tk.blanket.helpers(helpers)
class VotesPlugin(RecordHooks, p.SingletonPlugin):
    """Votes for datasets that should open first, and answers to them. Before ``ontario_schema``.

    Outside everybody votes; inside nobody does: ministries see what was counted, and answer.
    """

    p.implements(p.IConfigurer)
    p.implements(p.IActions)
    p.implements(p.IAuthFunctions)
    p.implements(p.IBlueprint)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.ISignal)
    p.implements(IScheduledJobs, inherit=True)
    p.implements(batches.IRecordBatches)
    p.implements(demand.IRecordDemand)
    p.implements(release_kinds.IReleaseKinds)

    # IConfigurer

    def update_config(self, config_: CKANConfig) -> None:
        """Add the pages; refuse a portal without its guards, or its key of voters."""
        tk.add_template_directory(config_, "templates")
        if require_guards() is Portal.INTERNAL:
            return
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
        """Return voting and answers to read outside; counts and answering inside."""
        if portal.is_internal():
            return _of(answering, tallies)
        listing = answering.ontario_vote_response_list
        return {**_of(*VOTING), "ontario_vote_response_list": listing}

    def get_auth_functions(self) -> dict[str, Any]:
        """Return who may call them."""
        if portal.is_internal():
            return _of(ministry_auth)
        listing = ministry_auth.ontario_vote_response_list
        return {**_of(auth, opening_auth), "ontario_vote_response_list": listing}

    # IBlueprint

    def get_blueprint(self) -> list[Blueprint]:
        """Return ministries' pages inside; outside the hooks that know a browser by its cookie."""
        if portal.is_internal():
            return [ministry_views.ontario_votes_ministry]
        return [
            voters.hooks,
            views.ontario_votes,
            suggestion_views.ontario_votes_suggestions,
            opening_views.ontario_votes_opening,
        ]

    # IRecordDemand, IReleaseKinds

    def demand(self, package_id: Any) -> tuple[Any, Any] | None:
        """Return SQL for a record's pulled votes and rank; outside nobody asks."""
        return pulled.columns(package_id) if portal.is_internal() else None

    def get_release_kinds(self) -> dict[str, Any]:
        """Return who takes approved answers."""
        return {responses.KIND: responses.receive}

    # ISignal

    def get_signal_subscriptions(self) -> dict[Any, list[Any]]:
        """Listen for records that are removed for good."""
        return {signals.records_hidden: [forget_removed]}

    # IScheduledJobs

    def get_scheduled_jobs(self) -> Iterable[ScheduledJob]:
        """Tell the index every half minute; compare and clear up at night; pull and remind."""
        return [
            ScheduledJob("votes-index", Every(seconds=30), "ontario_vote_index", {}, PUBLIC),
            ScheduledJob(
                "votes-reconcile", Cron("40 2 * * *"), "ontario_vote_reconcile", {}, PUBLIC
            ),
            ScheduledJob("votes-purge", Cron("50 2 * * *"), "ontario_vote_purge", {}, PUBLIC),
            ScheduledJob("votes-openings", Every(300), "ontario_vote_opening_send", {}, PUBLIC),
            ScheduledJob("votes-pull", Every(900), "ontario_vote_tally_pull", {}, INSIDE),
            ScheduledJob("votes-remind", Cron("10 7 * * *"), "ontario_vote_remind", {}, INSIDE),
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
        gone = list(ids)
        upkeep.forget(gone)
        responses.forget(gone)
        subscriptions.forget(gone)
        model.Session.commit()


def _of(*modules: Any) -> dict[str, Any]:
    """Return what modules declare as their public face."""
    return {name: getattr(module, name) for module in modules for name in module.__all__}
