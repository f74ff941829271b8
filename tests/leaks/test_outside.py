"""Every endpoint and action of the public portal, as everybody, on a server process."""

from __future__ import annotations

from typing import Any

import pytest

from tests.leaks import outside
from tests.leaks.test_actions import NAMES, walk_actions
from tests.leaks.test_routes import ROUTES, calls_of
from tests.leaks.walking import walk


@pytest.fixture(scope="module")
def world(public_server: Any) -> Any:
    return outside.planted(public_server)


@pytest.fixture(scope="module")
def roles(world: Any) -> Any:
    return outside.roles_of(world)


def test_everything_has_its_calls(world: Any) -> None:
    assert set(world.endpoints) - set(ROUTES) == set()
    assert set(world.actions) - set(NAMES) == set()


@pytest.mark.parametrize("name", outside.HIDDEN)
def test_no_page_tells(world: Any, roles: Any, covered: Any, name: str) -> None:
    role = roles[name]
    for (method, path), endpoint in calls_of(ROUTES).items():
        if endpoint in world.endpoints:
            walk(role, endpoint, method, path, writes=method != "GET")
    covered(f"public routes as {name}: {len(role.seen)} of {len(world.endpoints)} endpoints "
            f"in {sum(role.seen.values())} requests")
    assert role.problems == [], "\n".join([f"{len(role.problems)} problems", *role.problems])


@pytest.mark.parametrize("name", outside.HIDDEN)
def test_no_action_tells(world: Any, roles: Any, covered: Any, name: str) -> None:
    role = roles[name]
    walk_actions(role, set(world.actions))
    covered(f"public actions as {name}: {len(role.seen)} of {len(world.actions)} actions "
            f"in {sum(role.seen.values())} requests")
    assert role.problems == [], "\n".join([f"{len(role.problems)} problems", *role.problems])
