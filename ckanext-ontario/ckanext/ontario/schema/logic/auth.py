"""Who may ask what of the schema."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

__all__ = ["ontario_dataset_check", "ontario_organization_resolve", "ontario_schema_seed"]


def ontario_dataset_check(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those check a record who may read it, and anyone with an account what they hold."""
    if data_dict.get("id"):
        tk.check_access("package_show", context, {"id": data_dict["id"]})
    return {"success": True}


def ontario_organization_resolve(context: Context, data_dict: DataDict) -> AuthResult:
    """Let anyone with an account ask; titles of organizations are no secret among them."""
    return {"success": True}


def ontario_schema_seed(context: Context, data_dict: DataDict) -> AuthResult:
    """Refuse everyone who is not a system administrator, whom CKAN lets past this function."""
    return {"success": False, "msg": tk._("Only system administrators may seed a portal.")}
