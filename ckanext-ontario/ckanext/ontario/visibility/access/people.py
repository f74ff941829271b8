"""Who calls, and whose Director they are."""

from __future__ import annotations

from ckan import model
from ckan.types import Context

from ckanext.ontario.visibility import memberships

DIRECTOR = "admin"
"""The permission that CKAN gives to admins of an organization alone."""


def caller(context: Context) -> model.User | None:
    """Return the signed-in, active user who calls: over HTTP, nobody is an object too."""
    user = context.get("auth_user_obj")
    if not isinstance(user, model.User):
        user = model.User.get(context.get("user")) if context.get("user") else None
    return user if user is not None and user.state == model.State.ACTIVE else None


def directed_by(user: model.User) -> set[str]:
    """Return the ids of the organizations a user is a Director of, sysadmin or not."""
    return set(memberships.roles_of(user, DIRECTOR))
