"""Who may read a table and change it: the record decides."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthFunction, AuthResult, Context, DataDict

__all__ = [
    "datastore_info",
    "datastore_search",
    "ontario_data_dictionary_replace",
    "ontario_data_dictionary_show",
    "ontario_data_dictionary_update",
]


@tk.chained_auth_function
@tk.auth_allow_anonymous_access
def datastore_search(
    next_auth: AuthFunction, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Let those who may read the record; to others the table does not exist."""
    return _readable(next_auth, context, data_dict or {})


@tk.chained_auth_function
@tk.auth_allow_anonymous_access
def datastore_info(
    next_auth: AuthFunction, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Let those who may read the record; to others the table does not exist."""
    return _readable(next_auth, context, data_dict or {})


@tk.auth_allow_anonymous_access
def ontario_data_dictionary_show(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Let those who may read the table."""
    tk.check_access("datastore_info", context, data_dict)
    return {"success": True}


def ontario_data_dictionary_update(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Let those who may edit the record."""
    tk.check_access("datastore_create", context, data_dict)
    return {"success": True}


@tk.auth_sysadmins_check
def ontario_data_dictionary_replace(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Refuse every caller from outside."""
    return {"success": False, "msg": tk._("This action is for the portal's own use.")}


def _readable(next_auth: AuthFunction, context: Context, data_dict: DataDict) -> AuthResult:
    resource = model.Resource.get(str(data_dict.get("id") or data_dict.get("resource_id")))
    # A deleted resource keeps its table until it is cleared away; core would go on showing it.
    if resource is None or resource.state != model.State.ACTIVE:
        raise tk.ObjectNotFound(tk._("Resource not found"))
    try:
        return next_auth(context, data_dict)
    except tk.NotAuthorized as err:
        raise tk.ObjectNotFound(tk._("Resource not found")) from err
