"""Lets the tests here share their kits: documents to read, and a hostile web server."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fetching import Fetch
from hostile import HostileServer

from ckanext.ontario.harvest.download import Download, Policy, download
from harvest.conftest import (  # noqa: F401 -- fixtures of the standard suite
    harvests,
    indexed,
    ministries,
    packages,
    solr_requests,
    versions,
)


@pytest.fixture
def hostile() -> Iterator[HostileServer]:
    """A web server on the loopback that does what no server should."""
    server = HostileServer()
    server.start()
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def policy(hostile: HostileServer) -> Policy:
    """May reach the hostile server and nothing else that is not public; waits for nothing."""
    return Policy(
        allowed_hosts=frozenset({hostile.host}),
        connect_timeout=2,
        read_timeout=2,
        total_timeout=20,
        retries=0,
        sleep=[].append,
    )


@pytest.fixture
def fetch(tmp_path: Path, policy: Policy) -> Iterator[Fetch]:
    """Downloads; no test may leave half a document."""

    def call(url: str, *, etag: str = "", last_modified: str = "", **changes: Any) -> Download:
        return download(
            url,
            tmp_path / "document",
            etag=etag or None,
            last_modified=last_modified or None,
            policy=replace(policy, **changes),
        )

    yield call
    assert [path.name for path in tmp_path.glob("*.part")] == []
