"""Fill a portal that runs in a process of its own with records, through CKAN's actions.

As a program it does the filling, inside a CKAN process: ``CKAN_INI`` names the portal and the
actions are read from the standard input, as JSON: a list of names with their data.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.model.types import make_uuid

from ckanext.ontario.shared import portal
from ckanext.ontario.stack.application import flask_of, load


def fill(server: Any, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    """Call actions on a portal as its site user and return their results."""
    done = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps(calls),
        env={**os.environ, "CKAN_INI": str(server.ini)},
        check=True,
        capture_output=True,
        text=True,
    )
    return list(json.loads(done.stdout.splitlines()[-1]))


SHARED = """
    INSERT INTO ontario_publication_record (package_id, state, since, shared)
    VALUES (:id, 'draft', now(), true)
"""
"""A record's audience reads it, as after its submission."""


def main() -> None:
    """Call what the standard input asks for and print the results as one line of JSON."""
    calls = json.load(sys.stdin)
    with flask_of(load()).test_request_context():
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        for name, data in calls:
            if name == "package_create" and portal.is_internal():
                model.Session.execute(sa.text(SHARED), {"id": data.setdefault("id", make_uuid())})
        model.Session.commit()
        results = [
            tk.get_action(name)({"user": user, "ignore_auth": True}, data) for name, data in calls
        ]
    sys.stdout.write(json.dumps(results, default=str) + "\n")


if __name__ == "__main__":
    main()
