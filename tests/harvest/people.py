"""Callers over HTTP: the owner's editor and Director, another ministry's editor, anyone."""

from __future__ import annotations

from typing import Any

from ckan.tests import factories
from ckan.tests.helpers import call_action

from callers import Caller


def member(app: Any, organization: str | None, capacity: str = "editor") -> Caller:
    """Somebody with this role in an organization."""
    user = factories.User()
    if organization:
        call_action(
            "organization_member_create",
            {"user": call_action("get_site_user")["name"]},
            id=organization,
            username=user["name"],
            role=capacity,
        )
    return caller(app, user["name"])


def caller(app: Any, name: str) -> Caller:
    """Somebody with a fresh token."""
    token = call_action("api_token_create", user=name, name="tests")["token"]
    return Caller(app, name, token)
