"""What ingest's tests share: an organization, datasets as the engine writes them, Solr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pysolr
import pytest
from ckan import model
from ckan.lib.search.common import make_connection
from ckan.tests import factories
from ckan.tests.helpers import call_action


@pytest.fixture
def organization(clean: None) -> dict[str, Any]:
    return factories.Organization()


@pytest.fixture
def site_user(clean: None) -> str:
    return str(call_action("get_site_user")["name"])


@pytest.fixture
def dataset(organization: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """A function that returns a valid new dataset as a harvester writes it."""

    def build(number: int, **fields: Any) -> dict[str, Any]:
        return {
            "type": "dataset",
            "name": f"dataset-{number}",
            "owner_org": organization["id"],
            "private": True,
            "title_translated": {"en": f"Title {number}", "fr": f"Titre {number}"},
            "notes_translated": {"en": "Text", "fr": "Texte"},
            "access_level": "under_review",
            "resources": [],
            **fields,
        }

    return build


@pytest.fixture
def write(site_user: str) -> Callable[..., dict[str, Any]]:
    """A function that writes datasets through the action and returns its answer."""

    def run(*datasets: dict[str, Any], **context: Any) -> dict[str, Any]:
        records = [{"key": d.get("name", d.get("id")), "dataset": d} for d in datasets]
        return call_action("ontario_ingest_write", {"user": site_user, **context}, records=records)

    return run


class SolrLog:
    """What was sent to Solr: one entry per request."""

    def __init__(self) -> None:
        self.requests: list[str] = []

    def clear(self) -> None:
        self.requests.clear()


@pytest.fixture
def solr_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[SolrLog]:
    """Listens to what pysolr sends, and lets it pass."""
    log = SolrLog()
    send = pysolr.Solr._send_request

    def listened(self: Any, method: str, path: str = "", *args: Any, **kwargs: Any) -> Any:
        if path.startswith("update"):
            log.requests.append(path)
        return send(self, method, path, *args, **kwargs)

    monkeypatch.setattr(pysolr.Solr, "_send_request", listened)
    yield log
    model.Session.remove()


@pytest.fixture
def in_solr(clean: None) -> Callable[[], dict[str, dict[str, Any]]]:
    """A function that returns the documents of the index by name."""

    def read() -> dict[str, dict[str, Any]]:
        solr = make_connection()
        solr.commit()
        return {doc["name"]: doc for doc in solr.search("*:*", rows=1000)}

    return read
