"""Who may translate: editors and admins of the ministry that a record belongs to."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz
from ckan.types import AuthResult, Context, DataDict

__all__ = [
    "ontario_translation_list",
    "ontario_translation_scan",
    "ontario_translation_show",
    "ontario_translation_update",
]


def ontario_translation_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Let editors of any ministry; the action lists each the records they may edit."""
    user = _user(context)
    if user is None:
        return _log_in()
    if not authz.has_user_permission_for_some_org(user.name, "update_dataset"):
        return {"success": False, "msg": tk._("Only editors of a ministry may do this.")}
    return {"success": True}


def ontario_translation_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who may edit the record."""
    return _edits(context, data_dict)


def ontario_translation_update(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who may edit the record; saving it asks again."""
    return _edits(context, data_dict)


def ontario_translation_scan(context: Context, data_dict: DataDict) -> AuthResult:
    """Let system administrators alone."""
    return {"success": False, "msg": tk._("Only system administrators may do this.")}


def _edits(context: Context, data_dict: DataDict) -> AuthResult:
    if _user(context) is None:
        return _log_in()
    return authz.is_authorized("package_update", context, {"id": data_dict.get("id")})


def _log_in() -> AuthResult:
    return {"success": False, "msg": tk._("You must log in.")}


def _user(context: Context) -> Any:
    """Return who calls, or ``None``: over HTTP an anonymous caller is an object."""
    user: Any = context.get("auth_user_obj")
    return user if user is not None and user.is_authenticated else None
