"""Template helpers of the visibility slice."""

from __future__ import annotations

from ckanext.ontario.shared import portal
from ckanext.ontario.visibility import policy

__all__ = ["ontario_visibility_decisions"]


def ontario_visibility_decisions() -> dict[str, str]:
    """Return what stands in front of each action of this portal, as its policy table says.

    Returns:
        Action → ``allow``, ``gate``, ``sysadmin`` or ``refuse``. What is in no table is refused.
    """
    return {name: decision.value for name, decision in policy.of(portal.current()).items()}
