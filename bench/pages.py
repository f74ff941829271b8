"""Pages and API calls: CKAN without a plugin of ours against the public portal.

Both read the same Postgres database of made-up records (``bench.load``) in the same run. The peer
is CKAN as it comes: no plugin at all, its own templates, schema and search, with a Solr core of
its own (CKAN's schema, our ``solrconfig.xml``) that its own hooks indexed. Both are served by
gunicorn with our settings (one process, eight threads), anonymously, over loopback; only one is
asked at a time, turn by turn. What is compared is the time inside the server, from the request to
the last byte.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import ckan

from bench import visits
from ckanext.ontario.stack import commands, portals, solr
from ckanext.ontario.stack.processes import spawn, stop, wait_until
from ckanext.ontario.stack.testing import TestServices, free_port

FACETS = json.dumps(["organization", "groups", "tags", "res_format", "license_id"])
ADDRESSES = {
    "home": "/",
    "search": "/dataset/?q=water",
    "dataset": "/dataset/{dataset}",
    "organization": "/organization/{organization}",
    "package_search, 20 rows, 5 facets": (
        "/api/3/action/package_search?q=water&rows=20&facet.field=" + FACETS.replace(" ", "")
    ).replace('"', "%22"),
    "package_search, 0 rows": "/api/3/action/package_search?q=water&rows=0",
    "package_show": "/api/3/action/package_show?id={dataset}",
}
INSIDE = {"dataset inside, signed in": "/dataset/{dataset}"}
"""Of the internal portal, asked by an editor with an API token."""

PASSWORD = secrets.token_urlsafe(12)
READER, READERS_MINISTRY = "editor", "mecp"
INSIDE_RECORDS = 1000
"""The most records of the internal portal: a record's page does not depend on their number."""

SIDES = ("peer", "ours")
THREADS = 8
SINGLE, PARALLEL = 6, 24
"""Requests of a round to one address: one after another, and from eight clients at a time."""
TARGET = 1.15


@dataclass(frozen=True)
class Answer:
    """What one request cost, as the server said."""

    ms: float
    cpu: float
    sql: float
    size: int


@dataclass
class Site:
    """A served portal."""

    port: int
    names: dict[str, list[str]]
    headers: dict[str, str] = field(default_factory=dict[str, str])
    turn: Iterator[int] = field(default_factory=count)

    def path(self, address: str) -> str:
        """Return the address with the next dataset and organization."""
        at = next(self.turn)
        return address.format(**{key: one[at % len(one)] for key, one in self.names.items()})

    def ask(self, address: str, times: int) -> list[Answer]:
        """Ask ``times`` times on one connection."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        with contextlib.closing(connection):
            return [self._one(connection, self.path(address)) for _time in range(times)]

    def _one(self, connection: HTTPConnection, path: str) -> Answer:
        connection.request("GET", path, headers=self.headers)
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}")
        ms, cpu, sql = (float(response.headers[f"X-Bench-{one}"]) for one in ("Ms", "Cpu", "Sql"))
        return Answer(ms, cpu, sql, len(body))


def run(folder: Path, records: int, rounds: int) -> dict[str, Any]:
    """Measure ``rounds`` interleaved rounds over a catalogue of ``records`` records.

    Returns:
        ``{"records", "rounds", "pages": {address: {"c1": …, "c8": …, "sql", "bytes"}}, "visits": as
        :func:`bench.visits.measured`}``; for each
        number of clients and side the median, the 95th percentile and the spread of the rounds'
        medians (max ÷ min) in milliseconds, and the ratio ours ÷ peer of the medians.
    """
    services = TestServices.start(folder)
    try:
        measured, visited = _measured(services, "public", ADDRESSES, records, rounds)
        few = min(records, INSIDE_RECORDS)
        measured |= _measured(services, "internal", INSIDE, few, rounds)[0]
    finally:
        for portal in ("public", "internal"):
            with contextlib.suppress(Exception):
                solr.delete_core(services.solr_root, _peer_core(services, portal))
        services.stop()
    return {"records": records, "rounds": rounds, "pages": measured, "visits": visited}


def _measured(
    services: TestServices, portal: str, addresses: dict[str, str], records: int, rounds: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    ours, peer = _portals(services, portal, records)
    # The same token for both: they share the database, and the secret that tokens are signed with.
    token = commands.new_token(ours, READER, "bench").stdout.split() if portal == "internal" else []
    headers = {"Authorization": token[-1]} if token else {}
    folder = services.folder / portal
    with served("ours", ours, folder) as port, served("peer", peer, folder) as other:
        names = _names(port, headers)
        sites = {"ours": Site(port, names, headers), "peer": Site(other, names, headers)}
        single, parallel = (SINGLE, PARALLEL) if rounds > 1 else (2, THREADS)
        pages = {
            name: compare(sites, address, rounds, single, parallel)
            for name, address in addresses.items()
        }
        urls = {side: partial(_twice, site) for side, site in sites.items()}
        return pages, {} if headers else visits.measured(urls, rounds)


def _twice(site: Site, page: str) -> list[str]:
    """Return the addresses of two visits to a page: of two records, if it is a record's."""
    root = f"http://127.0.0.1:{site.port}"
    return [root + site.path(ADDRESSES[page]) for _visit in ("cold", "warm")]


