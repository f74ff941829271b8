"""Taking up runs whose process died: called at every tick of the scheduler."""

from __future__ import annotations

import json
import logging
from typing import Any

from ckan import model as core

from ckanext.harvest import queue
from ckanext.harvest.model import HarvestJob, HarvestObject, HarvestSource
from ckanext.ontario.harvest import finishing, ingest, model, scratch
from ckanext.ontario.harvest.harvester import harvesters
from ckanext.ontario.harvest.locks import source_lock

log = logging.getLogger(__name__)

_MANY = 1_000


def recover() -> None:
    """Bring every run on its way again that no process is at work on."""
    scratch.sweep()
    jobs = {job.id: job for job in HarvestJob.filter(status="Running")}
    data = {"job_ids": list(jobs), "limit": len(jobs) or 1}
    for run in ingest.call("run_list", data) if jobs else []:
        if run["status"] != "running":
            finishing.end_job(run["job_id"])
        elif _is_idle(run["source_id"]) and not _is_queued(run["job_id"]):
            _take_up(run, jobs[run["job_id"]])
    for run in ingest.call("run_list", {"status": "running", "limit": _MANY}):
        if run["kind"] == "harvest" and run["job_id"] not in jobs:
            ingest.patch_run(run["id"], {"status": "aborted"}, status="running")
    core.Session.commit()


def _is_idle(source_id: str) -> bool:
    with source_lock(source_id, wait=False) as free:
        return free


def _is_queued(job_id: str) -> bool:
    """Say whether a job still waits for its turn; sent again, it would lose its place."""
    connection: Any = queue.get_connection()
    waiting = connection.lrange(queue.get_gather_routing_key(), 0, -1)
    return any(json.loads(each)["harvest_job_id"] == job_id for each in waiting)


def _take_up(run: dict[str, Any], job: HarvestJob) -> None:
    source: Any = HarvestSource.get(run["source_id"])
    harvester = harvesters().get(source.type) if source else None
    if harvester is None:
        return
    if run["phase"] == "plan":
        _gather_again(job)
    elif not finishing.finish(run["id"], harvester.reader):
        _deliver_again(run["id"])


def _gather_again(job: Any) -> None:
    job.gather_finished = None  # or the next tick takes a job without objects for finished
    job.save()
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
