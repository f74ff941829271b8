"""Harvests from document to catalogue: what is new, changed, gone, refused, and what stays."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckanext.activity.model import Activity

from ckanext.ontario.harvest import model as tables
from ckanext.ontario.harvest import report, sources
from ckanext.ontario.harvest.harvester import harvesters
from ckanext.ontario.harvest.uploads import UploadRefused

from .conftest import Harvests, act, row, rows


def counts(run: dict[str, Any]) -> dict[str, int]:
    return {name: number for name, number in report.counts(run).items() if number}


def codes(run: dict[str, Any], *severities: str) -> list[tuple[int, str]]:
    found = report.issues(run, severity=list(severities) or None, limit=1000)
    return sorted((issue["row"] or 0, issue["code"]) for issue in found)


def conflicts(run: dict[str, Any]) -> list[tuple[int, str]]:
    return [each for each in codes(run, "warning") if each[1].startswith("field_")]


def titles(packages: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {guid: each["title_translated"]["en"] for guid, each in packages.items()}


def statuses(packages: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {guid: each.get("record_status") or "active" for guid, each in packages.items()}


# --- what is new, changed, unchanged ---------------------------------------------------------


def test_new_rows_become_drafts_of_the_ministry(harvests: Harvests, packages: Any) -> None:
    run = harvests.run(rows(3))
    assert (run["status"], run["phase"]) == ("finished", "finish")
    assert counts(run) == {"rows": 3, "new": 3}
    found = packages()
    assert set(found) == {"1", "2", "3"}
    first = found["1"]
    assert first["title_translated"] == {"en": "Water quality 1", "fr": "Qualité de l’eau 1"}
    assert first["owner_org"] == harvests.organization_id
    assert first["harvest_source_id"] == harvests.source()
    assert first["private"] is True
    assert first["name"].startswith("water-quality-1-")


def test_harvested_records_are_found(harvests: Harvests, indexed: Any, packages: Any) -> None:
    harvests.run(rows(3))
    assert indexed() == {package["name"] for package in packages().values()}


def test_the_same_document_again_touches_nothing(
    harvests: Harvests, versions: Any, solr_requests: list[str]
) -> None:
    first = harvests.run(rows(3))
    before = versions()
    solr_requests.clear()
    second = harvests.run(rows(3))
    assert counts(second) == {"rows": 3, "unchanged": 3}
    assert second["same_as"] == first["id"]
    assert versions() == before
    assert solr_requests == []


def test_a_changed_document_touches_only_what_changed(
    harvests: Harvests, versions: Any, solr_requests: list[str], packages: Any
) -> None:
    harvests.run(rows(4))
    names = {guid: each["name"] for guid, each in packages().items()}
    activity = model.Session.query(Activity).count()
    solr_requests.clear()
    run = harvests.run([row(1), row(2, en="Air quality"), row(3), row(4), row(5)])
    assert counts(run) == {"rows": 5, "new": 1, "changed": 1, "unchanged": 3}
    found = packages()
    assert titles(found)["2"] == "Air quality"
    assert found["2"]["name"] == names["2"]
    kinds = {
        kind
        for (kind,) in model.Session.query(Activity.activity_type)
        .order_by(Activity.timestamp.desc())
        .limit(3)
    }
    assert model.Session.query(Activity).count() == activity + 3  # one is the source's new document
    assert kinds == {"new package", "changed package"}
    # One request for the batch, one commit for the run, one for the source's own entry.
    assert len(solr_requests) <= 4


def test_the_same_records_in_another_document_write_nothing(
    harvests: Harvests, versions: Any, solr_requests: list[str]
) -> None:
    harvests.run(rows(3))
    harvests.source(list(reversed(rows(3))))
    before = versions()
    solr_requests.clear()
    run = harvests.run()
    assert counts(run) == {"rows": 3, "unchanged": 3}
    assert run["same_as"] is None
    assert versions() == before
    assert solr_requests == []


def test_another_profile_reads_the_same_document_again(harvests: Harvests) -> None:
    harvests.run(rows(3))
    harvests.config = {"profile": "federal"}
    assert harvests.run()["same_as"] is None


def test_what_the_ministry_wrote_itself_survives(harvests: Harvests, packages: Any) -> None:
    harvests.run([row(1, internal="from the source"), row(2)])
    package = packages()["1"]
    act("package_patch", id=package["id"], other_title="Our name for it")
    harvests.run([row(1, en="Changed"), row(2)])
    package = packages()["1"]
    assert package["title_translated"]["en"] == "Changed"
    assert package["other_title"] == "Our name for it"
    assert not package.get("colby_notes")


def test_what_was_changed_by_hand_and_is_the_sources_is_reported_by_field(
    harvests: Harvests, packages: Any
) -> None:
    harvests.run([row(1, internal="ours"), row(2)])
    package = packages()["1"]
    mine = {"en": "Mine", "fr": "À moi"}
    act("package_patch", id=package["id"], title_translated=mine, other_title="Ours alone")
    unchanged = harvests.run([row(1, internal="ours"), row(2), row(3)])
    assert conflicts(unchanged) == []
    assert titles(packages())["1"] == "Mine"

    run = harvests.run([row(1, internal="theirs"), row(2, internal="new")])
    (issue,) = report.issues(run, severity=["warning"], code="field_overwritten", limit=9)
    assert (issue["row"], issue["column"], issue["guid"]) == (2, "title_translated", "1")
    assert all("Mine / À moi" in text for text in issue["message"].values())
    assert titles(packages())["1"] == "Water quality 1"
    assert packages()["1"]["other_title"] == "Ours alone"


def test_what_is_left_to_the_ministry_stays_and_is_reported(
    harvests: Harvests, packages: Any
) -> None:
    harvests.config = {"local_fields": ["title_translated"]}
    harvests.run(rows(2))
    mine = {"en": "Mine", "fr": "À moi"}
    act("package_patch", id=packages()["1"]["id"], title_translated=mine)
    run = harvests.run([row(1, en="Changed", internal="x"), row(2, internal="x")])
    assert conflicts(run) == [(2, "field_kept")]
    assert titles(packages()) == {"1": "Mine", "2": "Water quality 2"}
    assert packages()["1"]["colby_notes"] == "x"


def test_files_keep_their_ids_and_the_ministrys_own_stay(harvests: Harvests, packages: Any) -> None:
    link = "https://files.ontario.ca/a.csv"
    harvests.run([row(1, url=link, formats="csv")])
    package = packages()["1"]
    own = act("resource_create", package_id=package["id"], url="https://files.ontario.ca/own.csv")
    harvests.run([row(1, en="Changed", url=link, formats="csv")])
    resources = packages()["1"]["resources"]
    assert [r["id"] for r in resources] == [package["resources"][0]["id"], own["id"]]


# --- what is wrong ---------------------------------------------------------------------------


def test_a_bad_row_leaves_the_others_alone(harvests: Harvests, packages: Any) -> None:
    run = harvests.run([row(1), row(2, access="Partly open"), row(3)])
    assert set(packages()) == {"1", "3"}
    assert counts(run) == {"rows": 3, "new": 2, "invalid": 1}
    issue = report.issues(run, severity=["error"], limit=10)[0]
    assert (issue["row"], issue["column"], issue["code"]) == (3, "Access Level", "choice_unknown")
    assert all(issue["message"].values())
    assert all(issue["suggestion"].values())
    assert issue["message"]["en"] != issue["message"]["fr"]


def test_a_row_that_only_ckan_refuses_is_reported_in_both_languages(
    harvests: Harvests, packages: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "ckanext.ontario.harvest.preparing.domain.dataset_name",
        lambda _title, _source, guid: "!" if guid == "2" else f"dataset-{guid}",
    )
    run = harvests.run(rows(3))
    assert set(packages()) == {"1", "3"}
    assert counts(run) == {"rows": 3, "new": 2, "invalid": 1}
    issue = report.issues(run, severity=["error"], limit=10)[0]
    assert (issue["row"], issue["column"], issue["code"]) == (3, "name", "invalid_value")
    assert issue["message"]["en"] != issue["message"]["fr"]


def test_what_was_refused_is_tried_again(
    harvests: Harvests, packages: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(
            "ckanext.ontario.harvest.preparing.domain.dataset_name", lambda *_identity: "!"
        )
        assert counts(harvests.run(rows(2))) == {"rows": 2, "invalid": 2}
    assert counts(harvests.run(rows(2))) == {"rows": 2, "new": 2}


def test_what_keeps_a_record_from_being_published_is_reported(harvests: Harvests) -> None:
    run = harvests.run([row(1, access="Restricted")])
    assert counts(run) == {"rows": 1, "new": 1}
    assert (2, "restricted-exemption") in codes(run, "publish")


def test_an_unknown_ministry_and_another_ministrys_row(harvests: Harvests, packages: Any) -> None:
    run = harvests.run(
        [
            row(1, publisher="Ministry of Fisheries and Ports"),
            row(2, publisher="Ministry of Education"),
            row(3, publisher="MINISTÈRE DE LA SANTÉ"),
        ]
    )
    assert codes(run, "error") == [(2, "unknown_organization"), (3, "other_organization")]
    assert set(packages()) == {"3"}


def test_a_source_of_the_administrators_takes_every_publisher(
    harvests: Harvests, packages: Any
) -> None:
    harvests.config = {"publishers": "any"}
    harvests.run([row(1, publisher="Ministry of Education"), row(2)])
    owners = {guid: each["organization"]["name"] for guid, each in packages().items()}
    assert owners == {"1": "edu", "2": "moh"}


def test_a_sources_own_mapping_goes_before_the_alias_table(
    harvests: Harvests, packages: Any
) -> None:
    harvests.config = {"organizations": {"Fisheries": "moh"}}
    run = harvests.run([row(1, publisher="Fisheries")])
    assert counts(run) == {"rows": 1, "new": 1}


def test_a_name_that_becomes_known_lets_the_row_in(harvests: Harvests) -> None:
    content = [row(1, publisher="Ministry of Fisheries and Ports"), row(2)]
    assert counts(harvests.run(content)) == {"rows": 2, "new": 1, "invalid": 1}
    organization = act("organization_show", id="moh")
    former = [*(organization.get("former_names") or []), "Ministry of Fisheries and Ports"]
    act("organization_patch", id="moh", former_names=former)
    assert counts(harvests.run(content)) == {"rows": 2, "new": 1, "unchanged": 1}


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"", None),
        (b"nothing,known\n1,2\n", "header_unknown"),
        (b'{"error": {"message": "Internal error"}}', "format_unsupported"),
        (b"<!doctype html><title>Log in</title>", "document_is_web_page"),
    ],
)
def test_a_document_that_can_not_be_used_changes_nothing(
    harvests: Harvests, versions: Any, packages: Any, document: bytes, code: str | None
) -> None:
    harvests.run(rows(3))
    if code is None:
        with pytest.raises(UploadRefused):
            harvests.run(document)
        return
    source_id = harvests.source(document)
    before = versions()
    run = harvests.run()
    assert run["status"] == "failed"
    assert codes(run, "fatal") == [(0, code)]
    assert versions() == before
    assert tables.count_records(source_id) == 3


def test_after_an_unusable_document_the_good_one_is_still_known(harvests: Harvests) -> None:
    harvests.run(rows(3))
    harvests.run(b"nothing,known\n1,2\n")
    assert counts(harvests.run(rows(3))) == {"rows": 3, "unchanged": 3}


# --- identity --------------------------------------------------------------------------------


def test_two_sources_with_the_same_identifiers_never_meet(
    harvests: Harvests, packages: Any, tmp_path: Any
) -> None:
    harvests.run(rows(2))
    other = Harvests(tmp_path, "edu")
    other.name = "other-source"
    run = other.run(rows(2, internal="other"))
    assert counts(run) == {"rows": 2, "new": 2}
    assert counts(harvests.run(rows(2))) == {"rows": 2, "unchanged": 2}
    owners = sa.select(model.Package.owner_org).where(model.Package.type == "dataset")
    assert len(set(model.Session.execute(owners).scalars())) == 2


def test_a_source_may_refuse_what_another_one_has(harvests: Harvests, tmp_path: Any) -> None:
    harvests.run(rows(2))
    other = Harvests(tmp_path, "edu")
    other.name, other.config = "other-source", {"guids": "refuse"}
    run = other.run(rows(3))
    assert counts(run) == {"rows": 3, "new": 1, "invalid": 2}
    assert codes(run, "error") == [(2, "guid_elsewhere"), (3, "guid_elsewhere")]


def test_rows_of_one_title_are_different_records(harvests: Harvests, packages: Any) -> None:
    run = harvests.run([row(1, en="Same", fr="Même"), row(2, en="Same", fr="Même")])
    assert counts(run) == {"rows": 2, "new": 2}
    assert len({each["name"] for each in packages().values()}) == 2


def test_a_source_without_an_organization_is_not_harvested(harvests: Harvests) -> None:
    source_id = harvests.source(rows(1))
    model.Session.query(model.Package).filter_by(id=source_id).update({"owner_org": None})
    model.Session.commit()
    run = sources.run_now(source_id, harvesters()["inventory"])
    assert codes(run, "fatal") == [(0, "no_organization")]


def test_another_organizations_document_can_not_be_named(harvests: Harvests) -> None:
    stolen = Harvests(harvests.folder, "edu")
    stolen.name = "other-source"
    stolen.source(rows(3))
    url = str(model.Package.get("other-source").url)
    source_id = harvests.source(rows(1))
    model.Session.execute(
        sa.text("UPDATE harvest_source SET url = :u WHERE id = :i"), {"u": url, "i": source_id}
    )
    model.Session.commit()
    run = sources.run_now(source_id, harvesters()["inventory"])
    assert codes(run, "fatal") == [(0, "upload_unknown")]
