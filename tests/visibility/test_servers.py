"""Both portals as real servers: the gate, the clamp and who may write, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
import requests

PAGE = {"Accept": "text/html"}


def get(server: Any, path: str, **headers: str) -> requests.Response:
    return requests.get(f"{server.url}{path}", headers=headers, timeout=30, allow_redirects=False)


def act(server: Any, action: str, token: str = "", **data: Any) -> requests.Response:
    headers = {"Authorization": token} if token else {}
    url = f"{server.url}/api/3/action/{action}"
    return requests.post(url, json=data, headers=headers, timeout=30)


def new_user(server: Any, name: str) -> str:
    """Make an account and return a token of it."""
    server.ckan("user", "add", name, f"email={name}@ontario.ca", "password=correct-horse")
    return str(server.token(name))


@pytest.fixture(scope="module")
def citizen(public_server: Any) -> str:
    return new_user(public_server, "citizen")


@pytest.mark.parametrize("portal", ["internal_server", "public_server"])
def test_health(portal: str, request: pytest.FixtureRequest) -> None:
    answer = get(request.getfixturevalue(portal), "/ontario/health")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_the_internal_server_asks_to_log_in(internal_server: Any) -> None:
    page = get(internal_server, "/dataset/", **PAGE)
    assert page.status_code == 302
    assert page.headers["Cache-Control"] == "no-store"
    assert act(internal_server, "package_search").status_code == 401
    assert get(internal_server, "/uploads/group/x.png").status_code == 401
    token = new_user(internal_server, "newcomer")
    assert act(internal_server, "package_search", token).status_code == 200
    assert act(internal_server, "package_search", f"Bearer {token}").status_code == 401


def test_the_public_server_answers_everybody(public_server: Any) -> None:
    for path in ("/", "/fr/", "/dataset/", "/organization/", "/feeds/dataset.atom"):
        assert get(public_server, path, **PAGE).status_code == 200, path
    assert "ontario-portal--public" in get(public_server, "/", **PAGE).text
    assert act(public_server, "package_search", q="roads").json()["result"]["count"] == 0


@pytest.mark.parametrize(
    "asked",
    [
        {"facet.field": ["permission_labels"]},
        {"fq": "permission_labels:public"},
        {"q": "{!lucene df=permission_labels}public"},
        {"fl": "*"},
        {"sort": "permission_labels asc"},
    ],
    ids=str,
)
def test_the_clamp_holds_on_the_public_server(public_server: Any, asked: dict[str, Any]) -> None:
    assert act(public_server, "package_search", **asked).status_code == 400


def test_answers_to_people_are_not_stored(public_server: Any, citizen: str) -> None:
    anonymous = get(public_server, "/api/3/action/package_search")
    personal = get(public_server, "/api/3/action/package_search", Authorization=citizen)
    assert personal.headers["Cache-Control"] == "no-store"
    for answer in (anonymous, personal):
        assert {"Cookie", "Authorization"} <= {v.strip() for v in answer.headers["Vary"].split(",")}


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("user_create", {"name": "me", "email": "me@example.com", "password": "correct-horse"}),
        ("package_create", {"name": "mine", "title": "Mine"}),
        ("organization_create", {"name": "mine"}),
        ("group_create", {"name": "mine"}),
        ("dataset_purge", {"id": "x"}),
        ("bulk_update_private", {"datasets": [], "org_id": "x"}),
        ("package_collaborator_create", {"id": "x", "user_id": "y", "capacity": "editor"}),
        ("brand_new_action", {}),
    ],
)
def test_nobody_writes_on_the_public_server(
    public_server: Any, citizen: str, action: str, data: dict[str, Any]
) -> None:
    for token in ("", citizen):
        assert act(public_server, action, token, **data).status_code in {400, 403}


def test_people_of_the_public_server_are_not_listed(public_server: Any) -> None:
    listed = act(public_server, "user_list")
    assert listed.status_code == 403


def test_the_public_server_locks_purges_for_administrators_too(public_server: Any) -> None:
    public_server.ckan("user", "add", "chief", "email=chief@ontario.ca", "password=correct-horse")
    public_server.ckan("sysadmin", "add", "chief")
    token = public_server.token("chief")
    assert act(public_server, "job_list", token).status_code == 200
    for action in ("dataset_purge", "bulk_update_private", "config_option_update"):
        assert act(public_server, action, token, id="x").status_code == 403
