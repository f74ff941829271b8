"""The public portal, a server process: every page, action and row as everybody; what it keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import redis
from tests.leaks import outside, scan
from tests.leaks.checklist import walk_rows
from tests.leaks.inside import ALL
from tests.leaks.steps import SUBMITTED
from tests.leaks.test_actions import NAMES, walk_actions
from tests.leaks.test_routes import ROUTES, calls_of
from tests.leaks.walking import walk

INTERNAL = (
    *(f"zq{kind}" for kind in ALL if kind not in {"draft", "deleted", "withdrawn", "removed"}),
    "zqfigures",
    *(f"zq{kind} reason" for kind in SUBMITTED),
)
"""Words planted inside, and nowhere else."""


@pytest.fixture(scope="module")
def outer(public_server: Any) -> Any:
    """The planted world of the public portal."""
    return outside.planted(public_server)


@pytest.fixture(scope="module")
def outer_roles(outer: Any) -> Any:
    """Everybody who calls the public portal."""
    return outside.roles_of(outer)


def test_everything_has_its_calls(outer: Any) -> None:
    assert set(outer.endpoints) - set(ROUTES) == set()
    assert set(outer.actions) - set(NAMES) == set()


@pytest.mark.parametrize("name", outside.HIDDEN)
def test_nothing_tells(outer: Any, outer_roles: Any, covered: Any, name: str) -> None:
    role = outer_roles[name]
    for (method, path), endpoint in calls_of(ROUTES).items():
        if endpoint in outer.endpoints:
            walk(role, endpoint, method, path, writes=method != "GET")
    walk_actions(role, set(outer.actions))
    walk_rows(role)
    pages, actions = set(role.seen) & set(outer.endpoints), set(role.seen) & set(outer.actions)
    covered(
        f"public as {name}: {len(pages)} of {len(outer.endpoints)} endpoints, {len(actions)} of "
        f"{len(outer.actions)} actions in {role.summary}"
    )
    assert role.unmet == set()
    assert role.problems == [], "\n".join([f"{len(role.problems)} problems", *role.problems])


@pytest.mark.parametrize("name", outside.HIDDEN)
@pytest.mark.parametrize(
    ("action", "sent"),
    [
        ("package_create", {"name": "zqministry", "colby_notes": "zqministry"}),
        ("package_patch", {"id": "zqopen-name", "colby_notes": "zqministry"}),
        ("resource_create", {"package_id": "zqopen-name", "url": "https://zqministry.ca"}),
        ("organization_patch", {"id": "outside", "description": "zqministry"}),
        ("datastore_upsert", {"resource_id": "x", "records": [{"a": "zqministry"}]}),
    ],
)
def test_nobody_writes(outer_roles: Any, name: str, action: str, sent: dict[str, Any]) -> None:
    answer = outer_roles[name].send("POST", f"/api/3/action/{action}", sent)
    assert answer.status == 403


def test_nothing_internal_is_kept(world: Any, services: Any, outer: Any, outer_roles: Any) -> None:
    """What was planted inside, and sent to be written outside, is in nothing that outside keeps."""
    kept = services.portal("public", "_server")
    assert scan.database(kept.sqlalchemy_url, (*INTERNAL, "zqopen")) == {"zqopen"}
    assert scan.database(kept.datastore_write_url, (*INTERNAL, "zqopencell")) == {"zqopencell"}
    assert scan.index(kept.solr_url, (*INTERNAL, "zqopen")) == {"zqopen"}
    # Of what was withdrawn or removed a name may stay, for the notice; nothing that it said.
    gone = {f"zq{kind}{part}" for kind in outside.GONE for part in (" in english", "cell", " tag")}
    assert scan.database(kept.sqlalchemy_url, gone) == set()
    assert scan.database(kept.datastore_write_url, gone) == set()
    assert scan.index(kept.solr_url, {f"zq{kind}" for kind in outside.GONE}) == set()
    assert scan.files(Path(kept.storage_path), gone) == set()
    assert scan.memory(kept.redis_url, INTERNAL) == set()
    assert scan.files(Path(kept.storage_path), INTERNAL) == set()
    assert scan.files(services.folder / "public-server", (*INTERNAL, "gunicorn")) == {"gunicorn"}


def test_the_scan_finds_what_is_there(world: Any, services: Any) -> None:
    kept = services.portal("internal")
    word = {"zqministry"}
    assert scan.database(kept.sqlalchemy_url, word) == word
    assert scan.database(kept.datastore_write_url, word) == word
    assert scan.index(kept.solr_url, word) == word
    assert scan.files(Path(kept.storage_path), word) == word
    redis.Redis.from_url(kept.redis_url).set("leaks", "zqministry")
    assert scan.memory(kept.redis_url, word) == word
