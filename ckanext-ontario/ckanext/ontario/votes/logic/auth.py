"""Who may vote and who may look after votes."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthResult, Context, DataDict

from ckanext.ontario.votes import voters

__all__ = [
    "ontario_vote_export",
    "ontario_vote_index",
    "ontario_vote_list",
    "ontario_vote_merge",
    "ontario_vote_mergeable_show",
    "ontario_vote_purge",
    "ontario_vote_ranking",
    "ontario_vote_reconcile",
    "ontario_vote_review_keep",
    "ontario_vote_set",
    "ontario_vote_show",
    "ontario_vote_suggestion_accept",
    "ontario_vote_suggestion_create",
    "ontario_vote_suggestion_list",
    "ontario_vote_suggestion_refuse",
    "ontario_vote_suggestion_set",
    "ontario_vote_velocity",
    "ontario_vote_void",
]

_PACKAGE: Any = "ontario_votes_package"


@tk.auth_allow_anonymous_access
@tk.auth_sysadmins_check
def ontario_vote_set(context: Context, data_dict: DataDict) -> AuthResult:
    """Let everybody vote, with an account or without, for what they may see."""
    require_visible(context, data_dict)
    return {"success": True}


@tk.auth_allow_anonymous_access
@tk.auth_sysadmins_check
def ontario_vote_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Let everybody see the votes of what they may see."""
    require_visible(context, data_dict)
    return {"success": True}


@tk.auth_allow_anonymous_access
def ontario_vote_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Let everybody list their own votes."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def ontario_vote_ranking(context: Context, data_dict: DataDict) -> AuthResult:
    """Let everybody see the ranking."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def ontario_vote_export(context: Context, data_dict: DataDict) -> AuthResult:
    """Let everybody have the counts."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def ontario_vote_mergeable_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Let everybody ask; without a log-in there is nothing to merge."""
    return {"success": True}


@tk.auth_sysadmins_check
def ontario_vote_merge(context: Context, data_dict: DataDict) -> AuthResult:
    """Let those merge who are logged in: it is their own account."""
    if not voters.user_id_of(context):
        return {"success": False, "msg": tk._("You must log in.")}
    return {"success": True}


@tk.auth_allow_anonymous_access
def ontario_vote_suggestion_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Let everybody suggest a dataset; administrators look at it before anybody else does."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def ontario_vote_suggestion_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Let everybody list what was accepted, and administrators the rest."""
    if data_dict.get("state") in (None, "", "accepted"):
        return {"success": True}
    return _administrators()


@tk.auth_allow_anonymous_access
def ontario_vote_suggestion_set(context: Context, data_dict: DataDict) -> AuthResult:
    """Let everybody vote for suggestions that were accepted."""
    return {"success": True}


def ontario_vote_suggestion_accept(context: Context, data_dict: DataDict) -> AuthResult:
    """Let system administrators alone decide on suggestions."""
    return _administrators()


def ontario_vote_suggestion_refuse(context: Context, data_dict: DataDict) -> AuthResult:
    """Let system administrators alone decide on suggestions."""
    return _administrators()


def ontario_vote_void(context: Context, data_dict: DataDict) -> AuthResult:
    """Let system administrators alone declare ballots void."""
    return _administrators()


def ontario_vote_velocity(context: Context, data_dict: DataDict) -> AuthResult:
    """Let system administrators alone see what looks strange."""
    return _administrators()


def ontario_vote_review_keep(context: Context, data_dict: DataDict) -> AuthResult:
    """Let system administrators alone decide on what waits for a look."""
    return _administrators()


def ontario_vote_index(context: Context, data_dict: DataDict) -> AuthResult:
    """Let system administrators alone; the scheduler acts as one."""
    return _administrators()


def ontario_vote_reconcile(context: Context, data_dict: DataDict) -> AuthResult:
    """Let system administrators alone; the scheduler acts as one."""
    return _administrators()


def ontario_vote_purge(context: Context, data_dict: DataDict) -> AuthResult:
    """Let system administrators alone; the scheduler acts as one."""
    return _administrators()


def _administrators() -> AuthResult:
    return {"success": False, "msg": tk._("Only system administrators may do this.")}


def package_in(context: Context) -> model.Package | None:
    """Return the record that was looked at to decide about this call, if one was."""
    found: Any = context.get(_PACKAGE)
    return found if isinstance(found, model.Package) else None


def require_visible(context: Context, data_dict: DataDict) -> None:
    """Keep the record for :func:`package_in`.

    Raises:
        ObjectNotFound: when there is no such record that the caller may read.
    """
    asked = tk.fresh_context(context)
    try:
        tk.check_access("package_show", asked, {"id": str(data_dict.get("id") or "")})
        context[_PACKAGE] = asked.get("package")
    except (tk.NotAuthorized, tk.ObjectNotFound, tk.ValidationError):
        raise tk.ObjectNotFound(tk._("Dataset not found")) from None
