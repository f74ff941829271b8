"""What work costs in this CKAN process, and how its actions are called."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

Cost = dict[str, float]
"""``{"wall", "cpu", "statements"}``: seconds, and how often the database was asked."""


def call(action: str, data: dict[str, Any]) -> Any:
    """Call an action as the site user."""
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return tk.get_action(action)({"user": user, "ignore_auth": True}, data)


def timed(run: Callable[[], Any]) -> Cost:
    """Return what ``run`` cost: the wall clock, this process's processor, SQL statements."""
    asked = 0

    def count(*_: Any) -> None:
        nonlocal asked
        asked += 1

    sa.event.listen(model.meta.engine, "before_cursor_execute", count)
    began, busy = time.perf_counter(), time.process_time()
    try:
        run()
    finally:
        sa.event.remove(model.meta.engine, "before_cursor_execute", count)
    wall, cpu = time.perf_counter() - began, time.process_time() - busy
    return {"wall": wall, "cpu": cpu, "statements": asked}


def peak_mb() -> float:
    """Return the most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
