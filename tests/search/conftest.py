"""The records of corpus.yaml on the internal portal, and searches over its web interface."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ckan.tests.factories import APIToken, Sysadmin
from ckan.tests.helpers import call_action

HERE = Path(__file__).parent

Search = Callable[..., dict[str, Any]]


def from_yaml(name: str) -> Any:
    """A YAML file of this folder."""
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def dataset(name: str, **fields: Any) -> dict[str, Any]:
    """The least that a record needs, and ``fields``."""
    return {
        "name": name,
        "title_translated": {"en": name, "fr": name},
        "owner_org": "moh",
        "access_level": "under_review",
        **fields,
    }


@pytest.fixture(scope="module")
def token(clean_module: None) -> str:
    """An API token of a catalogue administrator, on a portal with ministries and topics."""
    call_action("ontario_schema_seed")
    return APIToken(user=Sysadmin()["name"])["token"]


@pytest.fixture(scope="module")
def act(internal: Any, token: str) -> Callable[..., Any]:
    """Call an action over HTTP as the administrator; the answer must be a success."""

    def call(action: str, language: str = "en", **body: Any) -> Any:
        prefix = "/fr" if language == "fr" else ""
        answer = internal.post(
            f"{prefix}/api/3/action/{action}", json=body, headers={"Authorization": token}
        )
        assert answer.status_code == 200, answer.body[:2000]
        return answer.json["result"]

    return call


@pytest.fixture(scope="module")
def search(act: Callable[..., Any]) -> Search:
    """Search as a reader of a language; rows default to all of the corpus."""

    def run(q: str, language: str = "en", **parameters: Any) -> dict[str, Any]:
        return act("package_search", language, q=q, **{"rows": 100, **parameters})

    return run


@pytest.fixture(scope="module")
def names(search: Search) -> Callable[..., list[str]]:
    """As ``search``, but only the records' names, the best first."""

    def run(q: str, language: str = "en", **parameters: Any) -> list[str]:
        return [record["name"] for record in search(q, language, **parameters)["results"]]

    return run


@pytest.fixture(scope="module")
def corpus(act: Callable[..., Any]) -> list[dict[str, Any]]:
    """The records of corpus.yaml, made through ``package_create``."""
    records = from_yaml("corpus.yaml")["records"]
    for record in records:
        act(
            "package_create",
            **dataset(
                record["name"],
                title_translated=record["title"],
                notes_translated=record["notes"],
                keywords=record["keywords"],
                topics=record["topics"],
            ),
        )
    return records
