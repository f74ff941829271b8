"""Every endpoint of the internal portal, asked for as everybody."""

from __future__ import annotations

from typing import Any

import pytest
from tests.leaks import inside
from tests.leaks.walking import MISSING, filled, table, walk
from werkzeug.exceptions import HTTPException

ROUTES = table("routes.yaml")
SHADOWED = "shadowed"
OUTSIDE_ONLY = {
    "ontario_publication_transfer.blob",
    "ontario_visibility_registration.confirm",
    "ontario_visibility_registration.register",
    "ontario_votes.about",
    "ontario_votes.merge",
    "ontario_votes.ranking",
    "ontario_votes.table",
    "ontario_votes.vote",
    "ontario_votes_suggestions.decide",
    "ontario_votes_suggestions.listed",
    "ontario_votes_suggestions.suggest",
    "ontario_votes_suggestions.vote",
    "ontario_votes_suggestions.waiting",
    "ontario_votes_opening.ask",
    "ontario_votes_opening.mail",
}
"""Endpoints that only the public portal has."""
INSIDE = sorted(set(ROUTES) - OUTSIDE_ONLY)


def calls_of(endpoints: Any) -> dict[tuple[str, str], str]:
    """Return what is called: (method, path) -> endpoint; one address is called once."""
    found: dict[tuple[str, str], str] = {}
    for endpoint in endpoints:
        for call in ROUTES[endpoint] if ROUTES[endpoint] != SHADOWED else ():
            method, _space, path = call.rpartition(" ")
            found.setdefault((method or "GET", path), endpoint)
    return found


def test_every_endpoint_has_its_calls(internal: Any) -> None:
    assert list(inside.endpoints(internal)) == INSIDE


def test_every_call_reaches_its_endpoint(internal: Any) -> None:
    address = internal.flask_app.url_map.bind("test.ontario.localhost")
    wrong, reached = [], set()
    for (method, path), endpoint in calls_of(INSIDE).items():
        try:
            found, _values = address.match(filled(path, MISSING).partition("?")[0], method=method)
        except HTTPException as err:
            found = type(err).__name__
        reached.add(found)
        if found != endpoint:
            wrong.append(f"{method} {path}: {found}, not {endpoint}")
    assert wrong == []
    assert [name for name in INSIDE if ROUTES[name] == SHADOWED and name in reached] == []


@pytest.mark.parametrize("name", inside.HIDDEN)
def test_no_page_tells(roles: Any, covered: Any, name: str) -> None:
    role = roles[name]
    for (method, path), endpoint in calls_of(INSIDE).items():
        walk(role, endpoint, method, path, writes=method != "GET")
    covered(
        f"internal routes as {name}: {len(role.seen)} of {len(INSIDE)} endpoints in {role.summary}"
    )
    assert role.unmet == set()
    assert role.problems == [], "\n".join([f"{len(role.problems)} problems", *role.problems])
