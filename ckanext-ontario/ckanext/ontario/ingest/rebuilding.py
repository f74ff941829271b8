"""Building the whole search index again, beside the one in use: nothing is cleared first.

Every package that CKAN's ``search-index rebuild`` indexes is sent again, in the order of the ids;
then what the index holds of packages that should not be there is taken away. How far it came is
kept in a run, so that a rebuild that was killed goes on where it stopped.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
import pysolr
import sqlalchemy as sa
from ckan import model
from ckan.lib.search.common import make_connection

from ckanext.ontario.ingest import index
from ckanext.ontario.ingest import model as tables
from ckanext.ontario.ingest.bulk import stored
from ckanext.ontario.ingest.domain import Status
from ckanext.ontario.shared import clock, collecting

KIND = "search-rebuild"
BATCH = 1000
"""Packages that are read together, and after which a killed rebuild goes on."""

PAGE = 5000
"""Ids of the index that are looked at together."""

_LOCK = 0x6F6E745F7265
_PACKAGE: Any = stored.PACKAGE

Progress = Callable[[int, int], None]
"""Told how many packages of how many are done."""


class AlreadyRunning(RuntimeError):
    """Another process rebuilds the index of this portal."""


class SolrSilent(RuntimeError):
    """Solr does not answer; what was sent stays, and the rebuild can go on later."""


@dataclass
class Rebuilt:
    """What a rebuild came to."""

    indexed: int
    """Documents sent, those of a killed rebuild included that this one went on with."""
    removed: int
    """Documents taken away."""
    failed: Mapping[str, str]
    """Package id → why it could not be indexed; the old document, if any, stays."""
    resumed: bool


@collecting.seldom()
def rebuild(progress: Progress, *, resume: bool = False) -> Rebuilt:
    """Send every package's document, then take away what should not be there.

    Args:
        progress: told after each batch.
        resume: go on with the last rebuild, if it did not come to its end.

    Raises:
        AlreadyRunning: when another process is at it.
        SolrSilent: when Solr does not answer; the same command with ``resume`` goes on.
    """
    with _alone():
        run = _begun(resume=resume)
        resumed = bool(run["details"])
        details: dict[str, Any] = {"after": "", "indexed": 0, "failed": {}, **run["details"]}
        solr = make_connection()
        _require_answer(solr)
        while ids := _next(details["after"]):
            _send(solr, ids, details)
            _keep(run["id"], details)
            progress(details["indexed"] + len(details["failed"]), _count())
        _send_again(solr, details)
        try:
            removed = _sweep(solr, details["failed"])
            solr.commit(waitSearcher=True)
        except pysolr.SolrError as err:
            raise SolrSilent(str(err)[:200]) from err
        tables.patch_run(run["id"], {"status": Status.FINISHED.value, "finished": clock.now()}, {})
        model.Session.commit()
    return Rebuilt(details["indexed"], removed, details["failed"], resumed)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Hold the lock of rebuilds; it ends with its connection, so with the process."""
    engine = model.ensure_engine()
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        call = sa.text("SELECT pg_try_advisory_lock(:number)")
        if not connection.scalar(call, {"number": _LOCK}):
            raise AlreadyRunning
        yield
    finally:
        connection.invalidate()
        connection.close()


def _begun(*, resume: bool) -> tables.Row:
    """Return the run to go on with, or a new one; what else is unfinished is given up."""
    unfinished = tables.list_runs(kind=KIND, status=Status.RUNNING.value, limit=1)
    if resume and unfinished:
        return unfinished[0]
    for run in unfinished:
        values = {"status": Status.ABORTED.value, "finished": clock.now()}
        tables.patch_run(run["id"], values, {})
    run = tables.create_run({"kind": KIND})
    model.Session.commit()
    return run


def _keep(run_id: str, details: Mapping[str, Any]) -> None:
    tables.patch_run(run_id, {"details": dict(details)}, {})
    model.Session.commit()


def _indexable() -> Any:
    """Return CKAN's own condition: nothing deleted, unless the portal keeps it in the index."""
    if tk.config.get("ckan.search.remove_deleted_packages"):
        return _PACKAGE.c.state != model.State.DELETED
    return sa.true()


def _count() -> int:
    query = sa.select(sa.func.count()).select_from(_PACKAGE).where(_indexable())
    return int(model.Session.scalar(query) or 0)


def _next(after: str) -> list[str]:
    query = sa.select(_PACKAGE.c.id).where(_PACKAGE.c.id > after, _indexable())
    return list(model.Session.scalars(query.order_by(_PACKAGE.c.id).limit(BATCH)))


def _send(solr: pysolr.Solr, ids: list[str], details: dict[str, Any]) -> None:
    """Send a batch; what was saved meanwhile is sent again, so that no older state wins."""
    before = _versions(ids)
    result = index.Indexed()
    sent = index.sent(solr, ids, result)
    if result.failed:
        _require_answer(solr)
    model.Session.rollback()
    after = _versions(sent)
    # One that is gone by now was perhaps put back by what was just sent; it is taken away again.
    if changed := [one for one in sent if after.get(one) != before.get(one)]:
        index.sent(solr, changed, result)
        model.Session.rollback()
    details["after"] = ids[-1]
    details["indexed"] += len(sent)
    details["failed"] |= result.failed


def _send_again(solr: pysolr.Solr, details: dict[str, Any]) -> None:
    """Give what failed a second chance: a hook or Solr may have been out for a moment."""
    if details["failed"]:
        result = index.Indexed()
        sent = index.sent(solr, sorted(details["failed"]), result)
        details["indexed"] += len(sent)
        details["failed"] = result.failed


def _require_answer(solr: pysolr.Solr) -> None:
    try:
        solr.search("*:*", rows=0)
    except pysolr.SolrError as err:
        model.Session.rollback()
        raise SolrSilent(str(err)[:200]) from err


def _versions(ids: Collection[str]) -> dict[str, Any]:
    query = sa.select(_PACKAGE.c.id, _PACKAGE.c.metadata_modified)
    rows = model.Session.execute(query.where(_PACKAGE.c.id.in_(list(ids))))
    return {row[0]: row[1] for row in rows}


def _sweep(solr: pysolr.Solr, failed: Collection[str]) -> int:
    """Take documents away whose packages are gone or must not be in the index."""
    removed = 0
    for ids in _in_index(solr):
        query = sa.select(_PACKAGE.c.id).where(_PACKAGE.c.id.in_(ids), _indexable())
        wanted = set(model.Session.scalars(query)) | set(failed)
        if orphans := [one for one in ids if one not in wanted]:
            index.post(solr, dict.fromkeys(orphans))
            removed += len(orphans)
    return removed


def _in_index(solr: pysolr.Solr) -> Iterator[list[str]]:
    """Yield the ids of this portal's documents, page by page, in an order that stays."""
    cursor = "*"
    while True:
        found = solr.search(
            "*:*",
            fq=[f'+site_id:"{tk.config["ckan.site_id"]}"', "+entity_type:package"],
            fl="id",
            rows=PAGE,
            sort="index_id asc",
            cursorMark=cursor,
        )
        if found.docs:
            yield [str(one["id"]) for one in found.docs]
        if found.nextCursorMark in {None, cursor}:
            return
        cursor = found.nextCursorMark
