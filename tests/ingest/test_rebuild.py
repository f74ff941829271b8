"""The rebuild of the index: CKAN's documents, without a gap, and on again after a kill."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pysolr
import pytest
from ckan import model
from ckan.lib import search
from ckan.lib.search.common import make_connection
from ckan.tests.helpers import call_action
from click.testing import CliRunner
from tests.statements import statements

from ckanext.ontario.ingest import cli, rebuilding
from ckanext.ontario.ingest import model as tables

Build = Callable[..., dict[str, Any]]
VOLATILE = {"_version_", "indexed_ts"}


def quiet(_done: int, _total: int) -> None:
    """Show nothing."""


def documents(in_solr: Any) -> dict[str, dict[str, Any]]:
    return {
        name: {key: value for key, value in doc.items() if key not in VOLATILE}
        for name, doc in in_solr().items()
    }


def run(*options: str) -> Any:
    return CliRunner().invoke(cli.ontario_search, ["rebuild", *options])


@pytest.fixture
def written(dataset: Build, write: Build) -> list[str]:
    """Ids of an active record, a draft and one more, none of them in the index."""
    answer = write(dataset(1), dataset(2, state="draft"), dataset(3))
    tables.clear_pending(tables.pending(10))
    model.Session.commit()
    return [one["id"] for one in answer["results"]]


def test_the_index_is_the_one_that_ckan_builds(written: list[str], in_solr: Any) -> None:
    search.rebuild(defer_commit=True, quiet=True)
    theirs = documents(in_solr)
    make_connection().delete(q="*:*", commit=True)
    done = rebuilding.rebuild(quiet)
    assert documents(in_solr) == theirs
    assert (done.indexed, done.removed, done.failed) == (len(theirs), 0, {})


def test_what_should_not_be_there_goes_and_all_else_is_there_throughout(
    written: list[str], in_solr: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    search.rebuild(defer_commit=True, quiet=True)
    before = documents(in_solr)
    solr = make_connection()
    kept = {key: before["dataset-1"][key] for key in ("site_id", "entity_type", "state")}
    orphan = {**kept, "id": "gone", "name": "gone", "index_id": "gone"}
    other = {**kept, "site_id": "another", "id": "other", "name": "other", "index_id": "other"}
    solr.add([orphan, other], commit=True)
    seen: list[set[str]] = []
    monkeypatch.setattr(rebuilding, "BATCH", 1)
    done = rebuilding.rebuild(lambda *_: seen.append(set(in_solr())))
    assert done.removed == 1
    assert all(found >= {*before, "gone"} for found in seen)
    assert set(in_solr()) == {*before, "other"}
    solr.delete(q="id:other", commit=True)  # no cleaning of ours takes another portal's away


def test_a_killed_rebuild_goes_on(written: list[str], in_solr: Any) -> None:
    code = (
        "import os, signal, sys\n"
        "from ckanext.ontario.ingest import rebuilding\n"
        "rebuilding.BATCH = 1\n"
        "def die(done, total):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "rebuilding.rebuild(die)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", _in_ckan(code)], check=False, capture_output=True, text=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]
    model.Session.rollback()
    assert len(in_solr()) == 1
    answer = run("--resume", "--json")
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.output)
    assert found["resumed"] is True
    assert found["indexed"] == len(in_solr()) == _indexable()
    assert json.loads(run("--resume", "--json").output)["resumed"] is False


def _in_ckan(code: str) -> str:
    """Return a program that runs ``code`` in the portal under test."""
    from ckan.common import config  # noqa: PLC0415 -- there once the portal is

    return (
        "import pylibmagic\n"
        "from ckan.cli import CKANConfigLoader\n"
        "from ckan.config.middleware import make_app\n"
        f"app = make_app(CKANConfigLoader({config['__file__']!r}).get_config())\n"
        "with app._wsgi_app.test_request_context():\n"
        + "".join(f"    {line}\n" for line in code.splitlines())
    )


def _indexable() -> int:
    return model.Session.query(model.Package).filter(model.Package.state != "deleted").count()


def test_one_that_fails_is_named_and_the_others_go(
    written: list[str], in_solr: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = pysolr.Solr.add

    def picky(self: Any, docs: list[dict[str, Any]], **kwargs: Any) -> Any:
        if any(doc["name"] == "dataset-3" for doc in docs):
            raise pysolr.SolrError("this one not")
        return add(self, docs, **kwargs)

    monkeypatch.setattr(pysolr.Solr, "add", picky)
    answer = run("--json")
    assert answer.exit_code == 1
    assert list(json.loads(answer.output)["failed"]) == [written[2]]
    assert "dataset-3" not in in_solr()
    assert "dataset-1" in in_solr()


def test_what_is_purged_or_saved_while_it_is_sent_is_not_put_back(
    written: list[str],
    in_solr: Any,
    site_user: str,
    internal: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    purged, saved, title = written[0], written[2], {"en": "New", "fr": "Neuf"}
    add = pysolr.Solr.add
    at_once: list[bool] = []

    def late(self: Any, docs: list[dict[str, Any]], **kwargs: Any) -> Any:
        """Deliver the first documents after others purged one of them and saved another."""
        if not at_once:
            at_once.append(True)
            with ThreadPoolExecutor(1) as other:
                other.submit(elsewhere, "dataset_purge", id=purged).result()
                other.submit(elsewhere, "package_patch", id=saved, title_translated=title).result()
        return add(self, docs, **kwargs)

    def elsewhere(action: str, **asked: Any) -> None:
        with internal.flask_app.test_request_context("/"):
            call_action(action, {"user": site_user}, **asked)
        model.Session.remove()

    monkeypatch.setattr(pysolr.Solr, "add", late)
    seen: list[dict[str, Any]] = []
    rebuilding.rebuild(lambda *_: seen.append(in_solr()))
    for found in (seen[-1], in_solr()):
        assert "dataset-1" not in found
        assert found["dataset-3"]["title"] == "New"


def test_an_outage_is_said_and_the_next_run_goes_on(
    written: list[str], in_solr: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_args: Any, **_kwargs: Any) -> None:
        raise pysolr.SolrError("Solr is down")

    with monkeypatch.context() as outage:
        outage.setattr(pysolr.Solr, "_send_request", down)
        answer = run("--json")
    assert answer.exit_code == 1
    assert "--resume" in answer.output
    assert json.loads(run("--resume", "--json").output)["indexed"] == _indexable()


def test_two_at_once_are_refused(written: list[str]) -> None:
    with rebuilding._alone():
        answer = run()
    assert answer.exit_code == 4


def test_the_number_of_statements_does_not_grow(dataset: Build, write: Build) -> None:
    write(*(dataset(number) for number in range(3)))
    with statements() as few:
        rebuilding.rebuild(quiet)
    write(*(dataset(number) for number in range(3, 23)))
    with statements() as many:
        rebuilding.rebuild(quiet)
    assert len(many) <= len(few) + 2
    assert call_action("package_search", rows=0)["count"] >= 0
