"""What the scheduler does with accounts that nobody confirmed."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthResult, Context, DataDict

from ckanext.ontario.visibility.registration import accounts


def ontario_registration_expire(context: Context, data_dict: DataDict) -> dict[str, int]:
    """Delete the accounts that were asked for and not confirmed in time. Runs each night.

    Returns:
        ``{"deleted": int}``.
    """
    tk.check_access("ontario_registration_expire", context, data_dict)
    deleted = accounts.expire()
    if not context.get("defer_commit"):
        model.Session.commit()
    return {"deleted": deleted}


def may_expire(_context: Context, _data_dict: DataDict | None) -> AuthResult:
    """Let the scheduler, and system administrators, delete what nobody confirmed."""
    return {"success": False, "msg": tk._("Only system administrators may do this.")}
