"""Which of the two portals this process serves (``ckanext.ontario.portal``)."""

from __future__ import annotations

from enum import Enum

import ckan.plugins.toolkit as tk

OPTION = "ckanext.ontario.portal"


class Portal(str, Enum):
    """The two portals of architecture: staff only, and everyone."""

    INTERNAL = "internal"
    PUBLIC = "public"


class PortalNotDeclared(RuntimeError):
    """``ckanext.ontario.portal`` is missing or is neither ``internal`` nor ``public``."""


def current() -> Portal:
    """Return the portal this process serves.

    Raises:
        PortalNotDeclared: when the option is missing or unknown, so that nothing ever runs
            with a guessed audience.
    """
    value = str(tk.config.get(OPTION) or "").strip()
    try:
        return Portal(value)
    except ValueError as err:
        raise PortalNotDeclared(
            f"{OPTION} must be 'internal' or 'public', not {value!r}; set it in the ini file"
        ) from err


def is_internal() -> bool:
    """Say whether this process serves the internal portal."""
    return current() is Portal.INTERNAL
