"""Our engine alone: what a record costs in small and large harvests, and the plan of a huge one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.sides import Side, measure
from ckanext.ontario.stack.testing import TestServices

MEMORY_FLOOR_MB = 300
"""The most resident memory that the plan of a million rows may take."""


def sizes(folder: Path, counts: Sequence[int]) -> dict[str, Any]:
    """Harvest inventories of several sizes, each into an empty portal of its own.

    Returns:
        ``{"sizes": [{"records", "ms": {work: per record}, "statements": {work: per record},
        "peak_mb"}], "flatness": {work: ms per record of the largest ÷ of the smallest}}``.
    """
    services = TestServices.start(folder)
    try:
        found = [_size(services, count, number) for number, count in enumerate(counts)]
    finally:
        services.stop()
    small, large = (pick(found, key=lambda one: one["records"]) for pick in (min, max))
    flat = {work: large["ms"][work] / small["ms"][work] for work in small["ms"]}
    return {"sizes": found, "flatness": flat}


def _size(services: TestServices, records: int, number: int) -> dict[str, Any]:
    measured = measure(services, Side("ours"), records, f"_size{number}")
    work = measured["work"].items()
    return {
        "records": records,
        "ms": {name: cost["wall"] / records * 1000 for name, cost in work},
        "statements": {name: cost["statements"] / records for name, cost in work},
        "peak_mb": measured["peak_mb"],
    }


def table(result: dict[str, Any]) -> str:
    """Return what a record cost at each size, for a terminal."""
    names = list(result["flatness"])
    lines = [
        "ours alone, ms per record",
        f"{'records':>9}" + "".join(f"{name:>12}" for name in names) + f"{'peak MB':>10}",
    ]
    lines += [
        f"{one['records']:9}"
        + "".join(f"{one['ms'][name]:12.3f}" for name in names)
        + f"{one['peak_mb']:10.0f}"
        for one in result["sizes"]
    ]
    flat = "".join(f"{result['flatness'][name]:11.2f}×" for name in names)
    return "\n".join([*lines, f"{'growth':>9}{flat}"])


def plan(folder: Path, rows: int) -> dict[str, Any]:
    """Plan the harvest of an inventory of ``rows`` rows, in a process of its own.

    Returns:
        ``{"rows", "seconds", "stages", "peak_mb", "floor_mb"}``: the stages are reading (parse,
        map, hash) and planning (compare, validate); the memory is the whole process's, with CKAN.
    """
    services = TestServices.start(folder)
    try:
        measured = measure(services, Side("plan"), rows, "")
    finally:
        services.stop()
    stages = {name: measured["stages"][name] for name in ("read", "plan")}
    memory = {"peak_mb": measured["peak_mb"], "floor_mb": MEMORY_FLOOR_MB}
    return {"rows": rows, "seconds": sum(stages.values()), "stages": stages, **memory}


def plan_table(result: dict[str, Any]) -> str:
    """Return what the plan cost, for a terminal."""
    return (
        f"plan of {result['rows']} rows: {result['seconds']:.1f} s "
        f"(read {result['stages']['read']:.1f}, plan {result['stages']['plan']:.1f}), "
        f"peak memory {result['peak_mb']:.0f} MB (at most {result['floor_mb']} MB)"
    )
