"""Nobody calls ingest's actions from outside: they write without asking who owns what.

The slices that use them (harvest, publication) check their own callers and then pass
``ignore_auth``. System administrators are refused too: these actions skip the plan.
"""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

__all__ = [
    "ontario_ingest_index",
    "ontario_ingest_issue_count",
    "ontario_ingest_issue_create",
    "ontario_ingest_issue_list",
    "ontario_ingest_run_create",
    "ontario_ingest_run_delete",
    "ontario_ingest_run_list",
    "ontario_ingest_run_patch",
    "ontario_ingest_run_show",
    "ontario_ingest_validate",
    "ontario_ingest_write",
]


def _internal() -> AuthResult:
    return {"success": False, "msg": tk._("This action is for the portal's own use.")}


def ontario_ingest_index(context: Context, data_dict: DataDict) -> AuthResult:
    """Let system administrators alone repair the index; the scheduler acts as one."""
    return {"success": False, "msg": tk._("Only system administrators may index what waits.")}


@tk.auth_sysadmins_check
def ontario_ingest_write(context: Context, data_dict: DataDict) -> AuthResult:
    """Refuse every caller from outside."""
    return _internal()


@tk.auth_sysadmins_check
def ontario_ingest_validate(context: Context, data_dict: DataDict) -> AuthResult:
    """Refuse every caller from outside."""
    return _internal()


@tk.auth_sysadmins_check
def ontario_ingest_run_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Refuse every caller from outside."""
    return _internal()


@tk.auth_sysadmins_check
def ontario_ingest_run_patch(context: Context, data_dict: DataDict) -> AuthResult:
    """Refuse every caller from outside."""
    return _internal()


@tk.auth_sysadmins_check
def ontario_ingest_run_delete(context: Context, data_dict: DataDict) -> AuthResult:
    """Refuse every caller from outside."""
    return _internal()


@tk.auth_sysadmins_check
def ontario_ingest_run_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Refuse every caller from outside: runs are shown by the slice that owns them."""
    return _internal()


@tk.auth_sysadmins_check
def ontario_ingest_run_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Refuse every caller from outside: runs are shown by the slice that owns them."""
    return _internal()


@tk.auth_sysadmins_check
def ontario_ingest_issue_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Refuse every caller from outside."""
    return _internal()


@tk.auth_sysadmins_check
def ontario_ingest_issue_count(context: Context, data_dict: DataDict) -> AuthResult:
    """Refuse every caller from outside."""
    return _internal()


@tk.auth_sysadmins_check
def ontario_ingest_issue_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Refuse every caller from outside: issues quote documents, and their slice asks who reads."""
    return _internal()
