"""Harvests and the workflow: what is public stays as it is until the workflow says otherwise."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from tests.publication.ministry import Ministry, make_ministry

import factories
from ckanext.ontario.harvest import domain
from ckanext.ontario.harvest import model as tables
from ckanext.ontario.publication.model import OUTBOX, RELEASE
from ckanext.ontario.shared import clock
from factories import call

from .conftest import Harvests, row, rows


@pytest.fixture(scope="module")
def ministry(clean_module: None) -> Ministry:
    call("ontario_schema_seed")
    return make_ministry()


@pytest.fixture
def source(ministry: Ministry, tmp_path: Path, request: pytest.FixtureRequest) -> Harvests:
    made = Harvests(tmp_path, ministry.name)
    made.name = domain.slug(request.node.name)[-60:].strip("-")
    return made


def harvested(source: Harvests, guid: str) -> dict[str, Any]:
    record = tables.records_by_guid(source.source(), [guid])[guid]
    return call("package_show", id=record["package_id"])


def completed(source: Harvests, ministry: Ministry, guid: str) -> dict[str, Any]:
    """A harvested record with what the inventory lacks, submitted."""
    record = harvested(source, guid)
    given = ("title_translated", "notes_translated", "name")
    whole = factories.dataset_values(owner_org=ministry.id)
    values = {key: value for key, value in whole.items() if key not in given}
    call("package_patch", ministry.editor, id=record["id"], **values)
    call("ontario_release_submit", ministry.editor, id=record["id"])
    return record


def standing(record: dict[str, Any], ministry: Ministry) -> tuple[str, str]:
    shown = call("ontario_release_show", ministry.director, id=record["id"])
    return shown["state"], shown["public"]


def sent(record: dict[str, Any]) -> list[tuple[int, str | None]]:
    """Everything that was ever released or put in the outbox of a record."""
    model.Session.rollback()
    releases = sa.select(RELEASE.c.sequence, RELEASE.c.projection["record_status"].astext)
    found = model.Session.execute(releases.where(RELEASE.c.package_id == record["id"]))
    outbox = sa.select(OUTBOX.c.sequence).where(OUTBOX.c.package_id == record["id"])
    waiting = [(row.sequence, "sent") for row in model.Session.execute(outbox)]
    return sorted([(row[0], row[1]) for row in found] + waiting)


def left_out(source: Harvests) -> dict[str, Any]:
    return source.run(rows(2))


def cleared(source: Harvests) -> None:
    call("harvest_source_clear", id=source.source())


def approved(source: Harvests) -> None:
    run = source.run([row(1)])
    call("ontario_harvest_gone_approve", run_id=run["id"])


@pytest.mark.parametrize("end", [left_out, cleared, approved])
def test_a_public_record_that_is_gone_stays_public_until_the_workflow_ends_it(
    source: Harvests, ministry: Ministry, end: Any
) -> None:
    source.run(rows(3))
    record = completed(source, ministry, "3")
    ministry.approve(record["id"])
    assert standing(record, ministry) == ("approved", "live")
    before = sent(record)
    end(source)
    assert harvested(source, "3")["record_status"] == "inactive"
    assert model.Package.get(record["id"]).state == "active"
    assert standing(record, ministry) == ("draft", "live")
    call("ontario_release_due")
    assert sent(record) == before

    call("ontario_release_submit", ministry.second_editor, id=record["id"])
    ministry.approve(record["id"])
    assert sent(record) != before
    assert "inactive" in {status for _sequence, status in sent(record)}


def test_a_standing_approval_does_not_let_a_record_go(source: Harvests, ministry: Ministry) -> None:
    source.run(rows(3))
    record = completed(source, ministry, "3")
    ministry.approve(record["id"])
    call(
        "ontario_standing_approval_create",
        ministry.director,
        harvest_source_id=source.source(),
        valid_until=(clock.now() + timedelta(days=9)).isoformat(),
    )
    before = sent(record)
    source.run(rows(2))
    assert call("ontario_release_due")["refreshed"] == 0
    assert sent(record) == before
    assert standing(record, ministry) == ("draft", "live")


def test_what_was_approved_for_later_does_not_go_out_once_it_is_gone(
    source: Harvests, ministry: Ministry
) -> None:
    source.run(rows(3))
    record = completed(source, ministry, "3")
    later = clock.now() + timedelta(days=2)
    ministry.approve(record["id"], release_at=later.isoformat())
    source.run(rows(2))
    with clock.stopped_at(later + timedelta(days=1)):
        assert call("ontario_release_due")["cancelled"] == 1
    assert standing(record, ministry) == ("draft", "none")


def test_a_change_in_the_source_makes_a_draft_of_what_is_public(
    source: Harvests, ministry: Ministry
) -> None:
    source.run(rows(3))
    record = completed(source, ministry, "3")
    ministry.approve(record["id"])
    before = sent(record)
    source.run([*rows(2), row(3, en="Changed")])
    assert harvested(source, "3")["title_translated"]["en"] == "Changed"
    assert standing(record, ministry) == ("draft", "live")
    assert sent(record) == before