def table(result: dict[str, Any]) -> str:
    """Return the result for a terminal."""
    lines = [
        f"{result['records']} records, {result['rounds']} interleaved rounds; server milliseconds",
        "",
        "".join(
            f"{title:>{width}}"
            for title, width in (
                ("CKAN p50/p95", 50),
                ("ours p50/p95", 16),
                ("ratio", 7),
                ("CPU", 8),
                ("spread", 12),
                ("SQL", 10),
                ("kB", 12),
            )
        ),
    ]
    for name, page in result["pages"].items():
        for clients in ("c1", "c8"):
            one = page[clients]
            peer, ours = one["peer"], one["ours"]
            line = f"{name[:30] if clients == 'c1' else '':31}{clients} "
            for side in (peer, ours):
                line += f"{side['p50']:>8.1f} /{side['p95']:>6.1f}"
            mark = " " if one["ratio"] <= TARGET else "!"
            line += f"{one['ratio']:>7.2f}{mark}{one['cpu_ratio']:>7.2f}"
            line += f"{peer['spread']:>6.2f}{ours['spread']:>6.2f}"
            if clients == "c1":
                line += f"{page['sql']['peer']:>5.0f}{page['sql']['ours']:>5.0f}"
                line += f"{page['bytes']['peer'] / 1000:>6.0f}{page['bytes']['ours'] / 1000:>6.0f}"
            lines.append(line)
    lines += ["", f"! = over the target of {TARGET}. Spread: largest ÷ smallest median of a round."]
    return "\n".join([*lines, "", visits.table(result["visits"])])


