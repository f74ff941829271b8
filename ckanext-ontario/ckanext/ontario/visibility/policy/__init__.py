"""The table of every action of a portal and what stands in front of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from ckanext.ontario.shared.portal import Portal
from ckanext.ontario.visibility.domain import Decision, policy_from


@cache
def of(portal: Portal) -> dict[str, Decision]:
    """Return a portal's decisions by action name.

    Raises:
        PolicyError: when the table contradicts itself.
    """
    path = Path(__file__).with_name(f"{portal.value}.yaml")
    return policy_from(yaml.safe_load(path.read_text(encoding="utf-8")))
