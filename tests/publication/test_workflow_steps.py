"""Submitting, approving, returning, withdrawing, removing: through the actions, with real people."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from tests.factories import call
from tests.publication.ministry import Ministry, make_ministry

from ckanext.ontario.publication.model import OUTBOX, RELEASE


@pytest.fixture(scope="module")
def ministry(clean_module: None) -> Ministry:
    """A ministry with everyone."""
    call("ontario_schema_seed")
    return make_ministry()


def status(record: dict[str, Any], user: str) -> dict[str, Any]:
    return call("ontario_release_show", user, id=record["id"])


def releases(record: dict[str, Any]) -> list[Any]:
    query = sa.select(RELEASE).where(RELEASE.c.package_id == record["id"])
    return list(model.Session.execute(query.order_by(RELEASE.c.sequence)))


def outbox(record: dict[str, Any]) -> list[int]:
    query = sa.select(OUTBOX.c.sequence).where(OUTBOX.c.package_id == record["id"])
    return [row.sequence for row in model.Session.execute(query.order_by(OUTBOX.c.id))]


def test_from_draft_to_live(ministry: Ministry) -> None:
    record = ministry.dataset()
    before = status(record, ministry.editor)
    assert (before["state"], before["public"], before["next_steps"]) == (
        "draft",
        "none",
        ["submit"],
    )
    after = call("ontario_release_submit", ministry.editor, id=record["id"])
    assert (after["state"], after["next_steps"]) == ("in_review", [])
    assert status(record, ministry.director)["next_steps"] == ["approve", "return"]
    live = ministry.approve(record["id"])
    assert (live["state"], live["public"]) == ("approved", "live")
    assert live["next_steps"] == ["withdraw"]
    (row,) = releases(record)
    assert (row.operation, row.source, row.state) == ("put", "approval", "released")
    assert row.projection["title_translated"] == record["title_translated"]
    assert outbox(record) == [1]
    steps = [
        one["step"] for one in call("ontario_release_history", ministry.editor, id=record["id"])
    ]
    assert steps == ["release", "approve", "submit"]
