"""Who may use files, ask for them, and decide on what others ask."""

from __future__ import annotations

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthFunction, AuthResult, Context, DataDict

from ckanext.ontario.visibility.access import data

__all__ = ["ontario_data_read"]

CHAINED = ("datastore_info", "datastore_search")
"""The DataStore's own, which know of no audience but the record's."""


def functions() -> dict[str, AuthFunction]:
    """Return the slice's authorisation functions, and those that stand before the DataStore's."""
    own = {name: globals()[name] for name in __all__}
    chained = {name: globals()[name] for name in CHAINED} if p.plugin_loaded("datastore") else {}
    return {**own, **chained}


def ontario_data_read(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those whom ``data_audience`` names, and those with a grant, use a file.

    For others who may read the record the answer says so; for everybody else there is none.
    """
    resource = model.Resource.get(str(data_dict.get("resource_id")))
    if resource is None or resource.state != model.State.ACTIVE or resource.package is None:
        raise tk.ObjectNotFound(tk._("Resource not found"))
    data.require(context, resource.package)
    return {"success": True}


@tk.chained_auth_function
def datastore_search(
    next_auth: AuthFunction, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Let those read a table who may use the file; to others it does not exist."""
    return _with_data(next_auth, context, data_dict or {})


@tk.chained_auth_function
def datastore_info(
    next_auth: AuthFunction, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Let those see a table's columns who may use the file; to others it does not exist."""
    return _with_data(next_auth, context, data_dict or {})


def _with_data(next_auth: AuthFunction, context: Context, data_dict: DataDict) -> AuthResult:
    resource = str(data_dict.get("resource_id") or data_dict.get("id"))
    try:
        tk.check_access("ontario_data_read", tk.fresh_context(context), {"resource_id": resource})
    except tk.NotAuthorized:
        raise tk.ObjectNotFound(tk._("Resource not found")) from None
    return next_auth(context, data_dict)
