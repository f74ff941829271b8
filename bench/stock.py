"""The stock harvesters: ckanext-dcat's ``DCATJSONHarvester``, ckanext-harvest's ``CKANHarvester``.

On our schema the record they are given already has our fields, so that both sides write the same:
``DCATJSONHarvester`` gets a mapping that hands it through, ``CKANHarvester`` does so of itself. On
CKAN's own schema nothing of them is replaced. Gathering, importing, harvest objects, transactions
and indexing are always their own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ckan import model
from ckan.lib import search
from ckanext.dcat.harvesters import DCATJSONHarvester
from ckanext.harvest import queue
from ckanext.harvest.harvesters import CKANHarvester
from ckanext.harvest.model import HarvestJob, HarvestObject, HarvestSource

from bench.costing import call
from bench.work import Source, Work

Dataset = dict[str, Any]


class OurFields(DCATJSONHarvester):
    """The stock harvester with a mapping of its own, as it is meant to be used."""

    def _get_package_dict(self, harvest_object: Any) -> tuple[Dataset, Dataset]:
        record = json.loads(harvest_object.content)
        return dict(record["dataset"]), record


HARVESTERS: dict[str, Callable[[], Any]] = {
    "dcat_json": OurFields,
    "ckan": CKANHarvester,
    "stock_schema": DCATJSONHarvester,
}
"""Peer → its harvester."""


def work(peer: str, source: Source) -> Work:
    """Return a peer's harvest of a source."""
    made = _source(peer, source.address, call("organization_show", {"id": source.organization}))
    return Work(harvest(peer, made), rebuild)


def rebuild() -> None:
    """Do what ``ckan search-index rebuild`` does."""
    search.rebuild(defer_commit=True, quiet=True)
    search.commit()


def _source(peer: str, url: str, organization: Dataset) -> str:
    """Make a peer's harvest source, with its dataset, and return its id.

    ``CKANHarvester`` is told to ask for all records: of itself it asks for what was modified since
    the last job, which measures no re-harvest.
    """
    made = HarvestSource(url=url, type=peer, title="Bench", config=json.dumps({"force_all": True}))
    model.Session.add(made)
    model.Session.flush()
    dataset = {"id": made.id, "name": "bench-source", "title": "Bench", "type": "harvest"}
    model.Session.add(model.Package(**dataset, owner_org=organization["id"], url=url))
    model.Session.commit()
    return str(made.id)


def harvest(peer: str, source_id: str) -> Callable[[], None]:
    """Return a function that harvests a source once, as the queues would."""

    def run() -> None:
        job = HarvestJob(source=HarvestSource.get(source_id), status="Running")
        job.save()
        harvester = HARVESTERS[peer]()
        for object_id in harvester.gather_stage(job) or []:
            one = HarvestObject.get(object_id)
            queue.fetch_and_import_stages(harvester, one)
            if one.state != "COMPLETE":
                errors = [error.message for error in one.errors]
                raise SystemExit(f"the stock harvester refused a record: {errors}")
        if job.gather_errors:
            raise SystemExit(f"the stock harvester: {[one.message for one in job.gather_errors]}")
        model.Session.remove()

    return run
