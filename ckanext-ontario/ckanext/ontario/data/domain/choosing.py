"""What a chart shows: as a reader chose it, or as suits the columns.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .measures import FEW, Seen, axes, measures

KINDS = ("bar", "line")
HOWS = ("sum", "mean", "count")
MOST_SERIES = 3


@dataclass(frozen=True)
class Choice:
    """What a chart shows."""

    x: str
    y: tuple[str, ...] = ()
    """Up to three columns of numbers; rows are counted when there is none."""
    how: str = "count"
    """``sum``, ``mean`` or ``count``."""
    kind: str = "bar"
    """``bar`` or ``line``."""


@dataclass(frozen=True)
class Asked:
    """What an address says of a chart; what it leaves out is ``""``."""

    x: str = ""
    y: tuple[str, ...] = ()
    how: str = ""
    kind: str = ""


class Unsuited(Exception):
    """A chart can't show what was asked: ``code`` says which part, ``value`` what it was.

    Codes: ``x``, ``y``, ``how``, ``kind`` and ``many``.
    """

    def __init__(self, code: str, value: str) -> None:
        super().__init__(code)
        self.code = code
        self.value = value


def automatic(columns: Sequence[Seen]) -> Choice | None:
    """Return a chart that suits the columns, or ``None`` when none does."""
    found = axes(columns)
    measure = next(iter(measures(columns)), None)
    timely = next((column for column in found if column.role in {"time", "year"}), None)
    if timely and measure:
        return Choice(timely.id, (measure.id,), measure.how, "line")
    few = [c for c in found if c.role == "category" and c.different <= FEW]
    if column := next((c for c in few if c.repeats), None):
        return Choice(column.id)
    if timely:
        return Choice(timely.id, kind="line")
    category = next(iter([*few, *found]), None)
    if category is None:
        return None
    return Choice(category.id, (measure.id,), measure.how) if measure else Choice(category.id)


def chosen(asked: Asked, columns: Sequence[Seen]) -> Choice | None:
    """Return the chart that was asked for, with the rest as suits it.

    Args:
        asked: what the address says.
        columns: those of the table; nothing else can be asked for.

    Returns:
        ``None`` when no chart suits the table.

    Raises:
        Unsuited: for a column that the table lacks or a chart can't show, and for unknown words.
    """
    best = automatic(columns)
    if best is None or asked == Asked():
        return best
    possible = {column.id: column for column in axes(columns)}
    if asked.x and asked.x not in possible:
        raise Unsuited("x", asked.x)
    for part, allowed in (("kind", KINDS), ("how", HOWS)):
        if (value := getattr(asked, part)) and value not in allowed:
            raise Unsuited(part, value)
    axis = possible[asked.x or best.x]
    y = _values(asked.y, columns)
    kind = asked.kind or ("line" if axis.role in {"time", "year"} else "bar")
    if not y:
        return Choice(axis.id, kind=kind)
    first = next(column for column in columns if column.id == y[0])
    return Choice(axis.id, y, asked.how or first.how, kind)


def drawn(choice: Choice, columns: Sequence[Seen]) -> Choice:
    """Return a choice as it can be drawn: names that have no order are bars."""
    axis = next(column for column in columns if column.id == choice.x)
    if axis.role == "category" and not axis.ordered:
        return replace(choice, kind="bar")
    return choice


def _values(asked: Sequence[str], columns: Sequence[Seen]) -> tuple[str, ...]:
    y = tuple(dict.fromkeys(name for name in asked if name))
    known = {column.id for column in measures(columns)}
    for name in y:
        if name not in known:
            raise Unsuited("y", name)
    if len(y) > MOST_SERIES:
        raise Unsuited("many", str(len(y)))
    return y