def compare(
    sites: dict[str, Site], address: str, rounds: int, single: int, parallel: int
) -> dict[str, Any]:
    """Ask both sites in interleaved rounds, from one client and from eight at a time.

    Args:
        sites: by side.
        address: with names of :class:`Site` in braces.
        rounds: how many.
        single: requests of a round, one after another.
        parallel: requests of a round, from eight clients.

    Returns:
        ``{"c1": …, "c8": …, "sql", "bytes"}`` as in :func:`run`.
    """
    for site in sites.values():
        site.ask(address, 3)  # warm-up
    alone: dict[str, list[list[Answer]]] = {side: [] for side in SIDES}
    together: dict[str, list[list[Answer]]] = {side: [] for side in SIDES}
    with ThreadPoolExecutor(THREADS) as pool:
        for number in range(rounds):
            for side in SIDES if number % 2 == 0 else reversed(SIDES):
                site = sites[side]
                alone[side].append(site.ask(address, single))
                asked = [
                    pool.submit(site.ask, address, parallel // THREADS) for _one in range(THREADS)
                ]
                together[side].append([one for each in asked for one in each.result()])
    return {
        "c1": _compared(alone),
        "c8": _compared(together),
        "sql": {side: median(one.sql for each in alone[side] for one in each) for side in SIDES},
        "bytes": {side: median(one.size for each in alone[side] for one in each) for side in SIDES},
    }


def _compared(answers: dict[str, list[list[Answer]]]) -> dict[str, Any]:
    sides = {side: _summary(rounds) for side, rounds in answers.items()}
    return {
        **sides,
        "ratio": sides["ours"]["p50"] / sides["peer"]["p50"],
        "cpu_ratio": sides["ours"]["cpu"] / sides["peer"]["cpu"],
    }


def _summary(rounds: list[list[Answer]]) -> dict[str, float]:
    every = sorted(one.ms for each in rounds for one in each)
    medians = [median(one.ms for one in each) for each in rounds]
    return {
        "p50": median(every),
        "p95": every[min(len(every) - 1, int(len(every) * 0.95))],
        "spread": max(medians) / min(medians),
        "cpu": median(one.cpu for each in rounds for one in each),
    }


def _peer_core(services: TestServices, portal: str) -> str:
    return f"{services.prefix}_{portal}_peer"


def _portals(services: TestServices, portal: str, records: int) -> tuple[Path, Path]:
    """Load our portal, index the peer over the same database; return the ini of each."""
    settings = services.portal(portal, "_pages")
    ours = portals.write(services.folder / portal / "ours.ini", settings)
    python(["-m", "ckanext.ontario.stack.prepare"], ours)
    # A second process takes seconds to start, and pays from some hundred records on.
    processes = ["--processes", "1" if records < 500 else "2"]
    loaded = ["--records", str(records), "--json", *processes]
    python(["-m", "bench.load", str(ours), *loaded], ours)
    core = _peer_core(services, portal)
    solr.create_core(services.solr_root, core, _plain_configset(services.folder, portal))
    peer = portals.write(services.folder / portal / "peer.ini", settings)
    core_url = f"{services.solr_root}/{core}"
    peer.write_text(without_plugins(peer.read_text(), settings.solr_url, core_url))
    python(["-m", "bench.load", str(peer), "--index-all", *processes], peer)
    return ours, peer


def _plain_configset(folder: Path, portal: str) -> Path:
    """Return our configset with CKAN's own schema, which knows none of our fields."""
    plain = folder / portal / "configset-ckan"
    shutil.copytree(folder / "configset", plain)
    (schema,) = plain.rglob("schema.xml")
    shutil.copyfile(Path(ckan.__file__).parent / "config" / "solr" / "schema.xml", schema)
    return plain


def without_plugins(text: str, solr_url: str, other_url: str) -> str:
    """Return the ini text of a portal as CKAN alone over the same database, with another core."""
    kept: list[str] = []
    skipping = False
    for line in text.splitlines():
        ours = line.startswith(
            ("ckanext.", "scheming.", "ckan.plugins", "ckan.search.solr_allowed")
        )
        skipping = ours or (skipping and line[:1] in {"\t", " "})
        if not skipping:
            kept.append(line.replace(solr_url, other_url))
    at = kept.index("[app:main]") + 1
    return "\n".join([*kept[:at], "ckan.plugins =", *kept[at:]])


def python(arguments: list[str], ini: Path) -> None:
    """Run a module as a program for the portal of an ini file.

    Raises:
        RuntimeError: when it fails, with what it said.
    """
    done = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "CKAN_INI": str(ini), "ONTARIO_FIRST_PASSWORD": PASSWORD},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stderr[-3000:]}")


@contextlib.contextmanager
def served(name: str, ini: Path, folder: Path) -> Iterator[int]:
    """Serve a portal through :mod:`bench.served` for the length of the block; give its port."""
    port = free_port()
    command = [*commands.web(port), "bench.served:application"]
    home = folder / f"web-{name}"
    environment = {"CKAN_INI": str(ini), "GUNICORN_CMD_ARGS": "", "PYTHONPATH": str(Path.cwd())}
    process = spawn("web", command, home, environment)
    try:
        url = f"http://127.0.0.1:{port}/user/login"  # answers on every portal, to everybody
        wait_until(lambda: commands.answers(url), 120, process)
        yield port
    finally:
        stop(["web"], home)


def _names(port: int, headers: dict[str, str]) -> dict[str, list[str]]:
    """Return the records and organizations whose pages are asked: the first of a plain search."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    with contextlib.closing(connection):
        own = f"&fq=organization:{READERS_MINISTRY}" if headers else ""
        path = f"/api/3/action/package_search?rows=40&sort=name+asc{own}"
        connection.request("GET", path, headers=headers)
        found = json.load(connection.getresponse())["result"]["results"]
    return {
        "dataset": [one["name"] for one in found],
        "organization": sorted({one["organization"]["name"] for one in found}),
    }
