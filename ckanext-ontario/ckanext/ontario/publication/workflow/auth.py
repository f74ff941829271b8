"""Who may take which step.

System administrators pass through these functions like anyone else: the rules know no exception
for them. The same rules stand in the domain, where they are asked again under a lock.
"""

from __future__ import annotations

from collections.abc import Callable

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.ontario.publication.roles import Actor
from ckanext.ontario.publication.workflow import access, messages, people

__all__ = [
    "ontario_release_approve",
    "ontario_release_history",
    "ontario_release_list",
    "ontario_release_preview",
    "ontario_release_remove",
    "ontario_release_restore",
    "ontario_release_return",
    "ontario_release_schedule",
    "ontario_release_show",
    "ontario_release_submit",
    "ontario_release_withdraw",
]

_ALLOWED: AuthResult = {"success": True}


def _logged_in(context: Context) -> AuthResult:
    if people.user_of(context) is None:
        return {"success": False, "msg": tk._("You must log in.")}
    return _ALLOWED


def _who(
    context: Context, data_dict: DataDict, code: str, rule: Callable[[Actor], bool]
) -> AuthResult:
    if people.user_of(context) is None:
        return {"success": False, "msg": tk._("You must log in.")}
    _loaded, actor = access.found(context, data_dict)
    if rule(actor):
        return _ALLOWED
    return {"success": False, "msg": messages.refusal(code)}


@tk.auth_sysadmins_check
def ontario_release_submit(context: Context, data_dict: DataDict) -> AuthResult:
    """Let editors of the ministry."""
    return _who(context, data_dict, "submit-editor", lambda actor: actor.edits)


@tk.auth_sysadmins_check
def ontario_release_approve(context: Context, data_dict: DataDict) -> AuthResult:
    """Let the Director and delegates in date; of a list, each record asks again."""
    if "records" in data_dict:
        return _logged_in(context)
    return _who(context, data_dict, "approve-director", lambda actor: actor.approves)


@tk.auth_sysadmins_check
def ontario_release_return(context: Context, data_dict: DataDict) -> AuthResult:
    """Let the Director and delegates in date."""
    return _who(context, data_dict, "return-director", lambda actor: actor.approves)


@tk.auth_sysadmins_check
def ontario_release_schedule(context: Context, data_dict: DataDict) -> AuthResult:
    """Let the Director and delegates in date."""
    return _who(context, data_dict, "schedule-director", lambda actor: actor.approves)


@tk.auth_sysadmins_check
def ontario_release_withdraw(context: Context, data_dict: DataDict) -> AuthResult:
    """Let the Director and catalogue administrators in date."""
    return _who(context, data_dict, "withdraw-director", _takes_back)


@tk.auth_sysadmins_check
def ontario_release_restore(context: Context, data_dict: DataDict) -> AuthResult:
    """Let the Director and catalogue administrators in date."""
    return _who(context, data_dict, "restore-director", _takes_back)


@tk.auth_sysadmins_check
def ontario_release_remove(context: Context, data_dict: DataDict) -> AuthResult:
    """Let the Deputy Minister or agency head on record for the ministry."""
    return _who(context, data_dict, "remove-deputy", lambda actor: actor.deputy_minister)


def _takes_back(actor: Actor) -> bool:
    return actor.director or actor.catalogue_administrator


@tk.auth_sysadmins_check
def ontario_release_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who may read the record or have a part in its workflow."""
    return _who(context, data_dict, "concerned", lambda _actor: True)


def ontario_release_preview(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who have a part in the workflow of the ministry's records."""
    return _who(context, data_dict, "concerned", lambda actor: actor.concerned)


def ontario_release_history(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those who have a part in the workflow of the ministry's records."""
    return _who(context, data_dict, "concerned", lambda actor: actor.concerned)


def ontario_release_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Let anyone who is logged in: each sees the work of their own ministries."""
    return _logged_in(context)
