"""Records that are gone from their source, or from the catalogue."""

from __future__ import annotations

from typing import Any

import pytest
from ckan import model

from ckanext.ontario.harvest import report

from .conftest import Harvests, act, row, rows
from .test_runs import codes, counts, statuses, titles


def test_one_record_in_ten_may_go_and_comes_back(
    harvests: Harvests, packages: Any, indexed: Any
) -> None:
    harvests.run(rows(10))
    run = harvests.run(rows(9))
    assert counts(run) == {"rows": 9, "unchanged": 9, "gone": 1, "inactive": 1}
    assert codes(run, "warning") == [(0, "record_gone")]
    found = packages()
    assert len(found) == 10
    assert statuses(found)["10"] == "inactive"
    assert {s for guid, s in statuses(found).items() if guid != "10"} <= {"active"}
    assert len(indexed()) == 10

    again = harvests.run(rows(9, internal="x"))
    assert counts(again) == {"rows": 9, "changed": 9, "missing": 1}
    back = harvests.run(rows(10, internal="x"))
    assert counts(back) == {"rows": 10, "changed": 1, "unchanged": 9}
    assert statuses(packages())["10"] == "active"


@pytest.mark.parametrize(
    ("left", "reason"),
    [(rows(8), "too_many_gone"), ([*rows(8), row(9, access="?")], "document_has_errors")],
)
def test_what_a_harvest_may_not_decide_waits_for_a_person(
    harvests: Harvests, packages: Any, left: Any, reason: str
) -> None:
    harvests.run(rows(10))
    run = harvests.run(left)
    assert counts(run)["gone"] == 10 - len(left)
    assert "inactive" not in counts(run)
    shown = report.summary(run)
    assert shown["outcome"] == "attention"
    assert shown["approval"]["reasons"] == [reason]
    assert set(statuses(packages()).values()) == {"active"}
    assert (0, "gone_withheld") in codes(run, "warning")

    done = act("ontario_harvest_gone_approve", run_id=run["id"])
    assert done == {"inactive": 10 - len(left)}
    assert list(statuses(packages()).values()).count("inactive") == 10 - len(left)
    with pytest.raises(Exception, match="approval"):
        act("ontario_harvest_gone_approve", run_id=run["id"])


def test_nothing_goes_while_a_record_could_not_be_written(
    harvests: Harvests, packages: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    harvests.run(rows(10))
    with monkeypatch.context() as broken:
        broken.setattr(
            "ckanext.ontario.harvest.preparing.domain.dataset_name", lambda *_identity: "!"
        )
        run = harvests.run([*rows(9), row(11)])
    assert counts(run) == {"rows": 10, "unchanged": 9, "gone": 1, "invalid": 1}
    assert report.summary(run)["approval"]["reasons"] == ["document_has_errors"]
    assert (0, "gone_withheld") in codes(run, "warning")
    assert statuses(packages())["10"] == "active"
    again = harvests.run([*rows(9), row(11)])
    assert counts(again) == {"rows": 10, "new": 1, "unchanged": 9, "gone": 1, "inactive": 1}


def test_a_later_run_asks_anew(harvests: Harvests) -> None:
    harvests.run(rows(10))
    first = harvests.run(rows(5))
    second = harvests.run(rows(10))
    assert report.summary(first)["approval"]["state"] == "superseded"
    assert report.summary(second)["approval"] is None
    assert counts(second) == {"rows": 10, "unchanged": 10}


def test_a_refused_row_is_not_gone(harvests: Harvests, packages: Any) -> None:
    harvests.run(rows(3))
    run = harvests.run([row(1), row(2), row(3, access="Partly open")])
    assert counts(run) == {"rows": 3, "unchanged": 2, "invalid": 1}
    assert statuses(packages())["3"] == "active"


def test_what_was_deleted_in_the_catalogue_stays_deleted(harvests: Harvests, packages: Any) -> None:
    harvests.run(rows(2))
    act("package_delete", id=packages()["2"]["id"])
    run = harvests.run([row(1), row(2, en="Changed")])
    assert codes(run, "warning") == [(3, "record_deleted_here")]
    deleted = model.Session.query(model.Package).filter_by(type="dataset", state="deleted")
    assert deleted.count() == 1


def test_what_was_purged_in_the_catalogue_is_made_anew(harvests: Harvests, packages: Any) -> None:
    harvests.run(rows(2))
    act("dataset_purge", id=packages()["2"]["id"])
    run = harvests.run([row(1), row(2, en="Changed")])
    assert counts(run) == {"rows": 2, "new": 1, "unchanged": 1}
    assert titles(packages()) == {"1": "Water quality 1", "2": "Changed"}
