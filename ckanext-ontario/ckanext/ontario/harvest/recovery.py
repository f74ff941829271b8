"""Taking up runs whose process died: called at every tick of the scheduler."""

from __future__ import annotations

import logging
from typing import Any

from ckan import model as core

from ckanext.harvest import queue
from ckanext.harvest.model import HarvestJob, HarvestObject, HarvestSource
from ckanext.ontario.harvest import finishing, ingest, model
from ckanext.ontario.harvest.harvester import harvesters
from ckanext.ontario.harvest.locks import source_lock

log = logging.getLogger(__name__)


def recover() -> None:
    """Bring every run on its way again that no process is at work on."""
    for run in ingest.call("run_list", {"status": "running", "limit": 1000}):
        job: Any = HarvestJob.get(run["job_id"])
        source: Any = HarvestSource.get(run["source_id"])
        harvester = harvesters().get(source.type) if source else None
        if run["kind"] != "harvest" or harvester is None:
            continue
        with source_lock(run["source_id"], wait=False) as idle:
            pass
        if not idle:
            continue
        if job is None or job.status != "Running":
            ingest.patch_run(run["id"], {"status": "aborted"}, status="running")
            core.Session.commit()
        elif run["phase"] == "plan":
            _gather_again(job)
        elif not finishing.finish(run["id"], harvester.reader):
            _deliver_again(run["id"])


def _gather_again(job: HarvestJob) -> None:
    publisher: Any = queue.get_gather_publisher()
    publisher.send({"harvest_job_id": job.id})  # takes an earlier delivery of it out of the queue
    publisher.close()
    log.info("Harvest job %s is gathered again", job.id)


def _deliver_again(run_id: str) -> None:
    """Let ckanext-harvest's own tick queue the carriers again that nobody holds."""
    waiting = [batch["id"] for batch in model.batches(run_id, kind="write", state="waiting")]
    core.Session.query(HarvestObject).filter(
        HarvestObject.id.in_(waiting), HarvestObject.state != "WAITING"
    ).update({"state": "WAITING"}, synchronize_session=False)
    core.Session.commit()
