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


def main() -> None:
    """Call what the standard input asks for and print the results as one line of JSON."""
    calls = json.load(sys.stdin)
    with flask_of(load()).test_request_context():
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        results = [
            tk.get_action(name)({"user": user, "ignore_auth": True}, data) for name, data in calls
        ]
    sys.stdout.write(json.dumps(results, default=str) + "\n")


if __name__ == "__main__":
    main()
