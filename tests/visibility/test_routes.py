"""Every endpoint of both portals is in the table, and the table holds over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from ckanext.ontario.shared.portal import Portal
from ckanext.ontario.visibility.domain import Decision, PolicyError
from ckanext.ontario.visibility.policy import routes

INTERNAL = routes.of(Portal.INTERNAL)
PUBLIC = routes.of(Portal.PUBLIC)


def endpoints(app: Any) -> set[str]:
    return {rule.endpoint for rule in app.flask_app.url_map.iter_rules()}


def test_every_endpoint_of_the_internal_portal_is_placed(internal: Any) -> None:
    assert INTERNAL.unplaced(endpoints(internal)) == []
    assert set(INTERNAL.decisions) - endpoints(internal) == set()


def test_every_endpoint_of_the_public_portal_is_placed(public_server: Any) -> None:
    done = public_server.ckan("ontario-visibility", "endpoints", "--json", check=False)
    assert "{" in done.stdout, done.stderr
    answer = json.loads(done.stdout[done.stdout.index("{") :])
    assert answer["unplaced"] == []
    assert answer["endpoints"]["dataset.edit"] == "refuse"
    assert set(PUBLIC.decisions) - set(answer["endpoints"]) == set()


def test_what_is_in_no_table_is_refused() -> None:
    for method in ("GET", "POST"):
        assert INTERNAL.decide("brand_new.page", method) is Decision.REFUSE
    assert INTERNAL.unplaced(["home.index", "brand_new.page"]) == ["brand_new.page"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_only_what_is_named_takes_more_than_reads(method: str) -> None:
    assert INTERNAL.decide("dataset.read", "GET") is Decision.GATE
    assert INTERNAL.decide("dataset.read", method) is Decision.REFUSE
    assert INTERNAL.decide("dataset.follow", method) is Decision.GATE
    assert PUBLIC.decide("dataset.new", method) is Decision.REFUSE


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"allow": ["a"], "refuse": ["a"]}, "placed twice"),
        ({"perhaps": ["a"]}, "unknown decision"),
        ({"refuse": ["a"], "writes": ["a"]}, "is not answered: a"),
        ({"writes": ["b"]}, "is not answered: b"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(table: dict[str, Any], words: str) -> None:
    with pytest.raises(PolicyError, match=words):
        routes.routes_from(table)


@pytest.mark.parametrize(
    "path", ["/ckan-admin/reset_config", "/testing/primer", "/api/util/snippet/page.html"]
)
def test_what_nobody_may_open_is_refused_to_administrators_too(settled: Any, path: str) -> None:
    assert settled.sysadmin.get(path).status_code == 403


@pytest.mark.parametrize("path", ["/ckan-admin/", "/organization/new", "/group/new"])
def test_what_administrators_may_open_is_refused_to_others(settled: Any, path: str) -> None:
    assert settled.director.get(path).status_code == 403
    assert settled.sysadmin.get(path).status_code == 200


def test_records_are_not_changed_outside(public_server: Any) -> None:
    public_server.ckan("user", "add", "warden", "email=warden@ontario.ca", "password=correct-horse")
    public_server.ckan("sysadmin", "add", "warden")
    headers = {"Authorization": public_server.token("warden")}
    for path in ("/dataset/new", "/dataset/edit/x", "/organization/new", "/dataset/delete/x"):
        for method in ("GET", "POST"):
            answer = requests.request(
                method, public_server.url + path, headers=headers, timeout=60, allow_redirects=False
            )
            assert answer.status_code == 403, (method, path)


def test_a_page_of_what_is_hidden_and_of_what_is_missing(settled: Any) -> None:
    for path in ("/dataset/{}", "/dataset/activity/{}", "/dataset/edit/{}", "/dataset/{}.ttl"):
        hidden = settled.other.get(path.format("canary-hidden"))
        missing = settled.other.get(path.format("canary-nowhere"))
        assert hidden.status_code == missing.status_code == 404
        assert "canary-hidden" not in hidden.text.replace(path.format("canary-hidden"), "")
