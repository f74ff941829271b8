"""Harvesting an inventory: ckanext-dcat's stock harvester against our engine, on the same schema.

The peer is ``DCATJSONHarvester`` with CKAN's default settings, on the same portal: the same schema,
plugins and records. Ours is the whole ``ckan ontario-harvest run``, and ``ontario-search rebuild``
against ``search-index rebuild``. Each round has a database and a core of its own; rounds of both
are interleaved. Also ``python -m bench.harvest --records N --rounds N --json``.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from ckanext.ontario import harvesters
from ckanext.ontario.stack import portals
from ckanext.ontario.stack.testing import TestServices

ORGANIZATION = "mecp"
MODEL = "environment-conservation-parks.csv"
TITLES = tuple(f"Public Title ({language})" for language in ("English", "French"))


WORK = ("first", "unchanged", "changed_10", "rebuild")
NAMES = {"first": "first_import"}
"""What a ratio is called, where that is not the name of what was measured."""


def run(folder: Path, records: int, rounds: int) -> dict[str, Any]:
    """Measure ``rounds`` interleaved rounds of ``records`` records.

    Returns:
        ``{"records", "rounds", "seconds": {"wall"|"cpu": {"peer"|"ours": {work: median}}},
        "spread": {…: max ÷ min of the wall clock}, "ratios": {work: wall}, "cpu_ratios": {…}}``;
        the work itself, without the start of the process.
    """
    services = TestServices.start(folder)
    rows: list[dict[str, Any]] = []
    try:
        for number in range(rounds):
            document = inventory(folder / f"inventory-{number}.csv", records)
            peer = _measure(services, f"_peer{number}", "peer", document)
            ours = _measure(services, f"_ours{number}", "ours", document)
            rows.append({"peer": peer, "ours": ours})
    finally:
        services.stop()
    seconds = {
        clock: {
            side: {work: median(row[side][work][clock] for row in rows) for work in WORK}
            for side in ("peer", "ours")
        }
        for clock in ("wall", "cpu")
    }
    return {
        "records": records,
        "rounds": rounds,
        "seconds": seconds,
        "spread": {
            side: {work: _spread([row[side][work]["wall"] for row in rows]) for work in WORK}
            for side in ("peer", "ours")
        },
        "ratios": _ratios(seconds["wall"]),
        "cpu_ratios": _ratios(seconds["cpu"]),
    }


def _ratios(seconds: dict[str, dict[str, float]]) -> dict[str, float]:
    peer, ours = seconds["peer"], seconds["ours"]
    return {NAMES.get(work, work): peer[work] / ours[work] for work in WORK}


def _spread(values: list[float]) -> float:
    return max(values) / min(values)


def inventory(path: Path, records: int) -> Path:
    """Write an inventory of ``records`` rows, made of the valid rows of a sample."""
    source = Path(harvesters.__file__).parent / "inventory" / "samples" / MODEL
    with source.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))[:50]
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        for number in range(records):
            row = dict(rows[number % len(rows)])
            row["Inventory ID"] = f"BENCH-{number}"
            for title in TITLES:
                row[title] += f" ({number})"
            writer.writerow(row)
    return path


def table(result: dict[str, Any]) -> str:
    """Return the result for a terminal."""
    labels = {
        "first": "first import",
        "unchanged": "again, nothing changed",
        "changed_10": "again, a tenth changed",
        "rebuild": "index rebuild",
    }
    head = f"{'':26}{'stock s':>10}{'ours s':>10}{'ratio':>9}{'CPU ratio':>11}{'ms/record':>11}"
    lines = [
        f"{result['records']} records, median of {result['rounds']} interleaved rounds",
        "",
        head,
    ]
    wall = result["seconds"]["wall"]
    for work, label in labels.items():
        name = NAMES.get(work, work)
        each = wall["ours"][work] / result["records"] * 1000
        lines.append(
            f"{label:26}{wall['peer'][work]:10.2f}{wall['ours'][work]:10.2f}"
            f"{result['ratios'][name]:8.1f}×{result['cpu_ratios'][name]:10.1f}×{each:11.2f}"
        )
    return "\n".join(lines)


def _measure(services: TestServices, instance: str, what: str, document: Path) -> dict[str, Any]:
    ini = services.folder / f"bench{instance}.ini"
    portals.write(ini, services.portal("internal", instance))
    done = subprocess.run(
        [sys.executable, "-m", "bench.process", what, str(ini), str(document)],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"bench.process {what} failed:\n{done.stderr[-3000:]}")
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


if __name__ == "__main__":
    from bench.__main__ import main  # it imports this module

    sys.exit(main(["harvest", *sys.argv[1:]]))
