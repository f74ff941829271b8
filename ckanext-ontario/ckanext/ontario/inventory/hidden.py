"""Dumps hold what was public when they were written; they go when a record is hidden."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib import jobs

from ckanext.ontario.inventory import config, dumps


def drop_dumps(_sender: Any, **_ids: Any) -> None:
    """Remove every dump, and have a new one written; nothing when there are none."""
    if dumps.remove_all(config.dumps_folder()):
        jobs.enqueue(write_again, title="inventory: a dump without what was hidden")


def write_again() -> None:
    """Write a dump (a job)."""
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    tk.get_action("ontario_inventory_dump")({"user": user, "ignore_auth": True}, {})
