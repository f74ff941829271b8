"""Records that are not shared yet: the plugin that keeps workflow says which (a stand-in here)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import ckan.plugins as p
import pytest
from ckan import model
from ckan.lib import search
from ckan.tests.helpers import call_action
from tests.visibility.conftest import make_people, make_record

from ckanext.ontario.ingest import index
from ckanext.ontario.shared import sharing

READERS = ("member", "editor", "director", "other", "outsider", "sysadmin")
EDITORS = {"editor", "director", "sysadmin"}


class StandIn(p.SingletonPlugin):
    """Says what a test wants of sharing, and counts how often it is asked."""

    p.implements(sharing.IRecordSharing)

    unfinished: set[str] = set()  # noqa: RUF012 -- one for the process, as the tables are
    asked: list[set[str]] = []  # noqa: RUF012

    def shared(self, package_ids: Collection[str]) -> set[str]:
        self.asked.append(set(package_ids))
        return set(package_ids) - self.unfinished


@pytest.fixture(autouse=True)
def nobody_answers(internal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the portal's own answer, so that what is tested is the asking."""
    monkeypatch.delitem(p.core._PLUGINS_SERVICE, "ontario_publication")


@pytest.fixture(scope="module")
def world(internal: Any, clean_module: None) -> Any:
    """People, and a record that was shared with all staff, its data too."""
    people = make_people(internal)
    people.record = make_record(people, "wells", data_audience="ops")
    return people


@pytest.fixture
def stand_in(world: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[StandIn]]:
    """The stand-in, where CKAN keeps the plugins that are loaded."""
    StandIn.unfinished, StandIn.asked = set(), []
    with monkeypatch.context() as patch:
        patch.setitem(p.core._PLUGINS_SERVICE, "stand_in", StandIn(name="stand_in"))
        yield StandIn
    search.rebuild(world.record["id"])


def readers_of(world: Any, name: str) -> set[str]:
    opened = {
        reader
        for reader in READERS
        if getattr(world, reader).action("package_show", id=name).status_code == 200
    }
    found = {
        reader
        for reader in READERS
        if getattr(world, reader).ask("package_search", fq=f"name:{name}")["count"]
    }
    assert opened == found
    return opened


def test_without_an_answer_the_audience_governs(world: Any) -> None:
    assert readers_of(world, "wells") == EDITORS | {"member", "other"}
    assert sharing.shared(["x", "y"]) == {"x", "y"}


def test_a_record_that_is_not_shared_is_for_those_who_edit(
    world: Any, stand_in: type[StandIn]
) -> None:
    stand_in.unfinished = {world.record["id"]}
    search.rebuild(world.record["id"])
    assert readers_of(world, "wells") == EDITORS
    user = world.users.other["id"]
    call_action("package_collaborator_create", id="wells", user_id=user, capacity="member")
    assert readers_of(world, "wells") == EDITORS
    stand_in.unfinished = set()
    search.rebuild(world.record["id"])
    assert readers_of(world, "wells") == EDITORS | {"member", "other"}
    call_action("package_collaborator_delete", id="wells", user_id=user)


def test_many_are_asked_for_at_once(world: Any, stand_in: type[StandIn]) -> None:
    ids = [make_record(world, f"many-{number}")["id"] for number in range(3)]
    for person in (world.other, world.director):
        stand_in.asked = []
        person.ask("recently_changed_packages_activity_list")
        assert len(stand_in.asked) == 1
        assert set(ids) <= stand_in.asked[0]
    stand_in.asked = []
    index.index_packages(ids)
    assert stand_in.asked == [set(ids)]


def test_a_request_asks_once_for_a_record(world: Any, stand_in: type[StandIn]) -> None:
    assert world.other.get("/dataset/wells").status_code == 200
    assert stand_in.asked.count({world.record["id"]}) == len(stand_in.asked) == 1


def test_what_one_plugin_holds_back_another_does_not_share(stand_in: type[StandIn]) -> None:
    stand_in.unfinished = {"a"}
    with sharing.asked_together(["a", "b"]):
        stand_in.unfinished = set()
        assert not sharing.is_shared("a")
        assert sharing.is_shared("b")
    assert sharing.is_shared("a")
    assert model.Package.get("a") is None
