"""Who may ask for the inventory, and who may write dumps of it."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import authz
from ckan.types import AuthResult, Context, DataDict

from ckanext.ontario.shared import portal

__all__ = ["ontario_inventory_dump", "ontario_inventory_dump_list", "ontario_inventory_summarize"]


@tk.auth_allow_anonymous_access
def ontario_inventory_summarize(context: Context, data_dict: DataDict) -> AuthResult:
    """Let everyone ask whom the portal answers; only what they may see is counted."""
    return {"success": True}


@tk.auth_sysadmins_check
def ontario_inventory_dump(context: Context, data_dict: DataDict) -> AuthResult:
    """Let the portal itself and system administrators write one, where everyone sees the same."""
    if portal.is_internal():
        return {"success": False, "msg": tk._("Only the public portal has dumps.")}
    return {"success": authz.is_sysadmin(context.get("user"))}


@tk.auth_allow_anonymous_access
def ontario_inventory_dump_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Let everyone list them on the public portal; the internal one has none."""
    return {"success": not portal.is_internal()}
