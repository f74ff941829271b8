"""One measurement in a CKAN process of its own.

``python -m bench.process WHAT INI DOCUMENT RECORDS ORGANIZATION [URL]``, where WHAT is a peer of
:mod:`bench.stock`, ``ours`` (reads an inventory), ``ours_ckan`` (reads the CKAN at URL),
``ours_data_json`` (reads a data.json) or ``plan`` (a dry run). The documents are there already, so
that making them costs no memory here.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pylibmagic  # noqa: F401 -- imported for its effect: `magic` finds libmagic through it
from ckan import model
from ckan.cli import CKANConfigLoader
from ckan.cli.db import _migrate_plugins
from ckan.config.middleware import make_app

from bench.costing import call, peak_mb
from bench.work import Source


def main(what: str, ini: str, *given: str) -> None:
    """Prepare an empty portal, measure, print ``{"work": {work: cost}, "peak_mb"}``.

    A plan has ``"stages"`` (seconds by name) in the place of work.
    """
    document, records, organization, *url = given
    source = Source(Path(document), int(records), organization, *url)
    app = make_app(CKANConfigLoader(ini).get_config())
    model.repo.init_db()
    _migrate_plugins(apply=True)
    with app._wsgi_app.test_request_context():  # noqa: SLF001 -- CKAN's wrapper shows no other way
        if what == "stock_schema":
            call("organization_create", {"name": organization})
        else:
            call("ontario_schema_seed", {})
        call("package_search", {"rows": 0})  # first use of the index, for all alike
        measured = _measure(what, source)
    print(json.dumps({**measured, "peak_mb": peak_mb()}))


def _measure(what: str, source: Source) -> dict[str, Any]:
    """Import the one side and measure it; a peer's process has nothing of the other's."""
    if what == "plan":
        return {"stages": importlib.import_module("bench.engine").harvest(source, dry=True)}
    if what.startswith("ours"):
        return {"work": importlib.import_module("bench.engine").work(source).costs(source)}
    return {"work": importlib.import_module("bench.stock").work(what, source).costs(source)}


if __name__ == "__main__":
    main(*sys.argv[1:])
