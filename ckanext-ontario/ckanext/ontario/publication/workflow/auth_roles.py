"""Who may give roles and standing approvals, and run what the scheduler runs.

The actions ask which ministry it is about and who the caller is to it.
"""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.ontario.publication.workflow import people

__all__ = [
    "ontario_delegation_create",
    "ontario_delegation_list",
    "ontario_delegation_revoke",
    "ontario_publication_mail_send",
    "ontario_release_digest",
    "ontario_release_due",
    "ontario_standing_approval_create",
    "ontario_standing_approval_list",
    "ontario_standing_approval_revoke",
]


def _logged_in(context: Context) -> AuthResult:
    if people.user_of(context) is None:
        return {"success": False, "msg": tk._("You must log in.")}
    return {"success": True}


@tk.auth_sysadmins_check
def ontario_delegation_create(context: Context, data_dict: DataDict) -> AuthResult:  # noqa: ARG001
    """Let anyone logged in ask; the action refuses who may not give the role."""
    return _logged_in(context)


def ontario_delegation_list(context: Context, data_dict: DataDict) -> AuthResult:  # noqa: ARG001
    """Let anyone who is logged in: each sees the roles of their own ministries."""
    return _logged_in(context)


@tk.auth_sysadmins_check
def ontario_delegation_revoke(context: Context, data_dict: DataDict) -> AuthResult:  # noqa: ARG001
    """Let anyone logged in ask; the action refuses who may not end the role."""
    return _logged_in(context)


@tk.auth_sysadmins_check
def ontario_standing_approval_create(
    context: Context,
    data_dict: DataDict,  # noqa: ARG001 -- CKAN's signature
) -> AuthResult:
    """Let anyone logged in ask; the action refuses who is not the Director."""
    return _logged_in(context)


def ontario_standing_approval_list(
    context: Context,
    data_dict: DataDict,  # noqa: ARG001 -- CKAN's signature
) -> AuthResult:
    """Let anyone who is logged in: each sees those of their own ministries."""
    return _logged_in(context)


@tk.auth_sysadmins_check
def ontario_standing_approval_revoke(
    context: Context,
    data_dict: DataDict,  # noqa: ARG001 -- CKAN's signature
) -> AuthResult:
    """Let anyone logged in ask; the action refuses who is not the Director."""
    return _logged_in(context)


def _nobody() -> AuthResult:
    return {"success": False, "msg": tk._("The portal does this by itself.")}


def ontario_release_due(context: Context, data_dict: DataDict) -> AuthResult:  # noqa: ARG001
    """Let the scheduler and system administrators: it only releases what was approved."""
    return _nobody()


def ontario_release_digest(context: Context, data_dict: DataDict) -> AuthResult:  # noqa: ARG001
    """Let the scheduler and system administrators."""
    return _nobody()


def ontario_publication_mail_send(
    context: Context,  # noqa: ARG001 -- CKAN's signature
    data_dict: DataDict,  # noqa: ARG001
) -> AuthResult:
    """Let the scheduler and system administrators."""
    return _nobody()
