"""Roles beyond CKAN's, and what a person is to a ministry at an instant.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Role(str, Enum):
    """A role that lasts from a date until another, given by someone on record."""

    DELEGATE = "delegate"
    """Approves for a Director; ends with the Director's own role; can't be passed on."""
    DEPUTY_MINISTER = "deputy_minister"
    """Or an agency's head: removes for ever. Not delegable."""
    CATALOGUE_ADMINISTRATOR = "catalogue_administrator"
    """Of all ministries: withdraws and restores."""


@dataclass(frozen=True)
class Assignment:
    """A role given to somebody."""

    role: Role
    user_id: str
    organization_id: str | None
    """``None`` for a catalogue administrator."""
    given_by: str
    valid_from: datetime
    valid_until: datetime | None = None
    revoked_at: datetime | None = None

    def in_date(self, now: datetime) -> bool:
        """Say whether it holds at an instant; its last instant is outside."""
        ended = self.valid_until is not None and now >= self.valid_until
        revoked = self.revoked_at is not None and now >= self.revoked_at
        return now >= self.valid_from and not ended and not revoked


@dataclass(frozen=True)
class Actor:
    """What a person is to a record's ministry now. A system administrator is nothing by that."""

    user_id: str
    editor: bool = False
    """Editor in CKAN."""
    director: bool = False
    """Admin of the organization in CKAN."""
    delegate: bool = False
    deputy_minister: bool = False
    catalogue_administrator: bool = False

    @property
    def edits(self) -> bool:
        """Whether they write the ministry's records."""
        return self.editor or self.director

    @property
    def approves(self) -> bool:
        """Whether they decide about what others submitted."""
        return self.director or self.delegate

    @property
    def concerned(self) -> bool:
        """Whether they have any part in the workflow of the ministry's records."""
        return self.edits or self.approves or self.deputy_minister or self.catalogue_administrator


NOBODY = Actor("")


def actor(
    user_id: str,
    capacity: str | None,
    organization_id: str,
    assignments: Iterable[Assignment],
    directors: Collection[str],
    now: datetime,
) -> Actor:
    """Return what a person is to a ministry.

    Args:
        user_id: an active user's.
        capacity: their own in the organization, as CKAN calls it; ``None`` for no member.
        organization_id: the ministry.
        assignments: roles given to anyone; others' are passed over.
        directors: ids of the active Directors of the ministry; a delegation holds only while its
            giver is among them, so a delegate can't delegate.
        now: the instant.
    """
    held = {
        one.role
        for one in assignments
        if one.user_id == user_id
        and one.in_date(now)
        and one.organization_id in {organization_id, None}
        and (one.role is not Role.DELEGATE or one.given_by in directors)
    }
    return Actor(
        user_id,
        editor=capacity == "editor",
        director=capacity == "admin",
        delegate=Role.DELEGATE in held,
        deputy_minister=Role.DEPUTY_MINISTER in held,
        catalogue_administrator=Role.CATALOGUE_ADMINISTRATOR in held,
    )


def may_give(role: Role, giver: Actor, receiver_id: str, *, system_administrator: bool) -> bool:
    """Say whether somebody may give (or end) a role.

    A Director delegates, and only their own power; Deputy Ministers and catalogue administrators
    are put on record by a system administrator. Nobody gives a role to themselves.
    """
    if giver.user_id == receiver_id:
        return False
    return giver.director if role is Role.DELEGATE else system_administrator
