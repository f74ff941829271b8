"""The states of a run, and what its issues and errors look like.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any


class Phase(str, Enum):
    """How far a run has come. Each phase ends in the commit that names the next one."""

    PLAN = "plan"
    APPLY = "apply"
    INDEX = "index"
    GONE = "gone"
    FINISH = "finish"


class Status(str, Enum):
    """Whether a run goes on."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    ABORTED = "aborted"


class Written(str, Enum):
    """What became of one record."""

    CREATED = "created"
    UPDATED = "updated"
    REFUSED = "refused"


SEVERITIES = ("fatal", "error", "warning", "publish")
"""Severities of an issue, the gravest first."""


def capped(
    issues: Iterable[Mapping[str, Any]], seen: Counter[str], limit: int
) -> Iterator[Mapping[str, Any]]:
    """Yield at most ``limit`` issues of each code; ``seen`` goes on counting all of them."""
    for issue in issues:
        code = str(issue["code"])
        seen[code] += 1
        if seen[code] <= limit:
            yield issue


def flat_errors(errors: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield ``(field, message)`` for everything in a ``ValidationError``'s nested dictionary.

    A field inside a resource reads ``resources 2 url``: counted from one, as people do.
    """
    if isinstance(errors, Mapping):
        for key, value in errors.items():
            yield from flat_errors(value, f"{path} {key}".strip())
    elif isinstance(errors, (list, tuple)):
        nested = any(isinstance(item, Mapping) for item in errors)
        for number, item in enumerate(errors, 1):
            yield from flat_errors(item, f"{path} {number}".strip() if nested else path)
    elif errors:
        yield path, str(errors)


def added(*counts: Mapping[str, int]) -> dict[str, int]:
    """Return the sum of several dictionaries of counts."""
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return dict(total)
