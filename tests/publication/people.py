"""Gives a public portal its people, in one process: ``python -m tests.publication.people FILE``.

Prints the API tokens of the users it made, as JSON; the service user's goes to the file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ckan import model

from ckanext.ontario.publication.transfer import service
from ckanext.ontario.publication.transfer.placing import as_the_portal
from ckanext.ontario.stack.application import flask_of, load


def main() -> None:
    """Make the people."""
    import ckan.plugins.toolkit as tk  # noqa: PLC0415 -- after the portal is loaded

    tokens: dict[str, str] = {}
    with flask_of(load()).test_request_context():
        for name in ("reader", "root"):
            made = {"name": name, "email": f"{name}@ontario.ca", "password": "correct-horse-9"}
            tk.get_action("user_create")(as_the_portal(), made)
            given = {"user": name, "name": "tests"}
            tokens[name] = tk.get_action("api_token_create")(as_the_portal(), given)["token"]
        root = model.User.get("root")
        assert root is not None
        root.sysadmin = True
        model.repo.commit()
        service.rotate(Path(sys.argv[1]))
    print(json.dumps(tokens))  # noqa: T201 -- the answer to the test


if __name__ == "__main__":
    main()
