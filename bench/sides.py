"""One side of a harvest comparison: an empty portal, and a process that measures on it."""

from __future__ import annotations

import configparser
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import corpus, remote
from bench.work import WORK
from ckanext.ontario.stack import portals
from ckanext.ontario.stack.testing import TestServices

STOCK_PLUGINS = "harvest activity"
"""All that a portal on CKAN's own schema has."""


MOST, LEAN = 1 << 30, 50
"""Bytes that an inventory may have, and how long descriptions are so that a million rows fit."""


class Failed(Exception):
    """A measurement came to no end; carries what its process said last."""


@dataclass(frozen=True)
class Side:
    """Who harvests, and with which setting of ``ckan.search.solr_commit``."""

    what: str
    solr_commit: bool = True

    def options(self, url: str) -> dict[str, str]:
        """Return what its portal has in its ini file, beside what the internal portal has."""
        found = {"ckan.search.solr_commit": str(self.solr_commit).lower()}
        if self.what in {"plan", "ours"}:
            found["ckanext.ontario.harvest.max_upload_size"] = str(MOST)
        if self.what == "stock_schema":
            found["ckan.plugins"] = STOCK_PLUGINS
        if url and self.what == "ours_ckan":
            found["ckanext.ontario.harvest.allowed_hosts"] = url.removeprefix("http://")
        return found


def measure(
    services: TestServices, side: Side, records: int, instance: str, work: Sequence[str] = WORK
) -> dict[str, Any]:
    """Measure a side on a portal of its own and return what ``bench.process`` prints.

    Raises:
        Failed: when its process does.
    """
    name = f"{side.what}{'' if side.solr_commit else '_nc'}{instance}"
    widest = LEAN if side.what == "plan" else None
    inventory = corpus.inventory(services.folder / f"{name}.csv", records, widest)
    document = corpus.document(inventory, side.what)
    if side.what != "plan":
        corpus.document(corpus.changed(inventory), side.what)
    with ExitStack() as stack:
        url = ""
        if side.what in {"ckan", "ours_ckan"}:
            url = stack.enter_context(remote.served(document))
        ini = _ini(services, f"_{name}", side.options(url))
        given = [str(records), corpus.ORGANIZATION, ",".join(work), url]
        arguments = [side.what, ini, document, *given]
        done = subprocess.run(
            [sys.executable, "-m", "bench.process", *arguments],
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
        )
    if done.returncode:
        raise Failed(f"{side.what}, {records} records:\n{done.stderr[-3000:]}")
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


class _Ini(configparser.ConfigParser):
    """An ini file whose options keep their case, as CKAN's do."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def _ini(services: TestServices, instance: str, options: Mapping[str, str]) -> Path:
    path = portals.write(
        services.folder / f"bench{instance}.ini", services.portal("internal", instance)
    )
    parser = _Ini(interpolation=None)
    parser.read(path, encoding="utf-8")
    for name, value in options.items():
        parser["app:main"][name] = value
    with path.open("w", encoding="utf-8") as handle:
        parser.write(handle)
    return path
