"""Harvesting: the stock harvesters against our engine, on the same records in the same run.

Peers, the first two on an internal portal with the same schema and plugins as ours:

dcat_json     ckanext-dcat's DCATJSONHarvester; ours reads the same records as an inventory (CSV)
ckan          ckanext-harvest's CKANHarvester; both read the same CKAN, served over loopback
stock_schema  DCATJSONHarvester, nothing replaced, on CKAN's own schema with no plugin but harvest
              and activity; ours reads the same data.json (its fields only) with all plugins

Each side of each round has a database and a Solr core of its own; sides are interleaved. Work:
first import; again, nothing changed; again, a tenth changed; rebuild of the search index.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from bench import growth, harvest_figures
from bench.sides import Failed, Side, measure
from ckanext.ontario.stack.testing import TestServices

WORK = ("first", "unchanged", "changed_10", "rebuild")
NAMES = {"first": "first_import"}
"""What a ratio is called, where that is not the name of what was measured."""

OURS = {"dcat_json": "ours", "ckan": "ours_ckan", "stock_schema": "ours_data_json"}
"""Peer → what of ours it is compared with."""

COMMITS = {"true": (True,), "false": (False,), "both": (True, False)}
SMOKE_RECORDS = 20

EXAMPLES = """examples:
  python -m bench.harvest --records 1000 --rounds 3 --json
  python -m bench.harvest --peer all --solr-commit both --save bench/results/harvest.json
  python -m bench.harvest --ours-only 1000 100000 --save bench/results/harvest.json
  python -m bench.harvest --plan 1000000 --save bench/results/harvest.json
  python -m bench.harvest --chart bench/results/harvest.json

