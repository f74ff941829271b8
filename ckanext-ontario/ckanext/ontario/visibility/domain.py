"""Rules of visibility: audiences, permission labels, account domains, decisions about actions."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

PUBLIC = "public"
"""Core's label for everybody; never on the internal portal."""

OPS = "ops"
"""The label of all staff: active users who belong to at least one organization."""

NOBODY = "nobody"
"""A label no record carries, for readers who may see nothing (Solr needs one)."""

COLLABORATOR = "collaborator-"
"""How core's label of a record's collaborators begins; the record's id follows."""

OPEN = "open"
"""The access level of records whose data is for everyone."""

CATALOGUED = frozenset({"dataset"})
"""Record types that have an audience. Others (harvest sources) stay with their editors."""


class Audience(str, Enum):
    """Who may read a record's metadata on the internal portal."""

    MINISTRY = "ministry"
    NAMED = "named"
    OPS = "ops"


class Decision(str, Enum):
    """What the policy table says about an action."""

    ALLOW = "allow"
    """The action's own authorisation stands."""
    GATE = "gate"
    """A chained action of this slice stands in front."""
    SYSADMIN = "sysadmin"
    """System administrators and the portal itself only."""
    REFUSE = "refuse"
    """Nobody, over HTTP."""


@dataclass(frozen=True)
class Record:
    """What the labels of a record depend on."""

    id: str
    type: str
    state: str
    owner_org: str | None
    creator: str | None
    audience: str | None
    """The field as stored; ``None`` or empty means all staff."""
    audience_ministries: tuple[str, ...] = ()
    """Ids of organizations."""
    access_level: str | None = None
    data_audience: str | None = None
    """The field as stored; empty means the ministry, unless the record is open."""
    shared: bool = True
    """Whether the working copy was submitted and not returned since: before, it is unfinished."""


def audience_of(value: str | None) -> Audience:
    """Read the audience field: all staff when absent, the ministry when not understood."""
    if not value:
        return Audience.OPS
    try:
        return Audience(value)
    except ValueError:
        return Audience.MINISTRY


def data_audience_of(value: str | None, access_level: str | None) -> Audience:
    """Read the field that says who may use a record's files.

    Without it, they are for everybody who may read an open record, and for the ministry otherwise.
    """
    if value:
        return audience_of(value)
    return Audience.OPS if access_level == OPEN else Audience.MINISTRY


def ministries_of(value: str | None) -> tuple[str, ...]:
    """Read ``audience_ministries``: a JSON list of organizations, or names joined by commas."""
    if not value:
        return ()
    if not value.lstrip().startswith("["):
        return tuple(name.strip() for name in value.split(",") if name.strip())
    try:
        names = json.loads(value)
    except ValueError:
        return ()
    return tuple(name for name in names if isinstance(name, str) and name)


def internal_labels(record: Record, inherited: Iterable[str]) -> list[str]:
    """Return the labels of a record on the internal portal.

    Args:
        record: the record.
        inherited: core's labels for it (owner, creator, collaborators).

    Returns:
        Core's labels without ``public``; ``ops`` or more ministries as its audience says. What
        is not active or not shared yet, and what has no audience (a harvest source, whose settings
        may hold keys), is for the editors of its organization: core would show it to every plain
        member.
    """
    return _labels_for(record, inherited, audience_of(record.audience))


def data_labels(record: Record, inherited: Iterable[str]) -> list[str]:
    """Return the labels of a record's files and tables on the internal portal.

    A reader needs one of these and one of :func:`internal_labels` (see :func:`may_read_data`).

    Args:
        record: the record.
        inherited: core's labels for it; that of its collaborators stands for grants.
    """
    audience = data_audience_of(record.data_audience, record.access_level)
    return _labels_for(record, inherited, audience)


def may_read_data(held: Iterable[str], record: Record, inherited: Iterable[str]) -> bool:
    """Say whether a reader may use a record's files: the metadata too, never the data alone.

    Args:
        held: the labels the reader holds.
        record: the record.
        inherited: core's labels for it.
    """
    labels, inherited = set(held), list(inherited)
    return all(
        not labels.isdisjoint(wanted)
        for wanted in (internal_labels(record, inherited), data_labels(record, inherited))
    )


def data_is_narrower(record: Record, inherited: Iterable[str]) -> bool:
    """Say whether some who may read a record may not use its files."""
    inherited = list(inherited)
    return not set(internal_labels(record, inherited)) <= set(data_labels(record, inherited))


def _labels_for(record: Record, inherited: Iterable[str], audience: Audience) -> list[str]:
    if record.state != "active" or record.type not in CATALOGUED or not record.shared:
        return [_editors_of(record)]
    labels = [label for label in inherited if label != PUBLIC] or [_members_of(record)]
    if audience is Audience.OPS:
        labels.append(OPS)
    elif audience is Audience.NAMED:
        labels += [member_label(organization) for organization in record.audience_ministries]
    return sorted(set(labels))


def reader_labels(
    inherited: Iterable[str], edited_organizations: Iterable[str], *, active: bool
) -> list[str]:
    """Return the labels a signed-in reader of the internal portal holds.

    Args:
        inherited: core's labels for the user.
        edited_organizations: ids of organizations where the user may edit records.
        active: whether the account is active.
    """
    if not active:
        return [NOBODY]
    labels = {label for label in inherited if label != PUBLIC}
    if any(label.startswith("member-") for label in labels):
        labels.add(OPS)
    return sorted(labels | {f"editor-{organization}" for organization in edited_organizations})


def member_label(organization: str) -> str:
    """Return core's label for the members of an organization (by id)."""
    return f"member-{organization}"


def _members_of(record: Record) -> str:
    return member_label(record.owner_org) if record.owner_org else f"creator-{record.creator}"


def _editors_of(record: Record) -> str:
    return f"editor-{record.owner_org}" if record.owner_org else f"creator-{record.creator}"


def domain_allowed(email: str, domains: Collection[str]) -> bool:
    """Say whether an address is at one of ``domains`` (exactly; no domain allows nobody)."""
    _local, at, domain = email.strip().rpartition("@")
    return bool(at and _local) and domain.lower() in {allowed.lower() for allowed in domains}


class PolicyError(ValueError):
    """A policy table contradicts itself."""


def policy_from(table: Mapping[str, Iterable[str]]) -> dict[str, Decision]:
    """Read a policy table ``{decision: [action, …]}``.

    Raises:
        PolicyError: when an action is placed twice or a decision is unknown.
    """
    placed: dict[str, Decision] = {}
    for name, actions in table.items():
        try:
            decision = Decision(name)
        except ValueError as err:
            raise PolicyError(f"unknown decision {name!r}") from err
        for action in actions:
            if action in placed:
                raise PolicyError(f"{action} is placed twice")
            placed[action] = decision
    return placed
