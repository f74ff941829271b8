"""The index writer: many packages in a Solr request, after the database's commit.

Documents are built by CKAN's own ``index_package``, all plugins' hooks and permission labels
included; reading many records together and the sending are ours.
"""

from __future__ import annotations

import contextlib
import contextvars
import logging
import types
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, cast

import ckan.plugins.toolkit as tk
import pysolr
from ckan import model
from ckan.lib.search import index as core
from ckan.lib.search.common import make_connection
from ckan.types import Context

from ckanext.ontario.ingest import model as tables
from ckanext.ontario.ingest.bulk import showing
from ckanext.ontario.ingest.bulk.known import obstacles_to_reading
from ckanext.ontario.shared import collecting, sharing

log = logging.getLogger(__name__)

BATCH = 100
REQUEST = 50
"""Documents to a request."""

IN_FLIGHT = 2
"""Requests that Solr works at while further documents are built; it takes longer than we do."""

Documents = dict[str, dict[str, Any] | None]
"""Package id → its document, or ``None`` when it must leave the index."""


@dataclass
class Indexed:
    """What became of the packages that waited for the index."""

    indexed: int = 0
    failed: dict[str, str] = field(default_factory=dict[str, str])
    """Package id → why; they stay marked."""


class _Builder(core.PackageSearchIndex):
    """CKAN's package index, which hands over documents instead of sending them."""

    def __init__(self) -> None:
        super().__init__()
        self.collector = showing.Sink()
        self.removed = False
        code = core.PackageSearchIndex.index_package
        # The installed version's own function, with a connection of ours: nothing is patched
        # that another thread could see.
        self._build = types.FunctionType(
            code.__code__,
            {**code.__globals__, "make_connection": lambda: self.collector},
            code.__name__,
            code.__defaults__,
        )

    def delete_package(self, pkg_dict: dict[str, Any]) -> None:  # noqa: ARG002 -- CKAN's signature
        self.removed = True

    def document(self, package_id: str) -> dict[str, Any] | None:
        """Return a package's document, or ``None`` when it must not be in the index."""
        context = Context(model=model, session=model.Session, ignore_auth=True, user="")
        plain = cast("Context", {**context, "validate": False, "use_cache": False})
        try:
            package = tk.get_action("package_show")(plain, {"id": package_id})
        except tk.ObjectNotFound:
            return None
        self.collector.documents.clear()
        self.removed = False
        self._build(self, package, defer_commit=True)
        return None if self.removed else self.collector.documents[-1]


@collecting.seldom()
def index_pending(commit: str = "auto") -> Indexed:
    """Index everything that is marked, and commit the session.

    A package that Solr refuses stays marked and does not keep the others from the index.

    Args:
        commit: when Solr is told to commit: ``auto`` after anything was sent, ``always``,
            ``never`` (a caller who goes on sending does it once at the end).
    """
    result = Indexed()
    solr = make_connection()
    after = ""
    while waiting := tables.pending(BATCH, after):
        after = waiting[-1][0]
        model.Session.expire_all()
        done = _send(solr, waiting, result)
        tables.clear_pending(done)
        model.Session.commit()
        result.indexed += len(done)
    if commit == "always" or (commit == "auto" and result.indexed):
        try:
            solr.commit(waitSearcher=True)
        except pysolr.SolrError:
            # What was added is in Solr's log and shows with its own next commit.
            log.exception("Solr did not commit")
    return result


def index_packages(package_ids: Sequence[str]) -> Indexed:
    """Send the documents of these packages in one request, marked or not; no commit."""
    result = Indexed()
    model.Session.expire_all()
    result.indexed = len(sent(make_connection(), package_ids, result))
    return result


def _send(
    solr: pysolr.Solr, waiting: list[tuple[str, str]], result: Indexed
) -> list[tuple[str, str]]:
    done = set(sent(solr, [package_id for package_id, _token in waiting], result))
    return [pair for pair in waiting if pair[0] in done]


def sent(solr: pysolr.Solr, package_ids: Sequence[str], result: Indexed) -> list[str]:
    """Send these packages' documents, and return whose went; no commit.

    While Solr takes some in, the next are built.
    """
    went: list[str] = []
    arriving: deque[Future[list[str]]] = deque()
    with _building(package_ids) as document, ThreadPoolExecutor(IN_FLIGHT) as threads:
        for start in range(0, len(package_ids), REQUEST):
            documents = _built(document, package_ids[start : start + REQUEST], result)
            if len(arriving) == IN_FLIGHT:
                went += arriving.popleft().result()
            context = contextvars.copy_context()
            arriving.append(threads.submit(context.run, _posted, solr, documents, result))
        while arriving:
            went += arriving.popleft().result()
    return went


def _built(
    document: Callable[[str], dict[str, Any] | None], package_ids: Sequence[str], result: Indexed
) -> Documents:
    documents: Documents = {}
    for package_id in package_ids:
        try:
            documents[package_id] = document(package_id)
        except Exception as err:  # noqa: BLE001, PERF203 -- any hook may fail, one by one
            _failed(result, package_id, err)
    return documents


def _posted(solr: pysolr.Solr, documents: Documents, result: Indexed) -> list[str]:
    try:
        post(solr, documents)
    except pysolr.SolrError:
        documents = dict(_one_by_one(solr, documents, result))
    return list(documents)


@contextlib.contextmanager
def _building(package_ids: Sequence[str]) -> Iterator[Callable[[str], dict[str, Any] | None]]:
    """Give a function that builds a package's document, from what is read together if it can be."""
    if aside := obstacles_to_reading():
        log.warning("Documents are built one by one, because of %s", ", ".join(aside))
        with sharing.asked_together(package_ids):
            yield _Builder().document
    else:
        with showing.reading(package_ids) as reader:
            yield reader.document


def _one_by_one(
    solr: pysolr.Solr, documents: Documents, result: Indexed
) -> Iterator[tuple[str, dict[str, Any] | None]]:
    for package_id, document in documents.items():
        try:
            post(solr, {package_id: document})
        except pysolr.SolrError as err:  # noqa: PERF203 -- each document stands for itself
            _failed(result, package_id, err)
        else:
            yield package_id, document


def post(solr: pysolr.Solr, documents: Documents) -> None:
    """Add documents in one request, and take away those that are ``None``; no commit."""
    added = [document for document in documents.values() if document is not None]
    if added:
        solr.add(added, commit=False)
    removed = [package_id for package_id, document in documents.items() if document is None]
    if removed:
        ids = " OR ".join(f'"{package_id}"' for package_id in removed)
        solr.delete(q=f'+id:({ids}) +site_id:"{tk.config["ckan.site_id"]}"', commit=False)


def _failed(result: Indexed, package_id: str, err: Exception) -> None:
    log.warning("Package %s could not be indexed: %s", package_id, err)
    result.failed[package_id] = str(err)[:500]
