"""ckanext-harvest's auth functions that let everyone in, and the lock on open sources."""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthFunction, AuthResult, Context, DataDict

from ckanext.harvest.model import HarvestSource

__all__ = [
    "harvest_object_list",
    "harvest_object_show",
    "harvest_source_list",
    "harvest_source_show_status",
    "harvesters_info_show",
    "package_update",
]


def _needs_user(next_auth: AuthFunction, context: Context, data_dict: DataDict) -> AuthResult:
    user: Any = context.get("auth_user_obj")
    if user is None or not user.is_authenticated:
        return {"success": False, "msg": tk._("You must log in.")}
    return next_auth(context, data_dict)


@tk.chained_auth_function
@tk.auth_disallow_anonymous_access
def harvest_source_list(
    next_auth: AuthFunction, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Let those who are signed in; the action shows each the sources they may edit."""
    return _needs_user(next_auth, context, data_dict or {})


@tk.chained_auth_function
@tk.auth_disallow_anonymous_access
def harvest_source_show_status(
    next_auth: AuthFunction, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Let those who are signed in and may read the source."""
    return _needs_user(next_auth, context, data_dict or {})


@tk.chained_auth_function
@tk.auth_disallow_anonymous_access
def harvest_object_show(
    next_auth: AuthFunction, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Let those who are signed in; the action asks for the right to edit the source."""
    return _needs_user(next_auth, context, data_dict or {})


@tk.chained_auth_function
@tk.auth_disallow_anonymous_access
def harvest_object_list(
    next_auth: AuthFunction, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Let those who are signed in; the action shows each the objects of sources they may edit."""
    return _needs_user(next_auth, context, data_dict or {})


@tk.chained_auth_function
@tk.auth_disallow_anonymous_access
def harvesters_info_show(
    next_auth: AuthFunction, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Let those who are signed in."""
    return _needs_user(next_auth, context, data_dict or {})


@tk.chained_auth_function
def package_update(
    next_auth: AuthFunction, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Refuse editors a source that writes for other organizations; administrators pass CKAN's way.

    Whoever may change such a source's document writes into every ministry's records.
    """
    data_dict = data_dict or {}
    package: Any = context.get("package") or model.Package.get(data_dict.get("id"))
    if package is not None and package.type == "harvest" and _writes_for_others(package.id):
        msg = tk._(
            "Only system administrators may change a source that writes for others or takes over."
        )
        return {"success": False, "msg": msg}
    return next_auth(context, data_dict)


def _writes_for_others(source_id: str) -> bool:
    source: Any = HarvestSource.get(source_id)
    try:
        config = json.loads(source.config or "{}") if source else {}
    except ValueError:
        return False
    if not isinstance(config, dict):
        return False
    return config.get("publishers") == "any" or bool(config.get("takeover"))
