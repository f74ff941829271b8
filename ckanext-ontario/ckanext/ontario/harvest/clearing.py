"""Forgetting: a source's history, or all that came from it. Datasets are never deleted."""

from __future__ import annotations

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
from ckanext.ontario.harvest import config, ingest, model
from ckanext.ontario.harvest.applying import set_inactive
from ckanext.ontario.harvest.locks import source_lock


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
    for each in (model.BATCH, model.APPROVAL):
        core.Session.execute(
            sa.delete(each).where(each.c.source_id == source_id, each.c.run_id.not_in(list(kept)))
        )
    ingest.call("run_delete", {"source_id": source_id, "keep_ids": list(kept)})
    _delete_jobs(source_id, list(kept.values()))
    core.Session.commit()


def _delete_jobs(source_id: str, keep: list[str]) -> None:
    jobs = sa.select(HarvestJob.id).where(
        HarvestJob.source_id == source_id, HarvestJob.id.not_in(keep)
    )
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
