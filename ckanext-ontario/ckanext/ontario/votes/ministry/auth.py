"""Who may do what on the ministry's side; actions ask further who the caller is to a ministry."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.types import AuthResult, Context, DataDict

from ckanext.ontario.shared import portal
from ckanext.ontario.votes import voters
from ckanext.ontario.votes.logic import auth

__all__ = [
    "ontario_vote_decision_list",
    "ontario_vote_remind",
    "ontario_vote_response_add",
    "ontario_vote_response_decide",
    "ontario_vote_response_list",
    "ontario_vote_tally_list",
    "ontario_vote_tally_pull",
]

_WRITERS = {"editor", "admin"}


@tk.auth_sysadmins_check
def ontario_vote_response_add(context: Context, data_dict: DataDict) -> AuthResult:
    """Let editors and Directors of the record's ministry; others can't find what is hidden."""
    user = model.User.get(voters.user_id_of(context) or "")
    if user is None:
        return _logged_in(context)
    auth.require_visible(context, data_dict)
    package = auth.package_in(context) or model.Package.get(str(data_dict["id"]))
    owner = package.owner_org if package else None
    if authz.users_role_for_group_or_org(owner, user.name) in _WRITERS:
        return {"success": True}
    return {"success": False, "msg": tk._("Only editors of the ministry may answer votes.")}


@tk.auth_sysadmins_check
def ontario_vote_response_decide(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who are logged in try; the action asks for the ministry's Director."""
    return _logged_in(context)


@tk.auth_sysadmins_check
def ontario_vote_decision_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who are logged in see what waits for them."""
    return _logged_in(context)


@tk.auth_allow_anonymous_access
@tk.auth_sysadmins_check
def ontario_vote_response_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Let everybody read answers to what they may see; inside, those who are logged in."""
    return _logged_in(context) if portal.is_internal() else {"success": True}


@tk.auth_sysadmins_check
def ontario_vote_tally_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who are logged in see what the public asks for."""
    return _logged_in(context)


def ontario_vote_tally_pull(context: Context, data_dict: DataDict) -> AuthResult:
    """Let system administrators alone; the scheduler acts as one."""
    return _administrators()


def ontario_vote_remind(context: Context, data_dict: DataDict) -> AuthResult:
    """Let system administrators alone; the scheduler acts as one."""
    return _administrators()


def _logged_in(context: Context) -> AuthResult:
    if voters.user_id_of(context):
        return {"success": True}
    return {"success": False, "msg": tk._("You must log in.")}


def _administrators() -> AuthResult:
    return {"success": False, "msg": tk._("Only system administrators may do this.")}
