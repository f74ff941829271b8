"""The ``ontario_publication`` plugin: a table of contents."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig

from ckanext.ontario.publication.pages import helpers
from ckanext.ontario.publication.pages import views as pages
from ckanext.ontario.publication.transfer import actions as transfer_actions
from ckanext.ontario.publication.transfer import auth as transfer_auth
from ckanext.ontario.publication.transfer import cli, parcels
from ckanext.ontario.publication.transfer import views as transfer_views
from ckanext.ontario.publication.transfer.schedule import jobs as transfer_jobs
from ckanext.ontario.publication.workflow import (
    asking,
    attachments,
    auth_roles,
    delegations,
    deleting,
    due,
    edits,
    mails,
    people,
    sending,
    standing,
    steps,
    taking_back,
    worklist,
)
from ckanext.ontario.publication.workflow import auth as workflow_auth
from ckanext.ontario.publication.workflow import jobs as workflow_jobs
from ckanext.ontario.shared import approving, batches, portal, sharing, signals
from ckanext.ontario.shared.jobs import IScheduledJobs, ScheduledJob
from ckanext.ontario.shared.startup import require_guards

WORKFLOW = (
    asking, attachments, delegations, deleting, due, sending, standing, steps, taking_back,
    worklist,
)  # fmt: skip
"""Modules that hold the workflow's actions."""


@tk.blanket.cli(cli)
@tk.blanket.config_declarations
@tk.blanket.helpers(helpers)
class PublicationPlugin(edits.EditHooks, p.SingletonPlugin):
    """From a ministry's draft to the public, through frozen and approved releases."""

    p.implements(p.IConfigurer)
    p.implements(p.IActions)
    p.implements(p.IAuthFunctions)
    p.implements(p.IBlueprint)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.ISignal)
    p.implements(IScheduledJobs, inherit=True)
    p.implements(sharing.IRecordSharing)
    p.implements(approving.IApprovers)
    p.implements(batches.IRecordBatches)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        """Refuse a portal without its guards; add templates and styles."""
        require_guards()
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "ontario_publication")

    # IActions, IAuthFunctions

    def get_actions(self) -> dict[str, Any]:
        """Return the workflow's actions inside; what receives, outside."""
        inside = _of(*WORKFLOW) if portal.is_internal() else {}
        between = transfer_actions.INSIDE if portal.is_internal() else transfer_actions.OUTSIDE
        return {**inside, **_of(transfer_actions, only=between)}

    def get_auth_functions(self) -> dict[str, Any]:
        """Return who may take which step."""
        inside = _of(workflow_auth, auth_roles) if portal.is_internal() else {}
        return {**inside, **_of(transfer_auth)}

    # IBlueprint

    def get_blueprint(self) -> list[Any]:
        """Return the pages inside; the endpoint for files outside."""
        return list(_of(pages if portal.is_internal() else transfer_views).values())

    # IRecordSharing

    def shared(self, package_ids: Collection[str]) -> set[str]:
        """Return which records were submitted, or came with an inventory; all, outside."""
        return edits.shared(package_ids) if portal.is_internal() else set(package_ids)

    # ISignal

    def get_signal_subscriptions(self) -> dict[Any, list[Any]]:
        """Write down the mails and releases that other slices want sent; inside alone, some do."""
        return {signals.people_told: [mails.told], signals.kind_released: [parcels.queued]}

    # IApprovers

    def approvers(self, organization_id: str) -> set[str]:
        """Return the ministry's Directors and their delegates in date."""
        return people.approvers(organization_id)

    def approved_by(self, user_id: str) -> set[str]:
        """Return the ministries where a user is a Director, or a delegate in date."""
        found = people.organizations_of(user_id)
        return {one for one, actor in found.items() if actor.approves}

    # IScheduledJobs

    def get_scheduled_jobs(self) -> Iterable[ScheduledJob]:
        """Return what recurs: due releases, the outbox, mails, reconciling."""
        return [*workflow_jobs.JOBS, *transfer_jobs()]


def _of(*modules: Any, only: Iterable[str] | None = None) -> dict[str, Any]:
    """Return what modules declare as their public face, or a part of it."""
    return {
        name: getattr(module, name)
        for module in modules
        for name in module.__all__
        if only is None or name in only
    }
