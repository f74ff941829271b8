"""Who may report barriers (everybody), and who may read and close reports."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

__all__ = [
    "ontario_barrier_close",
    "ontario_barrier_create",
    "ontario_barrier_list",
    "ontario_barrier_send",
]


@tk.auth_allow_anonymous_access
def ontario_barrier_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Let everybody say what stands in their way."""
    return {"success": True}


def ontario_barrier_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Let system administrators alone: reports may have addresses of people."""
    return _administrators()


def ontario_barrier_close(context: Context, data_dict: DataDict) -> AuthResult:
    """Let system administrators alone."""
    return _administrators()


def ontario_barrier_send(context: Context, data_dict: DataDict) -> AuthResult:
    """Let system administrators alone; the scheduler acts as one."""
    return _administrators()


def _administrators() -> AuthResult:
    return {"success": False, "msg": tk._("Only system administrators may do this.")}
