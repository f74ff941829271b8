"""Who may send, receive and reconcile. System administrators are asked like everybody else."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import authz, model
from ckan.types import AuthResult, Context, DataDict

from ckanext.ontario.publication import config
from ckanext.ontario.publication.model import ROLE
from ckanext.ontario.shared import clock, portal

__all__ = [
    "ontario_publication_kind_receive",
    "ontario_publication_push",
    "ontario_publication_receive",
    "ontario_publication_reconcile",
    "ontario_publication_retry",
    "ontario_publication_status",
    "ontario_publication_token_ensure",
]


def is_service_user(user: Any) -> bool:
    """Say whether a user is the one that delivers releases: active, and no administrator."""
    return bool(
        isinstance(user, model.User)
        and user.name == config.service_user()
        and user.state == model.State.ACTIVE
        and not user.sysadmin
    )


@tk.auth_sysadmins_check
def ontario_publication_receive(context: Context, data_dict: DataDict) -> AuthResult:
    """Let the service user deliver releases, and nobody else."""
    if is_service_user(model.User.get(str(context.get("user") or ""))):
        return {"success": True}
    return {"success": False, "msg": tk._("Only the publication service may deliver releases.")}


@tk.auth_sysadmins_check
def ontario_publication_kind_receive(context: Context, data_dict: DataDict) -> AuthResult:
    """Let the service user deliver releases, and nobody else."""
    return ontario_publication_receive(context, data_dict)


def ontario_publication_status(context: Context, data_dict: DataDict) -> AuthResult:
    """Let catalogue administrators see it inside, and the service user outside."""
    user = model.User.get(str(context.get("user") or ""))
    if not portal.is_internal() and is_service_user(user):
        return {"success": True}
    return _administrators(user)


def ontario_publication_push(context: Context, data_dict: DataDict) -> AuthResult:
    """Let catalogue administrators send what waits."""
    return _administrators(model.User.get(str(context.get("user") or "")))


def ontario_publication_retry(context: Context, data_dict: DataDict) -> AuthResult:
    """Let catalogue administrators send again what was parked."""
    return _administrators(model.User.get(str(context.get("user") or "")))


def ontario_publication_reconcile(context: Context, data_dict: DataDict) -> AuthResult:
    """Let catalogue administrators compare the portals; purging is for system administrators."""
    if data_dict.get("purge_unknown") or data_dict.get("after_restore"):
        return {"success": False, "msg": tk._("Only system administrators may do this.")}
    return _administrators(model.User.get(str(context.get("user") or "")))


@tk.auth_sysadmins_check
def ontario_publication_token_ensure(context: Context, data_dict: DataDict) -> AuthResult:
    """Refuse every caller from outside: it is for the preparation of a portal."""
    return {"success": False, "msg": tk._("This action is for the portal's own use.")}


def _administrators(user: Any) -> AuthResult:
    if user and portal.is_internal() and _administers(user):
        return {"success": True}
    return {"success": False, "msg": tk._("Only catalogue administrators may do this.")}


def _administers(user: Any) -> bool:
    now = clock.now()
    current = sa.select(ROLE.c.id).where(
        ROLE.c.user_id == user.id,
        ROLE.c.role == "catalogue_administrator",
        ROLE.c.valid_from <= now,
        sa.or_(ROLE.c.valid_until.is_(None), ROLE.c.valid_until > now),
        ROLE.c.revoked_at.is_(None),
    )
    return authz.is_sysadmin(user.name) or model.Session.execute(current).first() is not None
