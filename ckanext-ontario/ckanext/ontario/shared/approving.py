"""Who may approve what a ministry says to the public: Directors, and their delegates on record."""

from __future__ import annotations

import ckan.plugins as p
from ckan.plugins.interfaces import Interface


class IApprovers(Interface):
    """Say who approves for a ministry."""

    def approvers(self, organization_id: str) -> set[str]:
        """Return the ids of the active users who may approve for this ministry now."""
        raise NotImplementedError

    def approved_by(self, user_id: str) -> set[str]:
        """Return the ids of the ministries that a user may approve for now."""
        raise NotImplementedError


def approvers(organization_id: str) -> set[str]:
    """Return the ids of those who may approve for a ministry now; nobody where nobody says so."""
    found: set[str] = set()
    for plugin in p.PluginImplementations(IApprovers):
        found |= plugin.approvers(organization_id)
    return found


def approved_by(user_id: str) -> set[str]:
    """Return the ids of the ministries that a user may approve for now, however many there are."""
    found: set[str] = set()
    for plugin in p.PluginImplementations(IApprovers):
        found |= plugin.approved_by(user_id)
    return found
