"""Uploaded documents that no source has go after a while, and no others."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import ckan.plugins as p
import pytest
from ckan import model
from ckan.tests.helpers import changed_config

from ckanext.ontario.harvest import config, locks, uploads
from ckanext.ontario.harvest import model as tables
from ckanext.ontario.harvest.reader import DocumentError
from ckanext.ontario.shared import clock

from .conftest import Harvests, act, rows

LATER = timedelta(days=40)


@pytest.fixture(autouse=True)
def storage(internal: Any, tmp_path: Path) -> Any:
    """A folder of documents of the test's own."""
    with changed_config("ckan.storage_path", str(tmp_path / "storage")):
        yield


def keep(content: bytes, filename: str = "inventory.csv", organization: str = "a ministry") -> str:
    address = uploads.store(io.BytesIO(content), filename, organization, None)
    model.Session.commit()
    return address


def files() -> set[bytes]:
    """The bytes of everything that is kept."""
    return {path.read_bytes() for path in config.documents_folder().rglob("*") if path.is_file()}


def documents() -> set[str]:
    return {f"upload:{found}" for (found,) in model.Session.query(tables.HarvestUpload.id)}


def swept(after: timedelta = LATER, **data: Any) -> dict[str, int]:
    """What the cleaning says, so long from now."""
    with clock.stopped_at(clock.now() + after):
        return act("ontario_harvest_upload_clean", **data)


def test_what_was_tried_and_not_saved_goes_after_a_while(harvests: Harvests) -> None:
    run = harvests.run(rows(2))
    used = documents()
    abandoned = keep(b"tried")
    assert swept(timedelta(days=29)) == {"removed": 0, "bytes": 0}
    assert swept(dry_run=True) == {"removed": 1, "bytes": 5}
    assert abandoned in documents()
    assert swept() == {"removed": 1, "bytes": 5}
    assert documents() == used
    assert b"tried" not in files()
    with pytest.raises(DocumentError):
        uploads.locate(abandoned, "a ministry")
    again = harvests.run()
    assert (again["source_id"], again["status"]) == (run["source_id"], "finished")


def test_a_document_that_was_replaced_goes_and_a_deleted_sources_stays(harvests: Harvests) -> None:
    source_id = harvests.source(rows(1))
    first = documents()
    harvests.source(rows(2))
    second = documents() - first
    act("harvest_source_delete", id=source_id)
    assert swept()["removed"] == 1
    assert documents() == second


def test_bytes_stay_while_another_upload_has_them(clean: None) -> None:
    keep(b"shared", organization="one")
    with clock.stopped_at(clock.now() + LATER):
        recent = keep(b"shared", organization="other")
    assert swept() == {"removed": 1, "bytes": 0}
    assert uploads.locate(recent, "other")[0].read_bytes() == b"shared"


def test_a_document_given_again_counts_from_then(clean: None) -> None:
    first = keep(b"again")
    with clock.stopped_at(clock.now() + LATER):
        assert keep(b"again") == first
        assert act("ontario_harvest_upload_clean")["removed"] == 0
    assert uploads.locate(first, "a ministry")[0].read_bytes() == b"again"


def test_a_document_that_somebody_is_keeping_stays(clean: None) -> None:
    address = keep(b"held")
    digest = uploads.locate(address, "a ministry")[0].name
    with model.ensure_engine().begin() as other:
        key = locks.document_number(digest)
        other.exec_driver_sql("SELECT pg_advisory_xact_lock_shared(%s)", (key,))
        assert swept()["removed"] == 0
    assert swept()["removed"] == 1


def test_files_of_uploads_that_were_never_finished_go(clean: None) -> None:
    uploads.store(io.BytesIO(b"rolled back"), "x.csv", "a ministry", None)
    model.Session.rollback()
    half = config.documents_folder() / f"{uploads.INCOMING}x"
    half.write_bytes(b"half")
    assert files() == {b"rolled back", b"half"}
    assert act("ontario_harvest_upload_clean", days=1) == {"removed": 0, "bytes": 0}
    assert files() == {b"rolled back", b"half"}
    for path in config.documents_folder().rglob("*"):
        os.utime(path, (0, 0))
    assert swept() == {"removed": 0, "bytes": 0}
    assert files() == set()


def test_the_setting_says_how_long_and_0_keeps_all(clean: None) -> None:
    keep(b"old")
    with changed_config("ckanext.ontario.harvest.keep_uploads", 0):
        assert swept()["removed"] == 0
    with changed_config("ckanext.ontario.harvest.keep_uploads", 60):
        assert swept()["removed"] == 0
    assert swept()["removed"] == 1


def test_the_scheduler_does_it_every_night(internal: Any) -> None:
    jobs = {job.action: job for job in p.get_plugin("ontario_harvest").get_scheduled_jobs()}
    assert "ontario_harvest_upload_clean" in jobs
