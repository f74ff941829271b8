"""Every record of the sample inventories conforms to DCAT-AP's shapes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ckanext.ontario.dcat import validation
from ckanext.ontario.harvest.reader import Record
from ckanext.ontario.harvesters.inventory.reader import InventoryReader

FOLDER = Path(__file__).parents[2] / "harvesters" / "inventory" / "samples"
SAMPLES: list[dict[str, Any]] = yaml.safe_load(
    (FOLDER / "samples.yaml").read_text(encoding="utf-8")
)
MOST = 25
"""Records of one file that are checked; the long file repeats the shapes of the others."""


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: one["file"])
def test_a_sample_conforms(internal: Any, sample: dict[str, Any]) -> None:
    read = InventoryReader().read(FOLDER / sample["file"], {"profile": sample["profile"]})
    datasets = [one.dataset for one in read if isinstance(one, Record) and not one.refused][:MOST]
    records = [stored(number, dict(dataset)) for number, dataset in enumerate(datasets)]
    found = validation.findings(validation.graph_of(records))
    assert [one for one in found if one.severity == "Violation"] == []


def stored(number: int, dataset: dict[str, Any]) -> dict[str, Any]:
    """A record as it would come out of the catalogue."""
    times = dict.fromkeys(("metadata_created", "metadata_modified"), "2026-01-02T03:04:05.6")
    organization = {"id": "o", "name": "mwat", "title": "Ministry", "title_translated": {}}
    record = {
        **dataset,
        **times,
        "id": f"id-{number}",
        "type": "dataset",
        "state": "active",
        "organization": organization,
    }
    record["resources"] = [
        {**resource, "id": f"{number}-{place}", "created": times["metadata_created"]}
        for place, resource in enumerate(dataset.get("resources") or ())
    ]
    return record
