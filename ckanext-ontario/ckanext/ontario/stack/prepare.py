"""Bring one portal up to date in one CKAN process: ``python -m ckanext.ontario.stack.prepare``.

Migrations, seed data, first users, translations for scripts and the search index all need CKAN,
and a CKAN process takes seconds to start, so they share one. Running it again changes nothing.
``CKAN_INI`` names the portal; ``ONTARIO_FIRST_PASSWORD``, when set, gives it its first users.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.cli.db import _migrate_plugins  # pyright: ignore[reportPrivateUsage]
from ckan.lib import search
from ckan.lib.i18n import build_js_translations

from . import datastore
from .application import flask_of, load

PASSWORD = "ONTARIO_FIRST_PASSWORD"  # noqa: S105 -- the variable's name, not a password
STAFF_DOMAIN = "ontario.ca"
STAFF_MINISTRY = "mecp"
"""Environment, Conservation and Parks: seeded everywhere, and it has a sample inventory."""
FIRST_ROLES = {"director": "admin", "editor": "editor", "member": "member"}
"""One user for each kind of person on the internal portal, and the role in that ministry."""

SOLR_PATIENCE = 120
"""Seconds that Solr, which starts at the same time, may take."""


def main() -> int:
    """Prepare the portal and return 0; an exception ends the process with its trace in the log."""
    options = _options()
    # By environment, so that no list of processes shows it; taken out, so that no child gets it.
    password = os.environ.pop(PASSWORD, "")
    app = load()
    seconds: dict[str, float] = {}
    with flask_of(app).test_request_context():
        _timed(seconds, "database", _migrate)
        _timed(seconds, "datastore", _permit_datastore)
        _timed(seconds, "search", _wait_for_solr)
        _timed(seconds, "seed", lambda: _call("ontario_schema_seed", {}))
        if password:
            _timed(seconds, "users", lambda: _first_users(password))
        token = options.publication_token
        if token:
            given = {"file": str(token)}
            _timed(seconds, "token", lambda: _call("ontario_publication_token_ensure", given))
        _timed(seconds, "translations", build_js_translations)
        if options.rebuild_index or _index_was_lost():
            _timed(seconds, "index", _rebuild_index)
    if options.result:
        options.result.write_text(json.dumps(seconds))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="prepare", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rebuild-index", action="store_true", help="index every record again")
    parser.add_argument(
        "--publication-token",
        type=Path,
        help="file to write the token to by which releases are delivered (public portal)",
    )
    parser.add_argument("--result", type=Path, help="file that says, once done, what took how long")
    return parser.parse_args()


def _timed(seconds: dict[str, float], name: str, step: Callable[[], Any]) -> None:
    began = time.monotonic()
    step()
    seconds[name] = round(time.monotonic() - began, 1)


def _migrate() -> None:
    model.repo.init_db()
    _migrate_plugins(apply=True)


def _permit_datastore() -> None:
    datastore.permit(
        tk.config["sqlalchemy.url"],
        tk.config["ckan.datastore.write_url"],
        tk.config["ckan.datastore.read_url"],
    )


def _wait_for_solr() -> None:
    until = time.monotonic() + SOLR_PATIENCE
    while not search.is_available():
        if time.monotonic() > until:
            raise TimeoutError(f"Solr did not answer within {SOLR_PATIENCE} s")
        time.sleep(0.3)


def _index_was_lost() -> bool:
    """Say whether Solr holds nothing although the database holds packages: a core made anew."""
    stored = model.Session.query(model.Package).filter(model.Package.state != "deleted").count()
    if not stored:
        return False
    of_this_site = f'site_id:"{tk.config["ckan.site_id"]}"'
    found = search.make_connection().search("*:*", fq=of_this_site, rows=0)
    return found.hits == 0


def _rebuild_index() -> None:
    search.clear_all()
    search.rebuild(defer_commit=True)
    search.commit()


def _first_users(password: str) -> None:
    _user("admin", password)
    admin = model.User.get("admin")
    if admin is not None and not admin.sysadmin:
        admin.sysadmin = True
        model.repo.commit()
    if tk.config["ckanext.ontario.portal"] == "internal":
        for name, role in FIRST_ROLES.items():
            if _user(name, password):
                _join_ministry(name, role)


def _user(name: str, password: str) -> bool:
    """Make a user unless there is one; say whether one was made."""
    if model.User.get(name) is not None:
        return False
    address = f"{name}@{STAFF_DOMAIN}"
    fullname = name.capitalize()
    _call(
        "user_create",
        {"name": name, "email": address, "password": password, "fullname": fullname},
    )
    return True


def _join_ministry(name: str, role: str) -> None:
    _call("organization_member_create", {"id": STAFF_MINISTRY, "username": name, "role": role})


def _call(action: str, data: dict[str, Any]) -> Any:
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    return tk.get_action(action)({"user": site_user["name"], "ignore_auth": True}, data)


if __name__ == "__main__":
    sys.exit(main())
