"""Our side of the harvest benchmark: the engine, as ``ckan ontario-harvest run`` uses it."""

from __future__ import annotations

from bench.work import Source, Work
from ckanext.ontario.harvest import commands
from ckanext.ontario.ingest import rebuilding

KINDS = {".csv": "inventory", ".json": "dcat_us"}
"""How a document's name ends → the kind of source that it is for us."""


def work(source: Source) -> Work:
    """Return the harvest of an inventory, or of the CKAN that serves the records."""
    return Work(lambda: harvest(source), lambda: rebuilding.rebuild(lambda *_: None))


def harvest(source: Source, *, dry: bool = False) -> dict[str, float]:
    """Harvest a source, or plan it; return the seconds of its stages.

    Raises:
        SystemExit: when a record was refused: the benchmark's own are all good.
    """
    kind = "ckan_portal" if source.url else KINDS[source.document.suffix]
    wanted = commands.Wanted(source.address, source.organization, kind)
    answer = commands.harvest(wanted, dry=dry, progress=lambda *_: None)
    counts = answer["counts"]
    if counts.get("invalid") or not counts.get("rows") or answer["status"] == "failed":
        raise SystemExit(f"{answer['outcome']}, {counts}: {answer['issues'][:3]}")
    return dict(answer["timings"])
