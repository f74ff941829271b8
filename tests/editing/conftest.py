"""People of two ministries, over HTTP: everybody an endpoint must tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from callers import Caller
from factories import call, make_organization, make_user


@dataclass(frozen=True)
class People:
    """The ministry that owns the records, another one, and who belongs to them."""

    ministry: dict[str, Any]
    other: dict[str, Any]
    owner: Caller
    colleague: Caller
    member: Caller
    outsider: Caller
    nobody: Caller


@pytest.fixture(scope="module")
def people(clean_module: None, internal: Any) -> People:
    """The same people for a module."""
    names = {role: make_user(fullname=role.title())["name"]
             for role in ("owner", "colleague", "member", "outsider")}  # fmt: skip
    ministry = make_organization(
        users=[
            {"name": names["owner"], "capacity": "editor"},
            {"name": names["colleague"], "capacity": "editor"},
            {"name": names["member"], "capacity": "member"},
        ]
    )
    other = make_organization(users=[{"name": names["outsider"], "capacity": "editor"}])
    callers = {
        role: Caller(internal, name, call("api_token_create", user=name, name="tests")["token"])
        for role, name in names.items()
    }
    return People(ministry, other, nobody=Caller(internal), **callers)
