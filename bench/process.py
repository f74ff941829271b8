"""One measurement in a CKAN process of its own: ``python -m bench.process peer|ours INI CSV``."""

from __future__ import annotations

import csv
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
from ckan.lib import search

from bench import stock
from bench.harvest import ORGANIZATION, TITLES
from ckanext.ontario.harvest import commands
from ckanext.ontario.ingest import rebuilding

Times = dict[str, dict[str, float]]
"""What was measured → ``{"wall", "cpu"}`` in seconds."""


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


def peer(document: Path) -> Times:
    """Harvest with the stock harvester: first, again unchanged, with a tenth changed; rebuild."""
    organization = call("organization_show", {"id": ORGANIZATION})["id"]
    catalogue = document.with_suffix(".json")
    source = stock.source(stock.document(catalogue, stock.datasets(document, organization)))
    call("package_search", {"rows": 0})  # first use of the index, for both alike
    run = stock.harvest(source)
    measured = {"first": timed(run), "unchanged": timed(run)}
    stock.document(catalogue, stock.datasets(changed(document), organization))
    return measured | {"changed_10": timed(run), "rebuild": timed(stock_rebuild)}


def stock_rebuild() -> None:
    """Do what ``ckan search-index rebuild`` does."""
    search.rebuild(defer_commit=True, quiet=True)
    search.commit()


def ours(document: Path) -> Times:
    """Harvest the same through the engine."""
    wanted = commands.Wanted(str(document), ORGANIZATION, "inventory", None, all_publishers=False)
    call("package_search", {"rows": 0})

    def harvest() -> None:
        answer = commands.harvest(wanted, dry=False, progress=lambda *_: None)
        if answer["counts"].get("invalid"):
            raise SystemExit(f"the benchmark's own inventory was refused: {answer['issues'][:3]}")

    measured = {"first": timed(harvest), "unchanged": timed(harvest)}
    changed(document).replace(document)
    measured["changed_10"] = timed(harvest)
    rebuild = timed(lambda: rebuilding.rebuild(lambda *_: None))
    return measured | {"rebuild": rebuild}


def changed(document: Path) -> Path:
    """Return an inventory like this one, with other titles in a tenth of its rows."""
    with document.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    path = document.with_name(f"{document.stem}-changed.csv")
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        for number, row in enumerate(rows):
            if number % 10 == 0:
                row |= {title: f"{row[title]} *" for title in TITLES}
            writer.writerow(row)
    return path


def timed(work: Callable[[], None]) -> dict[str, float]:
    """Return the seconds that ``work`` took by the wall clock, and of this process's processor."""
    began, busy = time.perf_counter(), time.process_time()
    work()
    return {"wall": time.perf_counter() - began, "cpu": time.process_time() - busy}


if __name__ == "__main__":
    main(*sys.argv[1:])
