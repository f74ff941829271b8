"""Who may see and do what with harvests: the editors of a source's organization.

Issues quote the rows of an inventory, which may hold what no other ministry may read.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.types import AuthResult, Context, DataDict

__all__ = [
    "ontario_harvest_change_list",
    "ontario_harvest_gone_approve",
    "ontario_harvest_gone_list",
    "ontario_harvest_gone_refuse",
    "ontario_harvest_issue_list",
    "ontario_harvest_profile_list",
    "ontario_harvest_record_force",
    "ontario_harvest_record_list",
    "ontario_harvest_record_run",
    "ontario_harvest_run_clean",
    "ontario_harvest_run_list",
    "ontario_harvest_run_show",
    "ontario_harvest_schedule_show",
    "ontario_harvest_schedule_update",
    "ontario_harvest_source_try",
    "ontario_harvest_upload_clean",
    "ontario_harvest_upload_create",
]


def _user(context: Context) -> Any:
    user: Any = context.get("auth_user_obj")
    return user if user is not None and user.is_authenticated else None


def _signed_in(context: Context) -> AuthResult:
    if _user(context) is None:
        return {"success": False, "msg": tk._("You must log in.")}
    return {"success": True}


def _edits_source(context: Context, data_dict: DataDict) -> AuthResult:
    if _user(context) is None:
        return _signed_in(context)
    try:
        tk.check_access("harvest_source_update", context, {"id": data_dict["source_id"]})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        msg = tk._("Only editors of the source's organization may see its harvests.")
        return {"success": False, "msg": msg}
    return {"success": True}


def ontario_harvest_run_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who may edit the source."""
    return _edits_source(context, data_dict)


def ontario_harvest_run_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who may edit the source."""
    return _edits_source(context, data_dict)


def ontario_harvest_issue_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who may edit the source."""
    return _edits_source(context, data_dict)


def ontario_harvest_change_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who may edit the source."""
    return _edits_source(context, data_dict)


def ontario_harvest_gone_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who may edit the source."""
    return _edits_source(context, data_dict)


def ontario_harvest_record_force(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who may edit the source."""
    return _edits_source(context, data_dict)


def ontario_harvest_record_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who may edit the source."""
    return _edits_source(context, data_dict)


def ontario_harvest_record_run(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who may edit the source, and so harvest it."""
    return _edits_source(context, data_dict)


def ontario_harvest_schedule_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who may edit the source."""
    return _edits_source(context, data_dict)


def ontario_harvest_schedule_update(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who may edit the source."""
    return _edits_source(context, data_dict)


def ontario_harvest_profile_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Let everyone who is signed in."""
    return _signed_in(context)


def ontario_harvest_upload_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who may create datasets in the organization."""
    user = _user(context)
    if user is not None and authz.has_user_permission_for_group_or_org(
        data_dict["organization"], user.name, "create_dataset"
    ):
        return {"success": True}
    msg = tk._("Only editors of the organization may upload its inventories.")
    return {"success": False, "msg": msg}


def ontario_harvest_source_try(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who may create datasets in the organization, and edit the source, if it exists."""
    allowed = ontario_harvest_upload_create(context, data_dict)
    if allowed.get("success") and data_dict.get("source_id"):
        return _edits_source(context, data_dict)
    return allowed


def ontario_harvest_run_clean(context: Context, data_dict: DataDict) -> AuthResult:
    """Let system administrators alone; the scheduler acts as one."""
    return {"success": False, "msg": tk._("Only system administrators may forget old runs.")}


def ontario_harvest_upload_clean(context: Context, data_dict: DataDict) -> AuthResult:
    """Let system administrators alone; the scheduler acts as one."""
    return {
        "success": False,
        "msg": tk._("Only system administrators may remove uploaded documents."),
    }


def ontario_harvest_gone_refuse(context: Context, data_dict: DataDict) -> AuthResult:
    """Let administrators of the source's organization."""
    return _decides(context, data_dict)


def ontario_harvest_gone_approve(context: Context, data_dict: DataDict) -> AuthResult:
    """Let administrators of the source's organization."""
    return _decides(context, data_dict)


def _decides(context: Context, data_dict: DataDict) -> AuthResult:
    user = _user(context)
    package: Any = model.Package.get(data_dict["source_id"]) if user else None
    if package is not None and authz.has_user_permission_for_group_or_org(
        package.owner_org, user.name, "admin"
    ):
        return {"success": True}
    msg = tk._("Only administrators of the source's organization may decide what is gone.")
    return {"success": False, "msg": msg}
