"""Releases that are no record: what a slice has approved inside and its twin outside takes.

A slice sends ``signals.kind_released`` in the transaction of an approval.
Publication writes that into its outbox and delivers it after the records; on the public portal it
hands each to the plugin that named its kind. Nothing else crosses between the portals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

import ckan.plugins as p
from ckan.plugins.interfaces import Interface


class Taken(str, Enum):
    """What became of one release of a kind on the public portal."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    """It has exactly this one."""
    AGAIN = "again"
    """It may go in later: its record is not there (yet)."""
    REFUSED = "refused"
    """Sending it again would not help."""


Receiver = Callable[[str, int, Mapping[str, Any]], Taken]
"""Takes (record's id, sequence, content) and does not commit; idempotent by the first two."""


class IReleaseKinds(Interface):
    """Take releases of kinds of one's own on the public portal."""

    def get_release_kinds(self) -> Mapping[str, Receiver]:
        """Return who takes which kind."""
        return {}


def receivers() -> dict[str, Receiver]:
    """Return who takes which kind, of all plugins."""
    found: dict[str, Receiver] = {}
    for plugin in p.PluginImplementations(IReleaseKinds):
        found |= plugin.get_release_kinds()
    return found
