"""Harvesting an inventory: CKAN's own way of writing records against our engine.

The peer is what a stock harvester does for each record: one ``package_create`` with CKAN's
default settings (a transaction, an index request and a hard commit each), on the same schema and
plugins, without download, plan or report. Ours is the whole ``ckan ontario-harvest run``. Both
read the same document with the same reader; each has a database and a core of its own.
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


def run(folder: Path, records: int, rounds: int) -> dict[str, Any]:
    """Measure ``rounds`` interleaved rounds of ``records`` records.

    Returns:
        ``{"records", "rounds", "seconds": {"peer_first", "first", "unchanged"}, "ratios": {...}}``;
        seconds are medians of the work itself, without the start of the process.
    """
    services = TestServices.start(folder)
    taken: dict[str, list[float]] = {"peer_first": [], "first": [], "unchanged": []}
    try:
        for number in range(rounds):
            document = inventory(folder / f"inventory-{number}.csv", records)
            peer = _measure(services, f"_peer{number}", "peer", document)
            ours = _measure(services, f"_ours{number}", "ours", document)
            taken["peer_first"].append(peer["first"])
            taken["first"].append(ours["first"])
            taken["unchanged"].append(ours["unchanged"])
    finally:
        services.stop()
    seconds = {name: median(values) for name, values in taken.items()}
    return {
        "records": records,
        "rounds": rounds,
        "seconds": seconds,
        "spread": {name: max(values) / min(values) for name, values in taken.items()},
        "ratios": {
            "first_import": seconds["peer_first"] / seconds["first"],
            "unchanged": seconds["peer_first"] / seconds["unchanged"],
        },
    }


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
            for language in ("English", "French"):
                row[f"Public Title ({language})"] += f" ({number})"
            writer.writerow(row)
    return path


def table(result: dict[str, Any]) -> str:
    """Return the result for a terminal."""
    seconds, ratios, spread = result["seconds"], result["ratios"], result["spread"]
    rows = [
        ("CKAN's actions, one by one", "peer_first", None),
        ("our engine, first import", "first", ratios["first_import"]),
        ("our engine, nothing changed", "unchanged", ratios["unchanged"]),
    ]
    lines = [
        f"{result['records']} records, median of {result['rounds']} interleaved rounds",
        "",
        f"{'':30}{'seconds':>10}{'max/min':>10}{'peer ÷ ours':>14}",
    ]
    for label, name, ratio in rows:
        quotient = f"{ratio:13.1f}×" if ratio else ""
        lines.append(f"{label:30}{seconds[name]:10.2f}{spread[name]:10.2f}{quotient}")
    return "\n".join(lines)


def _measure(services: TestServices, instance: str, what: str, document: Path) -> dict[str, float]:
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
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured
