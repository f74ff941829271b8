"""What both sides of the harvest benchmark are timed at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from ckan import model

from bench.costing import Cost, call, timed

WORK = ("first", "unchanged", "changed_10", "rebuild")
"""What is timed, in this order; the first import always comes first."""


@dataclass(frozen=True)
class Source:
    """What is harvested.

    Attributes:
        document: the file that has the records; what it has with a tenth changed is beside it.
        records: how many it has.
        organization: the name of the organization whose records they are.
        url: of the CKAN that serves the file, if one does.
    """

    document: Path
    records: int
    organization: str
    url: str = ""

    @property
    def address(self) -> str:
        """What a harvester is given."""
        return self.url or str(self.document)

    def change(self) -> None:
        """Put the document with a tenth changed in the place of the first one."""
        self.document.with_stem(f"{self.document.stem}-changed").replace(self.document)
        self.open()

    def open(self) -> None:
        """Have the CKAN that serves the document read it, so that no harvest waits for that."""
        if self.url:
            answer = requests.get(f"{self.url}/api/3/action/package_list", timeout=60)
            answer.raise_for_status()


@dataclass(frozen=True)
class Work:
    """What one side does: ``run`` harvests the source once, ``rebuild`` makes the whole index."""

    run: Callable[[], Any]
    rebuild: Callable[[], Any]

    def costs(self, source: Source, wanted: Sequence[str] = WORK) -> dict[str, Cost]:
        """Harvest: first, again unchanged, with a tenth changed; then rebuild the index.

        What is not ``wanted`` is left out, but for the first import.
        """
        source.open()
        measured = {"first": timed(self.run)}
        if "unchanged" in wanted:
            measured["unchanged"] = timed(self.run)
        require(source.records, touched=0)
        if "changed_10" in wanted:
            source.change()
            measured["changed_10"] = timed(self.run)
        if "rebuild" in wanted:
            measured["rebuild"] = timed(self.rebuild)
        touched = -(-source.records // 10) if "changed_10" in wanted else 0
        require(source.records, touched=touched)
        return measured


def require(records: int, *, touched: int) -> None:
    """Stop when the catalogue does not hold and find what was harvested: that measured nothing."""
    every = {"rows": 0, "fq": "+dataset_type:dataset", "include_private": True}
    found = call("package_search", every)["count"]
    stored = model.Session.query(model.Package).filter_by(type="dataset", state="active")
    counts = [found, stored.count(), stored.filter(model.Package.title.endswith(" *")).count()]
    model.Session.remove()
    if counts != [records, records, touched]:
        raise SystemExit(f"found, stored, changed: {counts}, of {records} and {touched} changed")
