"""Template helpers of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.publication.pages import queue
from ckanext.ontario.publication.pages.status import Status, shown
from ckanext.ontario.shared import portal

__all__ = ["ontario_publication_status", "ontario_publication_waiting"]


def ontario_publication_status(pkg: Mapping[str, Any]) -> Status | None:
    """Return where a record stands and the reader's next steps; ``None`` outside.

    One call of ``ontario_release_show``. ``None`` also for what has no workflow, such as a harvest
    source.

    Args:
        pkg: a record as ``package_show`` answers it.
    """
    if not portal.is_internal():
        return None
    try:
        return shown(tk.get_action("ontario_release_show")({}, {"id": pkg["id"]}))
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None


def ontario_publication_waiting() -> int | None:
    """Return how many records wait for the reader's approval; ``None`` outside or signed out.

    One call of ``ontario_release_list`` that counts and returns no rows.
    """
    if not portal.is_internal() or not tk.current_user.is_authenticated:
        return None
    return queue.waiting()
