"""Forgetting: a source's history, or all that came from it. Datasets are never deleted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model as core

from ckanext.harvest.model import (
    HarvestGatherError,
    HarvestJob,
    HarvestObject,
    HarvestObjectError,
    HarvestObjectExtra,
    HarvestSource,
)
from ckanext.ontario.harvest import approvals, config, ingest, model, single
from ckanext.ontario.harvest.applying import set_inactive
from ckanext.ontario.harvest.locks import source_lock

_ALL = 1_000_000


def clear_source(source_id: str) -> None:
    """Set every dataset of a source inactive, and forget its jobs and runs.

    The records stay known, so that a later harvest finds its datasets again.
    """
    source_id = _id(source_id)
    with source_lock(source_id):
        after = ""
        while guids := model.guids_present(source_id, after, config.batch_size()):
            after = guids[-1]
            set_inactive(source_id, guids)
            core.Session.commit()
    ingest.call("index", {"commit": "always"})
    clear_history(source_id, keep_current=False)


def clear_history(source_id: str, *, keep_current: bool) -> None:
    """Forget a source's jobs, carriers and runs; with ``keep_current`` all but the latest run."""
    source_id = _id(source_id)
    runs = ingest.call("run_list", {"source_id": source_id, "limit": 1})
    kept = {run["id"]: run["job_id"] for run in runs if keep_current}
    jobs = sa.select(HarvestJob.id).where(
        HarvestJob.source_id == source_id, HarvestJob.id.not_in(list(kept.values()))
    )
    _forget(source_id, list(kept), jobs)


def clean(keep: int, *, dry: bool = False) -> dict[str, int]:
    """Forget old runs of every source; return how many of which.

    Args:
        keep: how many of the latest runs of each source stay, whatever became of them.
        dry: only count.
    """
    cleaned: dict[str, int] = {}
    for (source_id,) in core.Session.execute(sa.select(HarvestSource.id)).all():
        with source_lock(source_id, wait=False) as free:
            core.Session.rollback()
            count = _clean(source_id, keep, dry=dry) if free else 0
        if count:
            cleaned[source_id] = count
    return cleaned


def _clean(source_id: str, keep: int, *, dry: bool) -> int:
    runs = ingest.call("run_list", {"source_id": source_id, "limit": _ALL})
    kept = needed(runs, keep, approvals.open_runs(source_id))
    old = [run for run in runs if run["id"] not in kept]
    if old and not dry:
        jobs = [run["job_id"] for run in old]
        _forget(source_id, sorted(kept), sa.select(HarvestJob.id).where(HarvestJob.id.in_(jobs)))
    return len(old)


def needed(runs: Sequence[Mapping[str, Any]], keep: int, waiting: Collection[str]) -> set[str]:
    """Return the ids of the runs that stay: the latest ``keep``, and all that something needs.

    Needed are runs under way, runs that a decision still waits for, the last run of the whole
    source that did not fail (the next one compares its document), and runs whose report a kept run
    shows.
    """
    kept = {run["id"] for run in runs[:keep]} | set(waiting)
    kept |= {run["id"] for run in runs if run["status"] == "running"}
    whole = (run for run in runs if run["status"] == "finished" and not single.wanted(run))
    kept |= {run["id"] for run in islice(whole, 1)}
    return kept | {run["same_as"] for run in runs if run["id"] in kept and run["same_as"]}


def _forget(source_id: str, kept: list[str], jobs: Any) -> None:
    """Delete all that is known of a source's runs but the kept ones, and these jobs."""
    for each in (model.BATCH, model.APPROVAL, model.CHANGE):
        core.Session.execute(
            sa.delete(each).where(each.c.source_id == source_id, each.c.run_id.not_in(kept))
        )
    ingest.call("run_delete", {"source_id": source_id, "keep_ids": kept})
    _delete_jobs(jobs)
    core.Session.commit()


def _delete_jobs(jobs: Any) -> None:
    objects = sa.select(HarvestObject.id).where(HarvestObject.harvest_job_id.in_(jobs))
    for table, column, ids in (
        (HarvestObjectError, HarvestObjectError.harvest_object_id, objects),
        (HarvestObjectExtra, HarvestObjectExtra.harvest_object_id, objects),
        (HarvestObject, HarvestObject.harvest_job_id, jobs),
        (HarvestGatherError, HarvestGatherError.harvest_job_id, jobs),
    ):
        statement = sa.delete(table).where(column.in_(ids))
        core.Session.execute(statement.execution_options(synchronize_session=False))
    statement = sa.delete(HarvestJob).where(HarvestJob.id.in_(jobs))
    core.Session.execute(statement.execution_options(synchronize_session=False))
    core.Session.expire_all()


def _id(source_id: str) -> str:
    source = HarvestSource.get(source_id)
    if source is None:
        raise tk.ObjectNotFound(tk._("There is no such harvest source."))
    return str(source.id)
