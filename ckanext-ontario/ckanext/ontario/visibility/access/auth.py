"""Who may use files, ask for them, and decide on what others ask."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthFunction, AuthResult, Context, DataDict

from ckanext.ontario.visibility import model as model_of_requests
from ckanext.ontario.visibility.access import data, people, rules

__all__ = [
    "datastore_info",
    "datastore_search",
    "ontario_access_request_create",
    "ontario_access_request_decide",
    "ontario_access_request_expire",
    "ontario_access_request_list",
    "ontario_data_read",
    "package_collaborator_create",
    "package_collaborator_delete",
]

DATASTORE = frozenset({"datastore_info", "datastore_search"})
"""The DataStore's own, which know of no audience but the record's; there only with it."""


def functions() -> dict[str, AuthFunction]:
    """Return the slice's authorisation functions, and those that stand before the DataStore's."""
    absent: frozenset[str] = frozenset() if p.plugin_loaded("datastore") else DATASTORE
    return {name: globals()[name] for name in __all__ if name not in absent}


def ontario_data_read(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those whom ``data_audience`` names, and those with a grant, use a file.

    For others who may read the record the answer says so; for everybody else there is none.
    """
    resource = model.Resource.get(str(data_dict.get("resource_id")))
    package: Any = resource.package if resource is not None else None
    if resource is None or package is None or resource.state != model.State.ACTIVE:
        raise tk.ObjectNotFound(tk._("Resource not found"))
    data.require(context, package)
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


@tk.auth_sysadmins_check
@tk.chained_auth_function
def package_collaborator_create(
    _next_auth: AuthFunction, _context: Context, _data_dict: DataDict | None
) -> AuthResult:
    """Let nobody: grants go through ``ontario_access_request_decide``."""
    return {"success": False, "msg": tk._("This can't be done on this portal.")}


@tk.auth_sysadmins_check
@tk.chained_auth_function
def package_collaborator_delete(
    _next_auth: AuthFunction, _context: Context, _data_dict: DataDict | None
) -> AuthResult:
    """Let nobody, as above."""
    return {"success": False, "msg": tk._("This can't be done on this portal.")}


def _with_data(next_auth: AuthFunction, context: Context, data_dict: DataDict) -> AuthResult:
    resource = str(data_dict.get("resource_id") or data_dict.get("id"))
    try:
        tk.check_access("ontario_data_read", tk.fresh_context(context), {"resource_id": resource})
    except tk.NotAuthorized:
        raise tk.ObjectNotFound(tk._("Resource not found")) from None
    return next_auth(context, data_dict)


def ontario_access_request_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Let everybody ask who may read the record; for others there is none."""
    if people.caller(context) is None:
        return {"success": False, "msg": tk._("You must log in.")}
    _require_readable(context, data_dict.get("id"))
    return {"success": True}


@tk.auth_sysadmins_check
def ontario_access_request_decide(context: Context, data_dict: DataDict) -> AuthResult:
    """Let a Director of the owning ministry decide, never on their own request.

    Who asked may withdraw. System administrators have no say unless they are Directors.
    """
    user = people.caller(context)
    if user is None:
        return {"success": False, "msg": tk._("You must log in.")}
    request = model_of_requests.find(str(data_dict.get("id")))
    package = model.Package.get(request["package_id"]) if request else None
    if request is None or package is None:
        raise tk.ObjectNotFound(tk._("Request not found"))
    own = request["user_id"] == user.id
    if data_dict.get("decision") == rules.Step.WITHDRAW.value and own:
        return {"success": True}
    if package.owner_org not in people.directed_by(user):
        if not own:
            _require_readable(context, package.id, tk._("Request not found"))
        msg = tk._("Only a Director of the ministry that owns the dataset may do this.")
        return {"success": False, "msg": msg}
    if own or data_dict.get("decision") == rules.Step.WITHDRAW.value:
        msg = tk._("Nobody decides on their own request; only who asked may withdraw it.")
        return {"success": False, "msg": msg}
    return {"success": True}


def ontario_access_request_list(context: Context, _data_dict: DataDict | None) -> AuthResult:
    """Let everybody list their own requests, and those that they may decide on."""
    if people.caller(context) is None:
        return {"success": False, "msg": tk._("You must log in.")}
    return {"success": True}


def ontario_access_request_expire(_context: Context, _data_dict: DataDict | None) -> AuthResult:
    """Let the scheduler, and system administrators, end what has run out."""
    return {"success": False, "msg": tk._("Only system administrators may do this.")}


def _require_readable(context: Context, package_id: object, said: str = "") -> None:
    try:
        tk.check_access("package_show", tk.fresh_context(context), {"id": package_id})
    except (tk.NotAuthorized, tk.ObjectNotFound, tk.ValidationError):
        raise tk.ObjectNotFound(said or tk._("Dataset not found")) from None