exit status: 0 when all was measured (whatever the ratios), 1 when a measurement failed, 2 for wrong
arguments
"""


def run(
    folder: Path,
    records: int,
    rounds: int,
    peers: Sequence[str] = ("dcat_json",),
    commits: Sequence[bool] = (True,),
) -> dict[str, Any]:
    """Measure ``rounds`` interleaved rounds of ``records`` records.

    Returns:
        ``{"records", "rounds", "machine", "comparisons": {name: comparison}}``, with each
        comparison's ratios also as ``"ratios_<name>"``, and all of the one with ``dcat_json`` at
        the top (its ``"ratios"`` too). A comparison is ``{"seconds": {"wall"|"cpu": {"peer"|"ours":
        {work: median}}}, "spread": {side: {work: max ÷ min of the wall clock}}, "statements":
        {side: {work: SQL statements per record}}, "peak_mb": {side: resident memory}, "ratios":
        {work: peer ÷ ours}, "cpu_ratios": {…}}``. All is the work itself, without the start of
        the process, but for the memory.
    """
    pairs = [(Side(peer, commit), Side(OURS[peer], commit)) for commit in commits for peer in peers]
    rows: list[dict[Side, dict[str, Any]]] = []
    services = TestServices.start(folder)
    try:
        for number in range(rounds):
            sides = dict.fromkeys(side for pair in pairs for side in pair)
            rows.append({side: measure(services, side, records, str(number)) for side in sides})
    finally:
        services.stop()
    result: dict[str, Any] = {"records": records, "rounds": rounds, "machine": machine()}
    compared = {_name(peer): _comparison(rows, peer, ours, records) for peer, ours in pairs}
    for name, comparison in compared.items():
        result |= comparison if name == "dcat_json" else {f"ratios_{name}": comparison["ratios"]}
    return result | {"comparisons": compared}


def _name(peer: Side) -> str:
    return peer.what if peer.solr_commit else f"{peer.what}_no_commit"


def _comparison(
    rows: Sequence[dict[Side, dict[str, Any]]], peer: Side, ours: Side, records: int
) -> dict[str, Any]:
    sides = {"peer": peer, "ours": ours}

    def each(what: str, of: Callable[[list[float]], float]) -> dict[str, dict[str, float]]:
        return {
            name: {work: of([row[side]["work"][work][what] for row in rows]) for work in WORK}
            for name, side in sides.items()
        }

    wall, cpu = each("wall", median), each("cpu", median)
    return {
        "seconds": {"wall": wall, "cpu": cpu},
        "spread": each("wall", lambda values: max(values) / min(values)),
        "statements": each("statements", lambda values: median(values) / records),
        "peak_mb": {n: max(row[side]["peak_mb"] for row in rows) for n, side in sides.items()},
        "ratios": _ratios(wall),
        "cpu_ratios": _ratios(cpu),
    }


def _ratios(seconds: dict[str, dict[str, float]]) -> dict[str, float]:
    peer, ours = seconds["peer"], seconds["ours"]
    return {NAMES.get(work, work): peer[work] / ours[work] for work in WORK}


def machine() -> dict[str, Any]:
    """Return what the figures were taken on, and when."""
    return {
        "cpus": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "ckan": version("ckan"),
        "date": dt.datetime.now(dt.timezone.utc).date().isoformat(),
    }


def table(result: dict[str, Any]) -> str:
    """Return the result for a terminal."""
    head = f"{result['records']} records, median of {result['rounds']} interleaved rounds"
    found = result["comparisons"].items()
    return "\n\n".join([head, *(_table(name, one, result["records"]) for name, one in found)])


def _table(name: str, comparison: dict[str, Any], records: int) -> str:
    labels = {
        "first": "first import",
        "unchanged": "again, nothing changed",
        "changed_10": "again, a tenth changed",
        "rebuild": "index rebuild",
    }
    wall, sql, peak = (comparison[key] for key in ("seconds", "statements", "peak_mb"))
    wall = wall["wall"]
    heads = {"stock s": 10, "ours s": 10, "ratio": 9, "CPU ratio": 11, "ms/record": 11}
    columns = "".join(f"{head:>{width}}" for head, width in heads.items())
    lines = [f"{name:26}{columns}{'SQL/record':>20}"]
    for work, label in labels.items():
        ratio = NAMES.get(work, work)
        each = wall["ours"][work] / records * 1000
        lines.append(
            f"{label:26}{wall['peer'][work]:10.2f}{wall['ours'][work]:10.2f}"
            f"{comparison['ratios'][ratio]:8.1f}×{comparison['cpu_ratios'][ratio]:10.1f}×{each:11.2f}"
            f"{sql['peer'][work]:11.1f} → {sql['ours'][work]:6.2f}"
        )
    lines.append(f"peak memory: stock {peak['peer']:.0f} MB, ours {peak['ours']:.0f} MB")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the mode that was asked for; return the exit status."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    try:
        if asked.chart:
            print("\n".join(map(str, harvest_figures.write(asked.chart))))
            return 0
        saved = _saved(asked.save)
    except (OSError, ValueError, KeyError) as err:
        parser.error(f"{asked.chart or asked.save} is no saved result: {err!r}")
    try:
        with tempfile.TemporaryDirectory(prefix="ontario-bench-") as folder:
            Path(folder).chmod(0o755)  # Postgres, as root, runs as a user of its own
            result, shown = _measured(asked, Path(folder))
    except Failed as err:
        print(f"not measured: {err}", file=sys.stderr)
        return 1
    print(json.dumps(result, indent=2) if asked.json else shown)
    if asked.save:
        _save(asked.save, saved, result)
    return 0


def _measured(asked: argparse.Namespace, folder: Path) -> tuple[dict[str, Any], str]:
    if asked.plan:
        planned = growth.plan(folder, asked.plan)
        return {"plan": planned, "machine": machine()}, growth.plan_table(planned)
    if asked.ours_only is not None:
        sizes = growth.sizes(folder, asked.ours_only or [asked.records])
        return {"growth": sizes, "machine": machine()}, growth.table(sizes)
    records, rounds = (SMOKE_RECORDS, 1) if asked.smoke else (asked.records, asked.rounds)
    peers = list(OURS) if asked.peer == "all" else [asked.peer]
    result = run(folder, records, rounds, peers, COMMITS[asked.solr_commit])
    return result, table(result)


def _saved(path: Path | None) -> dict[str, Any]:
    if path is None or not path.exists():
        return {}
    saved: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return saved


def _save(path: Path, saved: dict[str, Any], result: dict[str, Any]) -> None:
    """Write a result; what other modes saved stays, an older result of this mode goes."""
    if "comparisons" in result:
        saved = {key: saved[key] for key in ("growth", "plan") if key in saved}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**saved, **result}, indent=2) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.harvest",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    number = {"type": _positive, "metavar": "N"}
    add("--records", **number, default=300, help="records (300)")
    add("--rounds", **number, default=3, help="rounds; medians count (3)")
    add("--peer", choices=[*OURS, "all"], default="dcat_json", help="compare with (dcat_json)")
    commits = "CKAN's ckan.search.solr_commit, on both sides (true, as CKAN has it)"
    add("--solr-commit", choices=list(COMMITS), default="true", help=commits)
    add("--smoke", action="store_true", help="one small round: does it run at all")
    add("--json", action="store_true", help="print JSON only")
    save = "write the JSON into FILE too, beside what other modes saved there"
    add("--save", type=Path, metavar="FILE", help=save)
    mode = parser.add_mutually_exclusive_group().add_argument
    alone = "ours alone, with each number of records (or --records): how the cost grows"
    mode("--ours-only", **number, nargs="*", help=alone)
    mode("--plan", **number, help="ours alone: seconds and memory of a dry run with N rows")
    chart = "measure nothing: make the docs' charts and tables from a saved FILE"
    mode("--chart", type=Path, metavar="FILE", help=chart)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
