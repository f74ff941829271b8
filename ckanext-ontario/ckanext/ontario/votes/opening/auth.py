"""Who may ask to be told when a record opens: everybody, of what they may see."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

__all__ = [
    "ontario_vote_opening_confirm",
    "ontario_vote_opening_end",
    "ontario_vote_opening_send",
    "ontario_vote_opening_subscribe",
]


@tk.auth_allow_anonymous_access
@tk.auth_sysadmins_check
def ontario_vote_opening_subscribe(context: Context, data_dict: DataDict) -> AuthResult:
    """Let everybody ask, of what they may see."""
    return {"success": True}


@tk.auth_allow_anonymous_access
@tk.auth_sysadmins_check
def ontario_vote_opening_confirm(context: Context, data_dict: DataDict) -> AuthResult:
    """Let whoever holds the link of the mail."""
    return {"success": True}


@tk.auth_allow_anonymous_access
@tk.auth_sysadmins_check
def ontario_vote_opening_end(context: Context, data_dict: DataDict) -> AuthResult:
    """Let whoever holds the link of the mail."""
    return {"success": True}


def ontario_vote_opening_send(context: Context, data_dict: DataDict) -> AuthResult:
    """Let system administrators alone; the scheduler acts as one."""
    return {"success": False, "msg": tk._("Only system administrators may do this.")}
