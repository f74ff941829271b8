"""The stock harvester on our schema: ckanext-dcat's ``DCATJSONHarvester``, record by record.

Only its mapping is replaced: the record it is given already has our fields, so that both sides
write the same. Gathering, importing, harvest objects, transactions and indexing are its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ckan import model
from ckanext.dcat.harvesters import DCATJSONHarvester
from ckanext.harvest import queue
from ckanext.harvest.model import HarvestJob, HarvestObject, HarvestSource

from ckanext.ontario.harvest.reader import Record
from ckanext.ontario.harvesters.inventory.reader import InventoryReader

Dataset = dict[str, Any]


class Harvester(DCATJSONHarvester):
    """The stock harvester with a mapping of its own, as it is meant to be used."""

    def _get_package_dict(self, harvest_object: Any) -> tuple[Dataset, Dataset]:
        record = json.loads(harvest_object.content)
        return dict(record["dataset"]), record


def datasets(inventory: Path, organization: str) -> list[Dataset]:
    """Return an inventory's records as our reader maps them, with the fields a new one needs."""
    found = InventoryReader().read(inventory, {"profile": "ontario"})
    mapped = [one.dataset for one in found if isinstance(one, Record)]
    return [
        {**one, "name": f"bench-{number}", "owner_org": organization, "type": "dataset"}
        for number, one in enumerate(mapped)
    ]


def document(path: Path, records: Sequence[Dataset]) -> Path:
    """Write a catalogue that the stock harvester can read."""
    listed = [{"identifier": one["name"], "dataset": one} for one in records]
    path.write_text(json.dumps({"dataset": listed}), encoding="utf-8")
    return path


def source(path: Path) -> str:
    """Make a harvest source of a document and return its id."""
    made = HarvestSource(url=str(path), type="dcat_json", title="Bench")
    made.save()
    return str(made.id)


def harvest(source_id: str) -> Callable[[], None]:
    """Return a function that harvests a source once, as the queues would."""

    def run() -> None:
        job = HarvestJob(source=HarvestSource.get(source_id), status="Running")
        job.save()
        harvester = Harvester()
        for object_id in harvester.gather_stage(job):
            one = HarvestObject.get(object_id)
            queue.fetch_and_import_stages(harvester, one)
            if one.state != "COMPLETE":
                errors = [error.message for error in one.errors]
                raise SystemExit(f"the stock harvester refused a record: {errors}")
        model.Session.remove()

    return run
