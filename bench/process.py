"""One measurement in a CKAN process of its own: ``python -m bench.process peer|ours INI CSV``."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pylibmagic  # noqa: F401 -- imported for its effect: `magic` finds libmagic through it
from ckan import model
from ckan.cli import CKANConfigLoader
from ckan.cli.db import _migrate_plugins
from ckan.config.middleware import make_app

from bench.harvest import ORGANIZATION
from ckanext.ontario.harvest import commands
from ckanext.ontario.harvest.reader import Record
from ckanext.ontario.harvesters.inventory.reader import InventoryReader


def main(what: str, ini: str, document: str) -> None:
    """Prepare an empty portal, measure, print seconds as JSON on the last line."""
    app = make_app(CKANConfigLoader(ini).get_config())
    model.repo.init_db()
    _migrate_plugins(apply=True)
    with app._wsgi_app.test_request_context():  # noqa: SLF001 -- CKAN's wrapper shows no other way
        call("ontario_schema_seed", {})
        measured = {"peer": peer, "ours": ours}[what](Path(document))
    print(json.dumps(measured))


def call(action: str, data: dict[str, Any]) -> Any:
    """Call an action as the site user."""
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return tk.get_action(action)({"user": user, "ignore_auth": True}, data)


def peer(document: Path) -> dict[str, float]:
    """Create each record by CKAN's own action, with its default commits."""
    organization = call("organization_show", {"id": ORGANIZATION})["id"]
    call("package_search", {"rows": 0})  # first use of the index, for both alike

    def write() -> None:
        reader = InventoryReader()
        for number, found in enumerate(reader.read(document, {"profile": "ontario"})):
            if isinstance(found, Record):
                name = f"bench-{number}"
                call(
                    "package_create",
                    {**found.dataset, "name": name, "owner_org": organization, "type": "dataset"},
                )

    return {"first": timed(write)}


def ours(document: Path) -> dict[str, float]:
    """Harvest the document twice through the engine."""
    wanted = commands.Wanted(str(document), ORGANIZATION, "inventory", None, all_publishers=False)
    call("package_search", {"rows": 0})

    def harvest() -> None:
        answer = commands.harvest(wanted, dry=False, progress=lambda *_: None)
        if answer["counts"].get("invalid"):
            raise SystemExit(f"the benchmark's own inventory was refused: {answer['issues'][:3]}")

    return {"first": timed(harvest), "unchanged": timed(harvest)}


def timed(work: Callable[[], None]) -> float:
    """Return the seconds that ``work`` took by the wall clock."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(*sys.argv[1:])
