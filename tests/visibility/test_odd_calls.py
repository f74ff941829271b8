"""Actions for system administrators that core and ckanext-harvest answer with a fault."""

from __future__ import annotations

from typing import Any

import pytest
from ckan import model
from tests.visibility.conftest import make_people

from factories import call


@pytest.fixture(scope="module")
def world(internal: Any, clean_module: None) -> Any:
    """People, and a topic."""
    people = make_people(internal)
    title = {"en": "Lakes", "fr": "Lacs"}
    call("group_create", name="lakes", title_translated=title)
    return people


@pytest.mark.parametrize("username", [None, "", "nobody", 5, [], ["x"], {"a": 1}], ids=str)
@pytest.mark.parametrize("topic", [None, "", "nowhere", "lakes", 5, ["lakes"], {"a": 1}], ids=str)
def test_a_member_that_is_none_is_no_fault(world: Any, topic: Any, username: Any) -> None:
    asked = {"id": topic, "username": username}
    code = world.sysadmin.action("group_member_delete", **asked).status_code
    assert code in {404, 409}
    assert world.sysadmin.action("group_member_delete", user_id=username).status_code == 409


def test_a_member_is_removed_by_system_administrators_only(world: Any) -> None:
    member = {"id": "lakes", "username": world.users.member["name"]}
    world.sysadmin.ask("group_member_create", **member, role="admin")
    assert world.member.action("group_member_delete", **member).status_code == 403
    assert members(member["username"]) == 1
    world.sysadmin.ask("group_member_delete", **member)
    assert members(member["username"]) == 0


def members(name: str) -> int:
    group, user = model.Group.get("lakes"), model.User.get(name)
    assert group is not None
    assert user is not None
    found = model.Session.query(model.Member).filter_by(group_id=group.id, table_id=user.id)
    return int(found.filter_by(state="active", capacity="admin").count())


@pytest.mark.parametrize(
    "action", ["harvest_object_create", "harvest_get_notifications_recipients"]
)
@pytest.mark.parametrize("asked", [{}, {"source_id": "x"}, {"job_id": ["x"], "extras": 5}], ids=str)
def test_parts_of_a_harvest_are_nobody_s_to_call(world: Any, action: str, asked: Any) -> None:
    for person in (world.sysadmin, world.director):
        assert person.action(action, **asked).status_code == 403
