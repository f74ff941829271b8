"""Bring one portal's database up to date, in one CKAN process: ``python -m …stack.prepare``.

Migrations, seed data and first users need CKAN, and a CKAN process takes seconds to start, so
they share one. Running it again changes nothing.
"""

from __future__ import annotations

import json
import os
import sys

import pylibmagic  # noqa: F401 -- imported for its effect: `magic` finds libmagic through it

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.cli import CKANConfigLoader
from ckan.cli.db import _migrate_plugins  # pyright: ignore[reportPrivateUsage]
from ckan.config.middleware import make_app

PASSWORD = "ONTARIO_FIRST_PASSWORD"
STAFF_DOMAIN = "ontario.ca"
FIRST_ROLES = {"director": "admin", "editor": "editor", "member": "member"}
"""One user for each kind of person on the internal portal, in the first ministry by name."""


def main() -> int:
    """Prepare the portal of ``CKAN_INI``; print what was made as JSON."""
    # The sign-in password comes by environment, so that no process list shows it.
    password = os.environ.pop(PASSWORD)
    app = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
    model.repo.init_db()
    _migrate_plugins(apply=True)
    with app._wsgi_app.test_request_context():
        seeded = _call("ontario_schema_seed", {})
        users = [_user("admin", password, sysadmin=True)]
        if tk.config["ckanext.ontario.portal"] == "internal":
            users += _staff(password)
    print(json.dumps({"seed": seeded, "users": [name for name in users if name]}, default=str))  # noqa: T201 -- the parent reads it
    return 0


def _call(action: str, data: dict[str, object]) -> dict[str, object]:
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    return tk.get_action(action)({"user": site_user["name"], "ignore_auth": True}, data)


def _user(name: str, password: str, *, sysadmin: bool = False) -> str | None:
    if model.User.get(name) is not None:
        return None
    _call(
        "user_create",
        {
            "name": name,
            "email": f"{name}@{STAFF_DOMAIN}",
            "password": password,
            "fullname": name.capitalize(),
        },
    )
    if sysadmin:
        user = model.User.get(name)
        assert user is not None  # noqa: S101 -- created three lines above
        user.sysadmin = True
        model.repo.commit_and_remove()
    return name


def _staff(password: str) -> list[str | None]:
    ministry = (
        model.Session.query(model.Group)
        .filter_by(type="organization", state="active", name="environment-conservation-and-parks")
        .first()
        or model.Session.query(model.Group)
        .filter_by(type="organization", state="active")
        .order_by(model.Group.name)
        .first()
    )
    made: list[str | None] = []
    for name, role in FIRST_ROLES.items():
        created = _user(name, password)
        if created and ministry is not None:
            _call(
                "organization_member_create",
                {"id": ministry.id, "username": name, "role": role},
            )
        made.append(created)
    return made


if __name__ == "__main__":
    sys.exit(main())
