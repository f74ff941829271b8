"""Sources as people and commands make them, and running one here and now."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model as core
from ckan.types import Context

from ckanext.harvest import queue
from ckanext.harvest.logic import HarvestSourceInactiveError
from ckanext.harvest.model import HarvestJob, HarvestObject, HarvestSource
from ckanext.ontario.harvest import finishing, gathering, ingest, model, single, uploads
from ckanext.ontario.harvest.harvester import EngineHarvester
from ckanext.ontario.harvest.locks import source_lock
from ckanext.ontario.harvest.planning import Progress, quiet
from ckanext.ontario.shared import clock

_UNDER_WAY = ("New", "Running")
"""What ckanext-harvest calls jobs that are not over."""


class UnknownRecord(Exception):
    """The source has never brought a record with this identifier."""


class AlreadyRunning(Exception):
    """A harvest of the source is under way in another process."""


def find(name: str) -> HarvestSource | None:
    """Return a source by the name of its package."""
    package: Any = core.Package.get(name)
    return HarvestSource.get(package.id) if package and package.type == "harvest" else None


def ensure(
    *, name: str, title: str, url: str, kind: str, organization_id: str, config: Mapping[str, Any]
) -> str:
    """Return the id of a source that is as described; nothing is written when it is already.

    Raises:
        ValidationError: when the description can't be a source.
    """
    text = json.dumps(dict(config), sort_keys=True) if config else ""
    data = {
        "name": name,
        "title": title,
        "url": url,
        "source_type": kind,
        "owner_org": organization_id,
        "private": True,
        "frequency": "MANUAL",
        "config": text,
    }
    context = Context(model=core, session=core.Session, ignore_auth=True, user=ingest.site_user())
    stored: Any = find(name)
    if stored is None:
        return str(tk.get_action("harvest_source_create")(context, data)["id"])
    same = (stored.url, json.loads(stored.config or "{}")) == (url, dict(config))
    if not same or not stored.active:
        data = {**data, "id": stored.id, "state": "active", "frequency": stored.frequency}
        tk.get_action("harvest_source_update")(context, data)
    return str(stored.id)


def keep_file(path: Path, organization_id: str) -> str:
    """Keep a local file as an uploaded document and return its address."""
    with path.open("rb") as stream:
        address = uploads.store(stream, path.name, organization_id, None)
    core.Session.commit()
    return address


def run_now(
    source_id: str,
    harvester: EngineHarvester,
    progress: Progress = quiet,
    started: Callable[[str], None] = lambda _job: None,
) -> dict[str, Any]:
    """Harvest a source in this process, the way the queues would, and return its run.

    A job that another process did not live to finish is ended first; the new plan takes up what
    it left.

    Raises:
        AlreadyRunning: when another process is at work on the source.
    """
    with source_lock(source_id, wait=False) as free:
        if not free:
            raise AlreadyRunning(source_id)
        gathering.supersede(source_id, None)
        for job in HarvestJob.filter(source_id=source_id):
            if job.status in _UNDER_WAY:
                finishing.end_job(job.id)
    context = Context(model=core, session=core.Session, ignore_auth=True, user=ingest.site_user())
    job = tk.get_action("harvest_job_create")(context, {"source_id": source_id, "run": False})
    stored: Any = HarvestJob.get(job["id"])
    stored.status = "Running"
    stored.gather_started = clock.naive()
    stored.save()
    started(job["id"])
    return _carry_out(stored, harvester, progress)


def queue_record(source_id: str, guid: str) -> str:
    """Let the queues harvest one record of a source alone; return the id of the job.

    Raises:
        UnknownRecord: when the source has never brought it.
        AlreadyRunning: when a harvest of the source is under way or waits for its turn.
        HarvestSourceInactiveError: when the source is not active.
    """
    job_id = _start_record(source_id, guid)
    publisher: Any = queue.get_gather_publisher()
    publisher.send({"harvest_job_id": job_id})
    publisher.close()
    return job_id


def run_record_now(
    source_id: str, guid: str, harvester: EngineHarvester, progress: Progress = quiet
) -> dict[str, Any]:
    """Harvest one record of a source alone, in this process, and return the run.

    Raises:
        UnknownRecord, AlreadyRunning, HarvestSourceInactiveError: as :func:`queue_record`.
    """
    with source_lock(source_id, wait=False) as free:
        if not free:
            raise AlreadyRunning(source_id)
        job_id = _start_record(source_id, guid)
    return _carry_out(HarvestJob.get(job_id), harvester, progress)


def _start_record(source_id: str, guid: str) -> str:
    """Make a job and its run in one transaction: nobody can take the job for a whole harvest."""
    if not model.records_by_guid(source_id, [guid]):
        raise UnknownRecord(guid)
    source: Any = core.Session.query(HarvestSource).filter_by(id=source_id).with_for_update().one()
    busy = HarvestJob.filter(source_id=source_id).filter(HarvestJob.status.in_(_UNDER_WAY)).count()
    if busy or not source.active:
        core.Session.rollback()
        raise AlreadyRunning(source_id) if busy else HarvestSourceInactiveError(source_id)
    job: Any = HarvestJob(source=source, status="Running")
    core.Session.add(job)
    core.Session.flush()
    data = {"kind": "harvest", "source_id": source_id, "job_id": job.id}
    ingest.call("run_create", {**data, "details": single.details(guid)})
    core.Session.commit()
    return str(job.id)


def _carry_out(stored: Any, harvester: EngineHarvester, progress: Progress) -> dict[str, Any]:
    job_id = stored.id
    carriers = queue.gather_stage(_Gatherer(harvester, progress), stored)
    for done, carrier in enumerate(carriers):
        progress("write", done, len(carriers))
        queue.fetch_and_import_stages(harvester, HarvestObject.get(carrier))
    progress("write", len(carriers), len(carriers))
    run = ingest.run_of(job_id=job_id)
    if run is None:
        raise RuntimeError("a job was gathered and left no run")
    return run


class _Gatherer:
    """A harvester whose gathering shows its progress."""

    def __init__(self, harvester: EngineHarvester, progress: Progress) -> None:
        self._harvester = harvester
        self._progress = progress

    def gather_stage(self, job: Any) -> list[str]:
        """Gather, as the harvester does."""
        return self._harvester.gather(job.id, job.source_id, self._progress)
