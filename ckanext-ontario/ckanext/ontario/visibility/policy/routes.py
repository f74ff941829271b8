"""The table of every endpoint of a portal and what stands in front of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from ckanext.ontario.shared.portal import Portal
from ckanext.ontario.visibility.domain import Decision, PolicyError, policy_from

READS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""

_WRITES = "writes"


@dataclass(frozen=True)
class Routes:
    """A portal's decisions by endpoint, and the endpoints that take more than reads."""

    decisions: Mapping[str, Decision]
    writes: frozenset[str]

    def decide(self, endpoint: str, method: str) -> Decision:
        """Return what stands in front of a request: refused unless the table says otherwise."""
        if method not in READS and endpoint not in self.writes:
            return Decision.REFUSE
        return self.decisions.get(endpoint, Decision.REFUSE)

    def unplaced(self, endpoints: Iterable[str]) -> list[str]:
        """Return the endpoints the table does not mention."""
        return sorted(set(endpoints) - set(self.decisions))


def routes_from(table: Mapping[str, Iterable[str]]) -> Routes:
    """Read a table ``{decision: [endpoint, …], writes: [endpoint, …]}``.

    Raises:
        PolicyError: when an endpoint is placed twice, a decision is unknown, or something may
            write that is refused or in no other list.
    """
    decisions = policy_from({name: listed for name, listed in table.items() if name != _WRITES})
    writes = frozenset(table.get(_WRITES, ()))
    idle = sorted(one for one in writes if decisions.get(one) in {None, Decision.REFUSE})
    if idle:
        raise PolicyError(f"may write, but is not answered: {', '.join(idle)}")
    return Routes(decisions, writes)


@cache
def of(portal: Portal) -> Routes:
    """Return a portal's table.

    Raises:
        PolicyError: when the table contradicts itself.
    """
    path = Path(__file__).with_name(f"{portal.value}_routes.yaml")
    return routes_from(yaml.safe_load(path.read_text(encoding="utf-8")))
