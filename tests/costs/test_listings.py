"""What is read together reads as core reads it one by one."""

from __future__ import annotations

from typing import Any

import pytest
from ckan import model
from ckan.logic.action import get as core
from flask import g

from ckanext.ontario.visibility import helpers, memberships, reading
from factories import as_user, call, make_dataset, make_organization, make_user

LISTS = {"organization": core.organization_list, "group": core.group_list}


@pytest.fixture(scope="module")
def people(clean_module: None) -> dict[str, str]:
    """An editor, an admin of a ministry with a child, a member, somebody of nowhere."""
    call("ontario_schema_seed")
    names = {role: make_user()["name"] for role in ("editor", "admin", "member", "nobody")}
    made = [
        make_organization(users=[{"name": name, "capacity": role}])
        for role, name in names.items()
        if role != "nobody"
    ]
    child = make_organization()
    parent = model.Group.get(made[1]["id"])
    assert parent is not None
    # A child organization is a member of kind "group"; CKAN writes it so for its hierarchy.
    link = model.Member(
        group=model.Group.get(child["id"]),
        table_id=parent.id,
        table_name="group",
        capacity="public",
    )
    model.Session.add(link)
    gone = make_organization(users=[{"name": names["admin"], "capacity": "admin"}])
    call("organization_delete", id=gone["id"])
    model.Session.commit()
    for organization in (*made, child):
        make_dataset(organization=organization, audience="ops")
    make_dataset(organization=child, audience="ministry")
    return {**names, "sysadmin": make_user(sysadmin=True)["name"]}


@pytest.mark.parametrize("kind", sorted(LISTS))
@pytest.mark.parametrize("who", ["editor", "nobody", "sysadmin"])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"include_extras": True, "include_member_count": True},
        {"include_dataset_count": False, "limit": 3, "offset": 2},
        {"sort": "title desc", "q": "an"},
        {"include_groups": True, "include_tags": True, "include_followers": True},
    ],
    ids=repr,
)
def test_a_list_with_all_fields_is_cores(
    people: dict[str, str], kind: str, who: str, asked: dict[str, Any]
) -> None:
    expected = LISTS[kind](as_user(people[who]), {"all_fields": True, **asked})
    assert expected
    assert call(f"{kind}_list", people[who], all_fields=True, **asked) == expected


@pytest.mark.parametrize("who", ["editor", "admin", "member", "nobody", "sysadmin"])
@pytest.mark.parametrize("permission", ["read", "update_dataset", "manage_group", "unknown"])
def test_organizations_of_a_user_are_cores(
    people: dict[str, str], who: str, permission: str
) -> None:
    asked = {"permission": permission, "include_member_count": True}
    expected = core.organization_list_for_user(as_user(people[who]), dict(asked))
    assert call("organization_list_for_user", people[who], **asked) == expected
    user = model.User.get(people[who])
    assert user is not None
    found = memberships.organizations_of(user, permission)
    assert found == {one["id"]: one["capacity"] for one in expected}


def test_a_role_reaches_the_organization_below(people: dict[str, str]) -> None:
    user = model.User.get(people["admin"])
    assert user is not None
    assert len(memberships.organizations_of(user, "read")) == 2


def test_a_link_to_a_user_is_cores(people: dict[str, str], internal: Any) -> None:
    from ckan.lib.helpers import linked_user  # noqa: PLC0415 -- core's own, not the chained one

    with internal.flask_app.test_request_context("/"):
        for who in (people["editor"], model.User.get(people["admin"]), "no-such-user"):
            ours = helpers.linked_user(linked_user, who, 0, 30)
            assert str(ours).split() == str(linked_user(who, 0, 30)).split()


@pytest.mark.parametrize(("method", "times"), [("GET", 1), ("POST", 2)])
def test_only_a_request_that_reads_remembers(internal: Any, method: str, times: int) -> None:
    found: list[int] = []
    with internal.flask_app.test_request_context("/", method=method):
        reading.begin()
        for _time in range(2):
            reading.once_a_request("numbers", lambda: found.append(1))
    assert len(found) == times


def test_nothing_is_remembered_outside_a_request(internal: Any) -> None:
    found: list[int] = []
    with internal.flask_app.test_request_context("/"):
        assert not hasattr(g, "ontario_visibility_found")
        for _time in range(2):
            reading.once_a_request("numbers", lambda: found.append(1))
    assert len(found) == 2
