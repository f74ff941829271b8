"""Requests that can't be read, at the API and at pages: an error, never a fault."""

from __future__ import annotations

import json
from typing import Any

import pytest

JSON = {"Content-Type": "application/json"}
NUL_ADDRESSES = [
    "/%00",
    "/dataset/a%00b",
    "/dataset/?q=a%00",
    "/dataset/?a%00=1",
    "/organization/%00",
    "/group/%00",
    "/user/%00",
    "/dataset/a/resource/%00",
    "/feeds/custom.atom?q=%00",
    "/fr/dataset/%00",
    "/api/3/action/package_show?id=%00",
    "/api/3/action/%00",
    "/api/%00",
    "/api/3/openapi.json?x=%00",
    "/developers?x=%00",
]


@pytest.mark.parametrize("path", NUL_ADDRESSES)
def test_a_nul_in_an_address_is_refused(public: Any, internal_site: Any, path: str) -> None:
    for caller in (public.anonymous, public.citizen, internal_site.owner):
        answer = caller.get(path)
        assert answer.status_code == 400, (path, answer.text[:300])
        is_json = answer.headers["Content-Type"].startswith("application/json")
        assert is_json is ("/api/" in path)
    assert internal_site.nobody.get(path).status_code in {302, 401}


@pytest.mark.parametrize(
    "given",
    [
        {"q": "a\0"},
        {"q\0": "a"},
        {"q": "\ud800"},
        {"extras": {"a": [{"b": "\0"}]}},
        {"other": "\0"},
    ],
    ids=str,
)
def test_a_nul_in_a_body_is_refused(public: Any, internal_site: Any, given: Any) -> None:
    body = json.dumps(given)
    for caller in (public.anonymous, internal_site.owner):
        answer = caller.post("/api/3/action/package_search", data=body, headers=JSON)
        assert answer.status_code == 400, answer.text
        assert answer.json()["error"]["__type"] == "Bad Request"


def test_a_nul_in_a_form_is_refused(public: Any, internal_site: Any) -> None:
    for caller in (public.anonymous, internal_site.nobody):
        answer = caller.post("/user/login", data={"login": "a\0", "password": "x"})
        assert answer.status_code == 400, answer.text[:300]
    form = public.anonymous.post("/api/3/action/package_search", data={"q": "a\0", "rows": "1"})
    assert form.status_code == 400


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("[1]", JSON, 400),
        ('"text"', JSON, 400),
        ("null", JSON, 400),
        ("{", JSON, 400),
        (b'{"q": "\xe9"}', {"Content-Type": "application/json; charset=iso-8859-1"}, 400),
        (b"\xff\xfe\x00", JSON, 400),
        ('{"q": ' + "[" * 50_000 + "]" * 50_000 + "}", JSON, 400),
        ('{"extras": ' + '{"a":' * 60 + "1" + "}" * 60 + "}", JSON, 400),
        ('{"rows": ' + "9" * 10_000 + "}", JSON, 400),
        ('{"rows": 1e999}', JSON, 409),
        ('{"rows": NaN}', JSON, 409),
        ("{}", {"Content-Type": "text/plain"}, 415),
        ("{}", {"Content-Type": "nonsense"}, 415),
        ("x", {"Content-Type": "multipart/form-data"}, 200),  # to CKAN, an empty call
        ("x", {"Content-Type": "multipart/form-data; boundary=x"}, 200),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_body_that_cannot_be_read(
    public: Any, internal_site: Any, body: Any, headers: dict[str, str], status: int
) -> None:
    for caller in (public.anonymous, internal_site.member):
        answer = caller.post("/api/3/action/package_search", data=body, headers=headers)
        assert answer.status_code == status, answer.text[:300]
        assert answer.headers["Content-Type"].startswith("application/json")


def test_what_clients_do_still_works(public: Any) -> None:
    """Unknown keys, JSON without a content type of its own, numbers as texts, null for nothing."""
    caller, path = public.anonymous, "/api/3/action/package_search"
    name = public.datasets[0]["name"]
    show = "/api/3/action/package_show"
    assert caller.get(f"{show}?id={name}&unknown=1&_=123").json()["success"]
    assert caller.post(show, json={"id": name, "unknown": {}}).json()["success"]
    assert caller.post(path, json={"rows": "1", "facet": "true"}).json()["success"]
    assert caller.get(f"{path}?rows=&q=").json()["success"]
    assert caller.post(path, json={"q": None, "rows": None, "sort": None}).json()["success"]
    curl = {"Content-Type": "application/x-www-form-urlencoded"}  # what `curl -d` says of JSON
    found = caller.post(path, data='{"rows": 1}', headers=curl).json()["result"]
    assert found["count"] >= len(public.datasets)
    assert caller.post(path, data={"rows": "1", "q": name}).json()["success"]
    assert caller.post(path).json()["success"]
    jsonp = caller.get(f"{path}?rows=0&callback=f")
    assert jsonp.text.startswith("f(")
    listed = caller.get("/api/3/action/organization_list", headers=JSON)
    assert public.ministry["name"] in listed.json()["result"]


def test_a_change_by_get_is_refused(internal_site: Any) -> None:
    answer = internal_site.owner.get("/api/3/action/package_create?name=x")
    assert answer.status_code == 400
    assert "POST" in answer.json()["error"]["message"]


def test_methods_that_actions_do_not_have(public: Any) -> None:
    answer = public.chief._send("DELETE", "/api/3/action/package_show")
    assert answer.status_code == 405
    assert answer.headers["Content-Type"] == "application/json"


# --- other sites' pages ----------------------------------------------------------------------

ELSEWHERE = {"Origin": "https://example.org"}


def test_any_site_may_read_the_public_portal_without_credentials(public: Any) -> None:
    for caller in (public.anonymous, public.citizen):
        answer = caller.get("/api/3/action/package_search?rows=0", headers=ELSEWHERE)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Access-Control-Expose-Headers" not in answer.headers
    error = public.anonymous.get("/api/3/action/nothing", headers=ELSEWHERE)
    assert error.headers["Access-Control-Allow-Origin"] == "*"
    asked = {**ELSEWHERE, "Access-Control-Request-Method": "GET"}
    before = public.anonymous._send("OPTIONS", "/api/3/action/package_search", headers=asked)
    assert before.status_code == 200
    assert before.headers["Access-Control-Allow-Origin"] == "*"


def test_no_site_reads_the_internal_portal(internal_site: Any) -> None:
    for caller in (internal_site.nobody, internal_site.owner):
        answer = caller.get("/api/3/action/package_search?rows=0", headers=ELSEWHERE)
        assert not [name for name in answer.headers if name.startswith("Access-Control")]
