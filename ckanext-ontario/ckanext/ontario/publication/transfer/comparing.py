"""Which records differ between the portals, and what may be done about each.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ckanext.ontario.publication.transfer.wire import Operation

MOST_PURGED = 0.1
"""Share of the public records that one purge may hide; more is a mistake somewhere."""


@dataclass(frozen=True)
class Inside:
    """The last release of a record."""

    operation: Operation
    sequence: int
    content_hash: str | None


@dataclass(frozen=True)
class Outside:
    """What the public portal says of a record."""

    operation: Operation | None
    """``None`` when no release brought it."""
    sequence: int | None
    content_hash: str | None
    """``None`` when the record is not there."""


@dataclass
class Comparison:
    """Ids of records, by what was found."""

    same: int = 0
    repair: list[str] = field(default_factory=list[str])
    ahead: list[str] = field(default_factory=list[str])
    """Outside is a later or another release than any here: this database may be a restored one."""
    hidden_outside: list[str] = field(default_factory=list[str])
    """Withdrawn or removed outside by a release this portal does not know: never shown again by
    itself."""
    unknown: list[str] = field(default_factory=list[str])
    """Shown outside, never released here."""


def compare(
    inside: Mapping[str, Inside], outside: Mapping[str, Outside], *, after_restore: bool
) -> Comparison:
    """Compare what was released with what is there.

    Args:
        inside: the last release of each record.
        outside: what the public portal has.
        after_restore: whether this portal's releases count although later ones are outside.
    """
    found = Comparison()
    for identifier in sorted({*inside, *outside}):
        ours, theirs = inside.get(identifier), outside.get(identifier)
        if ours is None:
            if theirs is not None and _is_shown(theirs):
                found.unknown.append(identifier)
        elif _is_same(ours, theirs):
            found.same += 1
        elif theirs is not None and _stays_hidden(ours, theirs):
            found.hidden_outside.append(identifier)
        elif theirs is None or theirs.operation is None or theirs.sequence is None:
            found.repair.append(identifier)
        elif _is_ahead(ours, theirs) and not after_restore:
            found.ahead.append(identifier)
        else:
            found.repair.append(identifier)
    return found


def may_purge(unknown: int, shown: int) -> bool:
    """Say whether so many of the shown records may be hidden at once."""
    return unknown <= shown * MOST_PURGED


def _is_shown(theirs: Outside) -> bool:
    return theirs.operation is None or (
        theirs.operation is Operation.PUT and theirs.content_hash is not None
    )


def _is_same(ours: Inside, theirs: Outside | None) -> bool:
    return theirs is not None and (ours.operation, ours.sequence, ours.content_hash) == (
        theirs.operation,
        theirs.sequence,
        theirs.content_hash,
    )


def _stays_hidden(ours: Inside, theirs: Outside) -> bool:
    later = (theirs.sequence or 0) >= ours.sequence
    withdrawn = theirs.operation is Operation.WITHDRAW and later
    return theirs.operation is Operation.REMOVE or withdrawn


def _is_ahead(ours: Inside, theirs: Outside) -> bool:
    if (theirs.sequence or 0) != ours.sequence:
        return (theirs.sequence or 0) > ours.sequence
    missing = theirs.operation is Operation.PUT and theirs.content_hash is None
    return not missing and ours.operation is theirs.operation
