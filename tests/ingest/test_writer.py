"""The action writer: one transaction, one bad record, nothing indexed before the commit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import call_action, changed_config
from ckanext.activity.model import Activity

from ckanext.ontario.ingest import deferral, writer
from ckanext.ontario.ingest import model as tables

Build = Callable[..., dict[str, Any]]


def names() -> set[str]:
    model.Session.rollback()
    return {name for (name,) in model.Session.query(model.Package.name).filter_by(type="dataset")}


def statuses(answer: dict[str, Any]) -> list[str]:
    return [result["status"] for result in answer["results"]]


def test_a_bad_record_leaves_the_rest_of_its_batch_alone(dataset: Build, write: Build) -> None:
    answer = write(dataset(1), dataset(2, owner_org="nobody"), dataset(3))
    assert statuses(answer) == ["created", "refused", "created"]
    assert names() == {"dataset-1", "dataset-3"}
    error = answer["results"][1]["errors"][0]
    assert error["field"] == "owner_org"
    assert set(error["message"]) == {"en", "fr"}
    assert all(error["message"].values())


def test_the_first_and_the_only_record_may_be_bad(dataset: Build, write: Build) -> None:
    assert statuses(write(dataset(1, owner_org="nobody"))) == ["refused"]
    assert statuses(write(dataset(1, owner_org="nobody"), dataset(2))) == ["refused", "created"]
    assert names() == {"dataset-2"}


def test_nothing_is_committed_for_a_caller_who_commits(dataset: Build, write: Build) -> None:
    answer = write(dataset(1), dataset(2, name="!"), dataset(3), defer_commit=True)
    assert statuses(answer) == ["created", "refused", "created"]
    model.Session.rollback()
    assert names() == set()
    assert tables.pending(10) == []


def test_a_record_is_found_where_it_moved(
    dataset: Build, write: Build, organization: dict[str, Any]
) -> None:
    created = write(dataset(1))["results"][0]["id"]
    other = factories.Organization()
    moved = call_action("package_show", id=created)
    answer = write({**moved, "owner_org": other["id"]}, dataset(2), defer_commit=True)
    assert statuses(answer) == ["updated", "created"]
    model.Session.rollback()
    assert call_action("package_show", id=created)["owner_org"] == organization["id"]

    write({**moved, "owner_org": other["id"]})
    assert call_action("package_show", id=created)["owner_org"] == other["id"]
    members = model.Session.query(model.Member).filter_by(table_id=created, state="active")
    assert [m.group_id for m in members if m.capacity == "organization"] == [other["id"]]


def test_nothing_goes_to_solr_before_the_commit(
    dataset: Build, write: Build, solr_log: Any, in_solr: Any
) -> None:
    write(dataset(1), dataset(2, name="!"), dataset(3))
    assert solr_log.requests == []
    assert len(tables.pending(10)) == 2
    assert in_solr() == {}


def test_ckans_own_way_is_back_after_a_batch(
    site_user: str, dataset: Build, write: Build, in_solr: Any
) -> None:
    write(dataset(1))
    assert deferral.current() is None
    _by_ckan(site_user, dataset(9, name="by-hand"))
    assert "by-hand" in in_solr()


def _by_ckan(user: str, record: dict[str, Any]) -> None:
    call_action("package_create", {"user": user}, **record)


def test_removing_the_session_brings_ckans_own_way_back(
    site_user: str, dataset: Build, in_solr: Any
) -> None:
    with deferral.deferred():
        _by_ckan(site_user, dataset(1, name="put-off"))
        model.Session.remove()
        _by_ckan(site_user, dataset(2, name="at-once"))
    assert set(in_solr()) == {"at-once"}


class Observer(p.SingletonPlugin):
    p.implements(p.IDomainObjectModification, inherit=True)
    name = "test_observer"

    def __init__(self, *_args: Any) -> None:
        self.heard: list[str] = []

    def notify(self, entity: Any, operation: str) -> None:
        self.heard.append(type(entity).__name__)


def test_other_observers_go_on(
    dataset: Build, write: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    observer = Observer()
    monkeypatch.setitem(p.core._PLUGINS_SERVICE, "test_observer", observer)
    write(dataset(1))
    assert "Package" in observer.heard


def test_one_entry_in_the_activity_stream_each(dataset: Build, write: Build) -> None:
    created = write(dataset(1))["results"][0]["id"]
    found = model.Session.query(Activity).filter_by(object_id=created).all()
    assert [activity.activity_type for activity in found] == ["new package"]


def test_no_entry_where_the_configuration_wants_none(dataset: Build, write: Build) -> None:
    with changed_config("ckanext.ontario.ingest.activity", "none"):
        created = write(dataset(1))["results"][0]["id"]
    assert model.Session.query(Activity).filter_by(object_id=created).all() == []


def test_an_update_keeps_nothing_that_was_not_sent(dataset: Build, write: Build) -> None:
    created = write(dataset(1, resources=[{"url": "https://example.com/a.csv", "format": "CSV"}]))
    dataset_id = created["results"][0]["id"]
    answer = write({**dataset(1), "id": dataset_id})
    assert statuses(answer) == ["updated"]
    assert call_action("package_show", id=dataset_id)["resources"] == []


def test_updating_what_is_not_there_is_refused(dataset: Build, write: Build) -> None:
    assert statuses(write({**dataset(1), "id": "no-such-id"}, dataset(2))) == ["refused", "created"]


def test_a_plugin_that_ends_the_transaction_is_noticed(
    dataset: Build, write: Build, monkeypatch: Any
) -> None:
    save = writer._save

    def ending(data: dict[str, Any], *more: Any, **named: Any) -> str:
        found = save(data, *more, **named)
        if data["name"] == "dataset-2":
            model.Session.commit()
            model.Session.commit()
        return found

    monkeypatch.setattr(writer, "_save", ending)
    with pytest.raises(writer.BatchBroken):
        write(dataset(1), dataset(2), dataset(3), defer_commit=True)


def test_validation_alone_writes_nothing(dataset: Build, site_user: str) -> None:
    def validate(data: dict[str, Any]) -> list[dict[str, Any]]:
        return call_action("ontario_ingest_validate", {"user": site_user}, dataset=data)

    assert validate(dataset(1)) == []
    assert [error["field"] for error in validate(dataset(1, owner_org="nobody"))] == ["owner_org"]
    assert names() == set()


def test_many_are_validated_as_each_alone(dataset: Build, site_user: str) -> None:
    datasets = [dataset(1), dataset(2, owner_org="nobody"), dataset(3, name="no name"), dataset(1)]

    def validate(**data: Any) -> list[Any]:
        return call_action("ontario_ingest_validate", {"user": site_user}, **data)

    found = validate(datasets=datasets)
    assert found == [validate(dataset=one) for one in datasets]
    assert [[error["field"] for error in errors] for errors in found] == [
        [],
        ["owner_org"],
        ["name"],
        [],
    ]
    assert names() == set()


@pytest.mark.parametrize(
    "action",
    [
        "ontario_ingest_write",
        "ontario_ingest_validate",
        "ontario_ingest_run_create",
        "ontario_ingest_run_patch",
        "ontario_ingest_run_delete",
        "ontario_ingest_run_show",
        "ontario_ingest_run_list",
        "ontario_ingest_issue_create",
        "ontario_ingest_issue_count",
        "ontario_ingest_issue_list",
    ],
)
def test_not_even_an_administrator_writes_past_the_plan(clean: None, action: str) -> None:
    admin = factories.Sysadmin()
    with pytest.raises(tk.NotAuthorized):
        tk.get_action(action)({"user": admin["name"]}, {})


def test_only_administrators_index_what_waits(clean: None) -> None:
    user = factories.User()
    with pytest.raises(tk.NotAuthorized):
        tk.get_action("ontario_ingest_index")({"user": user["name"]}, {})
