"""What the public portal shows of a record, derived from its releases alone and never stored.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Public(str, Enum):
    """What the public portal shows of a record; derived, never stored."""

    NONE = "none"
    SCHEDULED = "scheduled"
    LIVE = "live"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"


@dataclass(frozen=True)
class Past:
    """A release, as far as the rules look at it."""

    sequence: int
    operation: str
    """``put``, ``withdraw`` or ``remove``."""
    state: str
    """``scheduled``, ``released`` or ``cancelled``."""
    content_hash: str | None = None


def public_side(releases: Iterable[Past]) -> Public:
    """Return what the public portal shows, from a record's releases in any order."""
    ordered = sorted(releases, key=lambda one: one.sequence)
    released = [one.operation for one in ordered if one.state == "released"]
    if "remove" in released:
        return Public.REMOVED
    if released:
        return Public.LIVE if released[-1] == "put" else Public.WITHDRAWN
    waiting = any(one.state == "scheduled" and one.operation == "put" for one in ordered)
    return Public.SCHEDULED if waiting else Public.NONE


def last_put(releases: Iterable[Past]) -> Past | None:
    """Return the release whose content the public had last, live or withdrawn."""
    puts = [one for one in releases if one.state == "released" and one.operation == "put"]
    return max(puts, key=lambda one: one.sequence, default=None)


def waiting(releases: Iterable[Past]) -> Past | None:
    """Return the release that is scheduled; the latest, should there be more."""
    found = [one for one in releases if one.state == "scheduled"]
    return max(found, key=lambda one: one.sequence, default=None)
