"""The people of each ministry: an editor, a Director, and in two of them more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ckan import model

from ckanext.ontario.shared import clock
from ckanext.ontario.stack.prepare import STAFF_DOMAIN, STAFF_MINISTRY
from ckanext.ontario.stack.story.acting import Stage

DEPUTY = f"deputy-{STAFF_MINISTRY}"
DELEGATE = f"delegate-{STAFF_MINISTRY}"
ADMINISTRATOR = "catalogue-administrator"
A_YEAR = timedelta(days=365)
_ROLES = {"editor": "editor", "director": "admin"}


def editor_of(ministry: str) -> str:
    """Return the name of a ministry's editor; in one of them the account everybody is told."""
    return "editor" if ministry == STAFF_MINISTRY else f"editor-{ministry}"


def director_of(ministry: str) -> str:
    """Return the name of a ministry's Director."""
    return "director" if ministry == STAFF_MINISTRY else f"director-{ministry}"


def join(stage: Stage, ministry: str, password: str) -> None:
    """Give a ministry its editor and its Director, unless they are there."""
    for kind, role in _ROLES.items():
        name = {"editor": editor_of, "director": director_of}[kind](ministry)
        if _make(stage, name, f"{kind.capitalize()}, {ministry.upper()}", password):
            stage.itself("organization_member_create", id=ministry, username=name, role=role)


def give_roles(stage: Stage, password: str) -> None:
    """Appoint a Deputy Minister, a delegate and a catalogue administrator, once."""
    roles: dict[str, dict[str, Any]] = {
        DEPUTY: {"role": "deputy_minister", "organization": STAFF_MINISTRY},
        DELEGATE: {
            "role": "delegate",
            "organization": STAFF_MINISTRY,
            "valid_until": (clock.now() + A_YEAR).date().isoformat(),
        },
        ADMINISTRATOR: {"role": "catalogue_administrator"},
    }
    for name, role in roles.items():
        fullname = name.replace("-", " ").capitalize()
        if not _make(stage, name, fullname, password):
            continue
        stage.itself("organization_member_create", id=STAFF_MINISTRY, username=name, role="member")
        giver = director_of(STAFF_MINISTRY) if name == DELEGATE else "admin"
        stage.call(giver, "ontario_delegation_create", user=name, **role)


def _make(stage: Stage, name: str, fullname: str, password: str) -> bool:
    if model.User.get(name) is not None:
        return False
    stage.itself(
        "user_create",
        name=name,
        email=f"{name}@{STAFF_DOMAIN}",
        password=password,
        fullname=fullname,
    )
    return True
