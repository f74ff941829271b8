"""Whether a release that arrives is to be applied: the later one wins, a removal is for ever.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from dataclasses import dataclass

from ckanext.ontario.publication.transfer.wire import Item, Operation, Status


@dataclass(frozen=True)
class Known:
    """What the public portal has of a record."""

    operation: Operation
    generation: int
    sequence: int
    content_hash: str | None
    present: bool = True
    """Whether the record itself is there, as it should be after a ``put``."""


def verdict(known: Known | None, generation: int, item: Item) -> Status:
    """Return what becomes of a release; ``applied`` stands for "apply it".

    Args:
        known: what is there, ``None`` when nothing ever was.
        generation: the highest that any release came with.
        item: what arrives.

    A portal whose database was restored sends with a higher generation, and then its sequences
    count although they are lower. Nothing counts against a removal, whatever its numbers.
    """
    if known is not None and known.operation is Operation.REMOVE:
        return Status.DUPLICATE if item.operation is Operation.REMOVE else Status.REMOVED
    if item.generation < generation:
        return Status.AGAIN  # the sender is told, and has to be settled first
    if known is None:
        return Status.APPLIED
    order = (known.generation, known.sequence)
    if item.order != order:
        return Status.APPLIED if item.order > order else Status.OLDER
    if (item.operation, item.content_hash) != (known.operation, known.content_hash):
        return Status.REFUSED  # two releases by one number: somebody's history was rewritten
    return Status.DUPLICATE if known.present else Status.APPLIED
