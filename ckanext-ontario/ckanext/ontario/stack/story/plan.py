"""Which step each record of a ministry takes. Pure: the same records give the same story."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum

MOST = 16
"""Records of one ministry that take part."""


class Fate(str, Enum):
    """How far a record comes."""

    RELEASED = "released"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    SCHEDULED = "scheduled"
    DRAFT = "draft"


_TURNS = {4: Fate.IN_REVIEW, 8: Fate.RETURNED, 12: Fate.SCHEDULED, 15: Fate.DRAFT}
"""Fates by place in a ministry's list; every other record is released."""


def fates(names: Iterable[str]) -> Iterator[tuple[str, Fate]]:
    """Yield the records of one ministry that take part, in order of name, with their fates."""
    for place, name in enumerate(sorted(names)[:MOST]):
        yield name, _TURNS.get(place, Fate.RELEASED)
