"""What waits until a save is really in the database: reading new files, clearing up after old ones.

A job that started earlier could read the old file; bytes removed earlier could still be needed.
"""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.lib import jobs
from sqlalchemy import event
from sqlalchemy.orm import Session

_LOAD = "ontario_data_load"
_CLEAR = "ontario_data_clear"


def install() -> None:
    """Start listening to CKAN's session; harmless when it listens already."""
    for name, listener in (("after_commit", _committed), ("after_rollback", _forget)):
        if not event.contains(model.Session, name, listener):
            event.listen(model.Session, name, listener)


def load(resource_id: str) -> None:
    """Read a resource's new file into its table, once it is committed."""
    _waiting(_LOAD).add(resource_id)


def clear(resource_id: str) -> None:
    """Remove what is left of a resource that is gone, once that is committed."""
    _waiting(_CLEAR).add(resource_id)


def _waiting(what: str) -> set[str]:
    info: Any = model.Session().info
    return info.setdefault(what, set[str]())


def _committed(session: Session) -> None:
    if session.in_nested_transaction():
        return
    for what, job in ((_CLEAR, clear_now), (_LOAD, load_now)):
        for resource_id in sorted(session.info.pop(what, ())):
            jobs.enqueue(job, [resource_id], title=f"{what} {resource_id}")


def _forget(session: Session) -> None:
    for what in (_CLEAR, _LOAD):
        session.info.pop(what, None)


def load_now(resource_id: str) -> None:
    """Ask for a resource to be read into its table (a job)."""
    from ckanext.ontario.data import loading  # noqa: PLC0415 -- a job is named by its function

    loading.submit(resource_id)


def clear_now(resource_id: str) -> None:
    """Remove the file and the table of a resource that is gone (a job)."""
    from ckanext.ontario.data import loading  # noqa: PLC0415 -- as above

    loading.clear(resource_id)
