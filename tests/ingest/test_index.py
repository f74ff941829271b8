"""The index writer: CKAN's own documents, many to a request, and marks that survive an outage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pysolr
import pytest
from ckan import model
from ckan.lib import search
from ckan.tests.helpers import call_action

from ckanext.ontario.ingest import model as tables

Build = Callable[..., dict[str, Any]]
VOLATILE = {"_version_", "indexed_ts"}


def index() -> dict[str, Any]:
    return call_action("ontario_ingest_index")


def test_many_packages_are_one_request_and_one_commit(
    dataset: Build, write: Build, solr_log: Any, in_solr: Any
) -> None:
    write(*(dataset(number) for number in range(12)))
    assert index() == {"indexed": 12, "failed": {}}
    assert len(solr_log.requests) == 2
    assert len(in_solr()) == 12
    solr_log.clear()
    assert index() == {"indexed": 0, "failed": {}}
    assert solr_log.requests == []


def test_the_document_is_the_one_ckan_would_have_sent(
    dataset: Build, write: Build, in_solr: Any
) -> None:
    data = dataset(1, resources=[{"url": "https://example.com/é.csv", "format": "CSV"}])
    created = write(data)["results"][0]["id"]
    index()
    ours = in_solr()["dataset-1"]
    search.rebuild(created)
    theirs = in_solr()["dataset-1"]
    assert {k: v for k, v in ours.items() if k not in VOLATILE} == {
        k: v for k, v in theirs.items() if k not in VOLATILE
    }


def test_what_was_deleted_or_purged_leaves_the_index(
    dataset: Build, write: Build, in_solr: Any
) -> None:
    ids = [r["id"] for r in write(dataset(1), dataset(2))["results"]]
    index()
    call_action("dataset_purge", id=ids[0])
    search.rebuild(ids[1])
    tables.mark_pending(ids, "again")
    model.Session.commit()
    index()
    assert set(in_solr()) == {"dataset-2"}


def test_an_outage_of_solr_loses_nothing(
    dataset: Build, write: Build, in_solr: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(dataset(1), dataset(2))
    with monkeypatch.context() as outage:
        outage.setattr(pysolr.Solr, "add", _down)
        answer = index()
    assert answer["indexed"] == 0
    assert len(answer["failed"]) == 2
    assert len(tables.pending(10)) == 2
    assert index()["indexed"] == 2
    assert set(in_solr()) == {"dataset-1", "dataset-2"}


def _down(*_args: Any, **_kwargs: Any) -> None:
    raise pysolr.SolrError("Solr is down")


def test_a_document_that_solr_refuses_keeps_no_other_from_the_index(
    dataset: Build, write: Build, in_solr: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [r["id"] for r in write(dataset(1), dataset(2), dataset(3))["results"]]
    add = pysolr.Solr.add

    def picky(self: Any, docs: list[dict[str, Any]], **kwargs: Any) -> Any:
        if any(doc["name"] == "dataset-2" for doc in docs):
            raise pysolr.SolrError("this one not")
        return add(self, docs, **kwargs)

    with monkeypatch.context() as refusing:
        refusing.setattr(pysolr.Solr, "add", picky)
        answer = index()
    assert (answer["indexed"], set(answer["failed"])) == (2, {ids[1]})
    assert set(in_solr()) == {"dataset-1", "dataset-3"}
    assert [package for package, _token in tables.pending(10)] == [ids[1]]


def test_a_mark_set_again_meanwhile_stays(dataset: Build, write: Build) -> None:
    created = write(dataset(1))["results"][0]["id"]
    before = tables.pending(10)
    tables.mark_pending([created], "later")
    tables.clear_pending(before)
    assert tables.pending(10) == [(created, "later")]
