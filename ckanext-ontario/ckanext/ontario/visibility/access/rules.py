"""The life of a request for data: who may do what with it, and how long a grant lasts.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import Enum

MAX_TEXT = 2_000
"""Characters of a reason."""


class State(str, Enum):
    """Where a request stands."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


class Step(str, Enum):
    """What may be done with a request."""

    GRANT = "grant"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    END = "end"


STEPS: Mapping[tuple[State, Step], State] = {
    (State.OPEN, Step.GRANT): State.GRANTED,
    (State.OPEN, Step.REFUSE): State.REFUSED,
    (State.OPEN, Step.WITHDRAW): State.WITHDRAWN,
    (State.GRANTED, Step.END): State.ENDED,
}
"""State and step → the next state; every other step is refused."""

FROM: Mapping[Step, State] = {step: state for state, step in STEPS}
"""The one state in which each step may be taken."""

EXPLAINED = frozenset({Step.REFUSE, Step.END})
"""Steps that need a reason."""

CHOICES = tuple(step.value for step in Step)


def step_of(value: object) -> Step | None:
    """Return the step of that name, or ``None``."""
    return Step(value) if value in CHOICES else None


def last_day_problem(last: date | None, today: date, most_days: int) -> str | None:
    """Return what is wrong with the last day of a grant: ``missing``, ``past``, ``far`` or nothing.

    Args:
        last: the last day on which the data may be used.
        today: the day in Ontario.
        most_days: how many days a grant may last from today.
    """
    if last is None:
        return "missing"
    if last < today:
        return "past"
    return "far" if last > today + timedelta(days=most_days) else None


def day_of(value: object) -> date | None:
    """Read a day written as YYYY-MM-DD; ``None`` when it is something else."""
    try:
        return date.fromisoformat(str(value).strip()[:10]) if value else None
    except ValueError:
        return None
