"""A published record that left its inventory: inactive, never deleted."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model

from ckanext.ontario.publication.model import RELEASE
from ckanext.ontario.shared import clock

from .conftest import Harvests, act, rows


def published(package_id: str) -> None:
    """Let a record be live, as after its approval."""
    now = clock.now()
    row = {"package_id": package_id, "sequence": 1, "operation": "put", "source": "approval",
           "projection": {}, "schema_version": "", "approved_by": "x", "approved_at": now,
           "release_at": now, "released_at": now, "state": "released"}  # fmt: skip
    model.Session.execute(sa.insert(RELEASE).values(**row))
    model.Session.commit()


def test_a_published_record_that_is_gone_becomes_inactive(
    harvests: Harvests, packages: Any
) -> None:
    harvests.run(rows(10))
    published(packages()["10"]["id"])
    run = harvests.run(rows(9))
    assert run["status"] == "finished"
    left = packages()["10"]
    assert (left["record_status"], left["state"]) == ("inactive", "active")
    with pytest.raises(tk.ValidationError):
        act("package_delete", id=left["id"])
