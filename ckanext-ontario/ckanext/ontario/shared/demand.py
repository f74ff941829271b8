"""How much the public asks for a record: the slice that counts votes answers, in SQL.

A list that shows or sorts by it takes the two columns into its own statement, so that a page costs
no query more.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import sqlalchemy as sa
from ckan.plugins.interfaces import Interface


class IRecordDemand(Interface):
    """Say how much records are asked for."""

    def demand(self, package_id: Any) -> tuple[Any, Any] | None:
        """Return SQL for the votes and the rank of a record.

        Args:
            package_id: the column that holds the record's id.

        Returns:
            Two scalar expressions; null for a record without votes, or without a rank. ``None``
            when nothing is known of any record.
        """
        raise NotImplementedError


def columns(package_id: Any) -> tuple[Any, Any]:
    """Return SQL for a record's votes and rank; nulls where no plugin answers."""
    for plugin in p.PluginImplementations(IRecordDemand):
        found = plugin.demand(package_id)
        if found is not None:
            return found
    nothing = sa.cast(sa.null(), sa.Integer)
    return nothing, nothing
