"""What the bulk writer does not know, it leaves to CKAN's actions, and says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan
import ckan.plugins as p
import pytest
from ckan import model
from ckan.lib import signals
from ckan.tests import factories
from ckan.tests.helpers import call_action

from ckanext.ontario.ingest import config
from ckanext.ontario.ingest.bulk import known
from ckanext.ontario.ingest.bulk import writer as bulk

Build = Callable[..., dict[str, Any]]


class Stranger(p.SingletonPlugin):
    """A plugin that nobody compared."""

    name = "stranger"


class Hook(Stranger):
    p.implements(p.IPackageController, inherit=True)

    def after_dataset_create(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        pass


class Shown(Stranger):
    p.implements(p.IPackageController, inherit=True)

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        return pkg_dict


class Observer(Stranger):
    p.implements(p.IDomainObjectModification, inherit=True)


class Chain(Stranger):
    p.implements(p.IActions)

    def get_actions(self) -> dict[str, Any]:
        return {"package_update": self.get_actions}


@pytest.fixture(autouse=True)
def from_one(monkeypatch: pytest.MonkeyPatch, internal: Any) -> None:
    monkeypatch.setattr(config, "bulk_from", lambda: 1)


def add(monkeypatch: pytest.MonkeyPatch, plugin: type[Stranger]) -> None:
    made = object.__new__(plugin)
    for interface in (p.IPackageController, p.IDomainObjectModification, p.IActions):
        if interface.implemented_by(plugin):
            found = [*p.PluginImplementations(interface), made]
            monkeypatch.setattr(
                p.PluginImplementations,
                "__iter__",
                _with(p.PluginImplementations.__iter__, interface, found),
            )


def _with(before: Any, interface: Any, found: list[Any]) -> Any:
    def iterate(self: Any) -> Any:
        return iter(found) if self.interface is interface else before(self)

    return iterate


def test_this_portal_is_known(site_user: str) -> None:
    assert known.obstacles_to_writing(site_user) == []
    assert known.obstacles_to_reading() == []


@pytest.mark.parametrize(
    ("plugin", "reason"),
    [
        (Hook, "hook stranger"),
        (Shown, "hook stranger"),
        (Observer, "observer stranger"),
        (Chain, "action package_update of stranger"),
    ],
)
def test_a_strange_plugin_is_named(
    site_user: str, monkeypatch: pytest.MonkeyPatch, plugin: type[Stranger], reason: str
) -> None:
    add(monkeypatch, plugin)
    assert known.obstacles_to_writing(site_user) == [reason]


def test_another_version_steps_aside_and_says_so(
    dataset: Build, write: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ckan, "__version__", "2.11.99")
    answer = write(dataset(1), dataset(2))
    assert (answer["writer"], answer["aside"]) == ("actions", ["CKAN 2.11.99"])
    assert [one["status"] for one in answer["results"]] == ["created", "created"]
    assert call_action("ontario_ingest_index")["indexed"] == 2


def test_a_strange_listener_to_saves_steps_aside(site_user: str) -> None:
    def heard(_sender: str, **_named: Any) -> None:
        pass

    with signals.action_succeeded.connected_to(heard, sender="package_create"):
        [reason] = known.obstacles_to_writing(site_user)
    assert reason.startswith("listener ")
    assert "heard" in reason


def test_a_user_with_fewer_rights_steps_aside(clean: None) -> None:
    user = factories.User()
    assert known.obstacles_to_writing(user["name"]) == [f"user {user['name']}"]


def test_fewer_records_than_configured_go_through_the_actions(
    dataset: Build, write: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "bulk_from", lambda: 3)
    assert write(dataset(1), dataset(2))["writer"] == "actions"
    assert write(dataset(3), dataset(4), dataset(5))["writer"] == "rows"


def test_what_the_database_refuses_is_told_from_its_neighbours(
    dataset: Build, write: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = bulk.Bulk._put

    def failing(self: Any, ready: Any) -> None:
        put(self, ready)
        raise ValueError("the database refuses something")

    monkeypatch.setattr(bulk.Bulk, "_put", failing)
    answer = write(dataset(1), dataset(2, name="!"), dataset(3))
    assert [one["status"] for one in answer["results"]] == ["created", "refused", "created"]
    assert set(answer["results"][1]["errors"][0]["message"]) == {"en", "fr"}
    model.Session.rollback()
    assert model.Session.query(model.Package).filter_by(type="dataset").count() == 2
