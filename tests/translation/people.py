"""Everybody a page or an action must tell apart, and a record between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from callers import Caller
from factories import call, make_dataset, make_organization, make_user


@dataclass(frozen=True)
class People:
    """A ministry's editor, admin and member, another ministry's editor, and nobody."""

    ministry: dict[str, Any]
    editor: Caller
    admin: Caller
    member: Caller
    outsider: Caller
    nobody: Caller

    def record(self, **values: Any) -> dict[str, Any]:
        """Make a record of the ministry that everybody in government may read."""
        return make_dataset(None, self.ministry, **values)


def make_people(app: Any) -> People:
    """Make two ministries with people."""
    editor, admin, member, outsider = (_person(app) for _ in range(4))
    ministry = make_organization(
        users=[
            {"name": editor.name, "capacity": "editor"},
            {"name": admin.name, "capacity": "admin"},
            {"name": member.name, "capacity": "member"},
        ]
    )
    make_organization(users=[{"name": outsider.name, "capacity": "editor"}])
    return People(ministry, editor, admin, member, outsider, Caller(app))


def _person(app: Any) -> Caller:
    user = make_user()
    token = call("api_token_create", user=user["name"], name="tests")["token"]
    return Caller(app, user["name"], token)


def texts_of(caller: Caller, name: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the texts of a record by file and field."""
    shown = caller.ask("ontario_translation_show", id=name)
    return {(one["resource_id"], one["field"]): one for one in shown["texts"]}
