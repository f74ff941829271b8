"""Who may change many records, copy one, or see what changed in one."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz
from ckan.types import AuthResult, Context, DataDict

__all__ = [
    "ontario_bulk_run_apply",
    "ontario_bulk_run_create",
    "ontario_bulk_run_show",
    "ontario_dataset_bulk_update",
    "ontario_dataset_changes",
    "ontario_dataset_duplicate",
]


def _user(context: Context) -> Any:
    """Return who calls, or ``None``: over HTTP an anonymous caller is an object."""
    user: Any = context.get("auth_user_obj")
    return user if user is not None and user.is_authenticated else None


def _edits_somewhere(context: Context, permission: str = "update_dataset") -> AuthResult:
    user = _user(context)
    if user is None:
        return {"success": False, "msg": tk._("You must log in.")}
    if not authz.has_user_permission_for_some_org(user.name, permission):
        return {"success": False, "msg": tk._("Only editors of a ministry may do this.")}
    return {"success": True}


def ontario_dataset_changes(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who may edit the record: its history holds whole records as they were."""
    if _user(context) is None:
        return {"success": False, "msg": tk._("You must log in.")}
    return authz.is_authorized("package_update", context, {"id": data_dict.get("id")})


def ontario_dataset_duplicate(context: Context, data_dict: DataDict) -> AuthResult:
    """Let editors of any ministry who may read the record."""
    allowed = _edits_somewhere(context, "create_dataset")
    if not allowed.get("success"):
        return allowed
    return authz.is_authorized("package_show", context, {"id": data_dict.get("id")})


def ontario_dataset_bulk_update(context: Context, data_dict: DataDict) -> AuthResult:
    """Let editors of any ministry; each record asks again."""
    return _edits_somewhere(context)


def ontario_bulk_run_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Let editors of any ministry; each record asks again."""
    return _edits_somewhere(context)


def ontario_bulk_run_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Let editors of any ministry; the action shows each their own changes only."""
    return _edits_somewhere(context)


def ontario_bulk_run_apply(context: Context, data_dict: DataDict) -> AuthResult:
    """Let editors of any ministry; the action applies each their own changes only."""
    return _edits_somewhere(context)
