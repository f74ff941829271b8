"""Who may do what with a draft."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

__all__ = ["ontario_draft_finish"]


def ontario_draft_finish(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those finish a draft who may edit it: the editors of its ministry."""
    try:
        tk.check_access("package_show", context, {"id": data_dict["id"]})
    except tk.NotAuthorized as err:  # not readable is not there
        raise tk.ObjectNotFound from err
    tk.check_access("package_update", context, {"id": data_dict["id"]})
    return {"success": True}
