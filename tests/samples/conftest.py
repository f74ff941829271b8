"""The sample inventories, each read once through the real reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ckanext.ontario.harvest.reader import Issue, Record, Severity
from ckanext.ontario.harvesters.inventory.reader import InventoryReader

FOLDER = Path(__file__).parents[2] / "harvesters" / "inventory" / "samples"
MANIFEST: list[dict[str, Any]] = yaml.safe_load(
    (FOLDER / "samples.yaml").read_text(encoding="utf-8")
)


@dataclass(frozen=True)
class Sample:
    """One entry of the manifest and what the reader makes of its file."""

    entry: Mapping[str, Any]
    records: tuple[Record, ...]
    issues: tuple[Issue, ...]
    """All of them, whether they belong to a record or not."""

    @property
    def rows(self) -> int:
        """How many rows the file has under its header."""
        lost = [i for i in self.issues if i.severity is Severity.ERROR]
        numbered = {record.row for record in self.records} | {issue.row for issue in lost}
        return len(numbered)

    @property
    def accepted(self) -> list[Record]:
        """The records that nothing keeps out of the catalogue."""
        return [record for record in self.records if not record.refused]


def read(entry: Mapping[str, Any]) -> Sample:
    records: list[Record] = []
    issues: list[Issue] = []
    for item in InventoryReader().read(FOLDER / entry["file"], {"profile": entry["profile"]}):
        if isinstance(item, Record):
            records.append(item)
            issues.extend(item.issues)
        else:
            issues.append(item)
    return Sample(entry, tuple(records), tuple(issues))


@pytest.fixture(scope="session")
def samples() -> list[Sample]:
    """Every sample of the manifest."""
    return [read(entry) for entry in MANIFEST]


@pytest.fixture(scope="session")
def records(samples: list[Sample]) -> list[Record]:
    """Every record of every sample, wrong ones among them."""
    return [record for sample in samples for record in sample.records]


@pytest.fixture(scope="session")
def datasets(samples: list[Sample]) -> list[Mapping[str, Any]]:
    """The datasets of all records that go into the catalogue."""
    return [record.dataset for sample in samples for record in sample.accepted]
