"""Publishing: from a release in the outbox until the public finds it, and many at once.

Both portals are real servers with a worker each, on databases and cores of their own. Single
releases go the way of production: outbox, job, worker, delivery, index. The peer of many releases
at once is ``package_create`` over HTTP for as many records on the same machine in the same run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from ckanext.ontario.stack import commands
from ckanext.ontario.stack.processes import find, spawn, stop
from ckanext.ontario.stack.testing import PortalServer, TestServices

SINGLE, SMOKE_SINGLE = 100, 3
"""Releases that are measured one by one: at most, and when only a few records are asked for."""

FEW = 20

AT_ONCE = ("peer", "bulk", "freeze")
"""What is measured of many releases; seconds of the wall clock and of the processor."""


def run(folder: Path, records: int, rounds: int) -> dict[str, Any]:
    """Measure: up to 100 records one by one, then ``rounds`` times ``records`` at once.

    Returns:
        ``{"records", "rounds", "singles", "load", "seconds": {"visible_p50", "visible_p95",
        "file_download", "file_table", "peer", "bulk", "freeze"}, "cpu": {"peer", "bulk",
        "freeze"}, "ratios": {"wall", "cpu": {"bulk", "bulk_with_freezing"}}}``.
    """
    services = TestServices.start(folder)
    try:
        with services.server("public") as outside, services.server("internal") as inside:
            token = folder / "publication.token"
            outside.ckan("ontario-publication", "rotate-token", str(token))
            _connect(inside, outside, token)
            with _worker(outside), _worker(inside):
                measured = _measure(inside, outside, records, rounds)
    finally:
        services.stop()
    seconds = {name: measured[name] for name in measured if not isinstance(measured[name], list)}
    wall, cpu = (
        {name: median(one[kind] for one in measured[name]) for name in AT_ONCE}
        for kind in ("wall", "cpu")
    )
    return {
        "records": records,
        "rounds": rounds,
        "singles": _singles(records),
        "load": os.getloadavg()[0],
        "seconds": {**seconds, **wall},
        "cpu": cpu,
        "ratios": {"wall": _ratios(wall), "cpu": _ratios(cpu)},
    }


def _ratios(taken: Mapping[str, float]) -> dict[str, float]:
    both = taken["bulk"] + taken["freeze"]
    return {"bulk": taken["peer"] / taken["bulk"], "bulk_with_freezing": taken["peer"] / both}


def _singles(records: int) -> int:
    return min(records, SINGLE) if records > FEW else SMOKE_SINGLE


def table(result: dict[str, Any]) -> str:
    """Return the result for a terminal."""
    seconds, count, ratios = result["seconds"], result["records"], result["ratios"]
    found = f"p50 {seconds['visible_p50']:.2f} s, p95 {seconds['visible_p95']:.2f} s"
    there = f"{seconds['file_download']:.2f} s, its table after {seconds['file_table']:.2f} s"
    wall, cpu = (
        f"{ratios[kind]['bulk']:.1f}× ({ratios[kind]['bulk_with_freezing']:.1f}× with freezing)"
        for kind in ("wall", "cpu")
    )
    peer, bulk, freeze = (1000 * result["cpu"][name] / count for name in AT_ONCE)
    lines = [
        f"one by one, {result['singles']} records without files; load {result['load']:.1f}",
        f"  release → found by the public   {found}",
        f"  1 MB CSV: downloadable after {there}",
        f"at once, {count} records, median of {result['rounds']} rounds",
        f"  package_create over HTTP  {count / seconds['peer']:8.1f} a second",
        f"  releases                  {count / seconds['bulk']:8.1f} a second, {wall}",
        f"  ms of processor for each  {peer:8.1f} and {bulk:.1f}, freezing {freeze:.1f}; {cpu}",
    ]
    return "\n".join(lines)


def _connect(inside: PortalServer, outside: PortalServer, token: Path) -> None:
    text = inside.ini.read_text()
    for option, value in (("public_url", outside.url), ("token_file", str(token))):
        name = f"ckanext.ontario.publication.{option} ="
        text = "\n".join(
            f"{name} {value}" if line.startswith(name) else line for line in text.splitlines()
        )
    inside.ini.write_text(f"{text}\n")


@contextmanager
def _worker(server: PortalServer) -> Iterator[None]:
    folder = server.ini.parent
    environment = {"CKAN_INI": str(server.ini), "GUNICORN_CMD_ARGS": ""}
    spawn("worker", commands.worker(), folder, environment)
    try:
        yield
    finally:
        stop(["worker"], folder)


def _measure(
    inside: PortalServer, outside: PortalServer, records: int, rounds: int
) -> dict[str, Any]:
    arguments = [inside.url, outside.url, str(records), str(_singles(records)), str(rounds)]
    folders = (inside.ini.parent, outside.ini.parent)
    servers = [str(one.pid) for folder in folders if (one := find("web", folder))]
    done = subprocess.run(
        [sys.executable, "-m", "bench.publishing", str(inside.ini), *arguments, *servers],
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode:
        raise RuntimeError(f"bench.publishing failed:\n{done.stderr[-3000:]}")
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured
