"""The saved figures of the harvest benchmark: runs of several sizes and days in one JSON file.

``{"runs": [run], "growth": {…}, "plan": {…}}``. A run is what :func:`bench.harvest.run` gives, with
``"records"``, ``"rounds"``, ``"machine"`` and ``"comparisons"``; growth and plan are those of
:mod:`bench.growth`, each with the ``"machine"`` it was taken on. All is optional.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Result = dict[str, Any]
OF_RUN = ("records", "rounds", "machine", "comparisons")


def read(path: Path | None) -> Result:
    """Return what a file has, or nothing when there is none yet.

    Raises:
        OSError: when the file can't be read.
        ValueError: when it is no JSON, or no saved figures.
    """
    if path is None or not path.exists():
        return {}
    saved = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(saved, dict) or not saved.keys() <= {"runs", "growth", "plan"}:
        raise ValueError("it has other things than runs, growth and plan")
    return saved


def write(path: Path, saved: Result, result: Result) -> None:
    """Write a new result; what was saved of other sizes, peers and modes stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(joined(saved, result), indent=2) + "\n", encoding="utf-8")


def joined(saved: Result, result: Mapping[str, Any]) -> Result:
    """Return saved figures with a new result in the place of the older ones of its kind."""
    if "comparisons" not in result:
        kind = "plan" if "plan" in result else "growth"
        return {**saved, kind: {**result[kind], "machine": result["machine"]}}
    new = {name: result[name] for name in OF_RUN}
    runs = [_without(run, new) for run in saved.get("runs", [])]
    for run in runs:
        if all(run[name] == new[name] for name in OF_RUN[:-1]):
            run["comparisons"] |= new["comparisons"]
            new = {}
            break
    every = [run for run in [*runs, new] if run and run["comparisons"]]
    return {**saved, "runs": sorted(every, key=lambda run: run["records"])}


def _without(run: Result, new: Result) -> Result:
    """Return a run without the comparisons that another one of its size has."""
    if run["records"] != new["records"]:
        return run
    kept = {k: v for k, v in run["comparisons"].items() if k not in new["comparisons"]}
    return {**run, "comparisons": kept}
