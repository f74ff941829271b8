"""Callers of the portal, as a ministry's editor and as a program, in both languages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from callers import Caller
from factories import call, make_dataset, make_organization, make_user


@dataclass(frozen=True)
class Editor(Caller):
    """Somebody with a role in a ministry."""

    organization: dict[str, Any] = field(default_factory=dict)


def make_caller(app: Any, capacity: str = "editor", *, sysadmin: bool = False) -> Editor:
    """An editor of a new ministry."""
    user = make_user(sysadmin=sysadmin)
    organization = make_organization(users=[{"name": user["name"], "capacity": capacity}])
    token = call("api_token_create", user=user["name"], name="tests")["token"]
    return Editor(app, user["name"], token, organization)


@pytest.fixture(scope="module")
def editor(clean_module: None, internal: Any) -> Editor:
    """An editor of a ministry of their own; records of other tests of the module may be there."""
    return make_caller(internal)


@pytest.fixture(scope="module")
def administrator(clean_module: None, internal: Any) -> Editor:
    """A system administrator."""
    return make_caller(internal, sysadmin=True)


@pytest.fixture
def dataset(editor: Any) -> dict[str, Any]:
    """A complete dataset of the editor's ministry."""
    return make_dataset(editor.name, editor.organization)
