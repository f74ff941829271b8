"""Lets the tests here share their kits: documents to read, and a hostile web server."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from hostile import HostileServer

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
