"""Who may ask about the scheduler: system administrators, whom CKAN lets past this function."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

__all__ = ["ontario_scheduler_show"]


def ontario_scheduler_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Refuse everyone who is not a system administrator."""
    return {"success": False, "msg": tk._("Only system administrators may see scheduled jobs.")}
