"""The gates: chained actions, by the part of CKAN they stand in front of."""

from __future__ import annotations

from ckan.types import ChainedAction

from ckanext.ontario.visibility.logic.action import (
    accounts,
    activity,
    groups,
    previews,
    schemas,
    search,
    words,
)

__all__ = ["gates"]

_MODULES = (accounts, activity, groups, previews, schemas, search, words)


def gates() -> dict[str, ChainedAction]:
    """Return every gate by the name of the action it stands in front of."""
    return {name: getattr(module, name) for module in _MODULES for name in module.__all__}
