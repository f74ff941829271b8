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
from ckanext.harvest.model import HarvestJob, HarvestObject, HarvestSource
from ckanext.ontario.harvest import finishing, gathering, ingest, uploads
from ckanext.ontario.harvest.harvester import EngineHarvester
from ckanext.ontario.harvest.locks import source_lock
from ckanext.ontario.harvest.planning import Progress, quiet
from ckanext.ontario.shared import clock


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
            if job.status in {"New", "Running"}:
                finishing.end_job(job.id)
    context = Context(model=core, session=core.Session, ignore_auth=True, user=ingest.site_user())
    job = tk.get_action("harvest_job_create")(context, {"source_id": source_id, "run": False})
    stored: Any = HarvestJob.get(job["id"])
    stored.status = "Running"
    stored.gather_started = clock.naive()
    stored.save()
    started(job["id"])
    carriers = queue.gather_stage(_Gatherer(harvester, progress), stored)
    for done, carrier in enumerate(carriers):
        progress("write", done, len(carriers))
        queue.fetch_and_import_stages(harvester, HarvestObject.get(carrier))
    progress("write", len(carriers), len(carriers))
    run = ingest.run_of(job_id=job["id"])
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
