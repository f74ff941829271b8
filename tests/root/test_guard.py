"""The POST guard: same origin and this session's token, or an API token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from ckan.config.middleware.flask_app import make_flask_stack
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp, call_action
from flask import Blueprint
from flask.views import MethodView
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.shared import guard
from ckanext.ontario.shared import portal as portals
from ckanext.ontario.visibility.domain import Decision
from ckanext.ontario.visibility.policy import routes

SITE = "http://test.ontario.localhost"


# --- every view of ours --------------------------------------------------------------------------


def test_every_state_changing_view_of_ours_is_guarded(internal: Any) -> None:
    assert sorted(guard.unguarded(internal.flask_app)) == []


def test_no_view_of_ours_is_out_of_the_guards_sight(internal: Any) -> None:
    views = internal.flask_app.view_functions
    assert any(view.__module__.startswith("ckanext.ontario") for view in views.values())


def test_an_unguarded_view_is_seen(portal: Any) -> None:
    assert set(guard.unguarded(portal.app.flask_app, "tests_root")) == {"guard_tests.open"}


# --- the rule ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fetch_site", "origin", "same"),
    [
        ("same-origin", None, True),
        ("same-origin", "https://evil.example", True),
        ("same-site", SITE, False),
        ("cross-site", SITE, False),
        ("none", SITE, False),
        (None, SITE, True),
        (None, SITE + ":80", True),
        (None, SITE.upper(), True),
        (None, "https://test.ontario.localhost", False),
        (None, SITE + ":8080", False),
        (None, SITE + ".evil.example", False),
        (None, "null", False),
        (None, None, False),
        ("", "", False),
        (None, "http://[", False),
        (None, "http://test.ontario.localhost:x", False),
    ],
)
def test_same_origin(fetch_site: str | None, origin: str | None, same: bool) -> None:
    assert guard.same_origin(fetch_site, origin, SITE) is same


@given(st.text() | st.none(), st.text() | st.none())
def test_what_is_not_known_is_no(fetch_site: str | None, origin: str | None) -> None:
    expected = fetch_site == "same-origin"
    assert guard.same_origin(fetch_site, origin, "not a url") is expected


# --- over HTTP -----------------------------------------------------------------------------------

pages = Blueprint("guard_tests", __name__)


def form() -> str:
    return f"<form>{guard.field()}</form>"


@guard.guarded
def change() -> str:
    return "changed"


def careless() -> str:
    return "changed"


careless.__module__ = "tests_root.careless"


class Change(MethodView):
    decorators = [guard.guarded]  # noqa: RUF012 -- Flask's own spelling

    def post(self) -> str:
        return "changed"


pages.add_url_rule("/guard-tests/form", view_func=form)
pages.add_url_rule("/guard-tests/change", view_func=change, methods=["GET", "POST"])
pages.add_url_rule("/guard-tests/class", view_func=Change.as_view("class_view"))
pages.add_url_rule("/guard-tests/open", "open", careless, methods=["POST"])


class Portal:
    """A browser on the internal portal with this module's pages added."""

    def __init__(self, app: Any, client: Any) -> None:
        self.app, self.client = app, client

    def token(self) -> str:
        page = self.client.get("/guard-tests/form")
        found = re.search(r'name="ontario_guard" value="([^"]+)"', page.text)
        assert found, page.text
        return found.group(1)

    def post(self, path: str = "/guard-tests/change", **kwargs: Any) -> Any:
        return self.client.post(path, **kwargs)


@pytest.fixture(scope="module")
def with_pages(internal: Any) -> Iterator[Any]:
    """An application of the portal that has this module's pages too."""
    browser = CKANTestApp(make_flask_stack(tk.config))  # plugins are not loaded again
    app = browser.flask_app
    app.register_blueprint(pages)
    placed = routes.of(portals.Portal.INTERNAL)
    ours = {name for name in app.view_functions if name.startswith(f"{pages.name}.")}
    wider = routes.Routes(
        {**placed.decisions, **dict.fromkeys(ours, Decision.ALLOW)}, placed.writes | ours
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(routes, "of", lambda _portal: wider)
        yield browser


@pytest.fixture
def portal(with_pages: Any, clean: None) -> Portal:
    user = factories.User(password="correct-horse")
    client = with_pages.test_client()
    client.post("/user/login", data={"login": user["name"], "password": "correct-horse"})
    return Portal(with_pages, client)


HERE = {"Sec-Fetch-Site": "same-origin"}


def test_a_form_of_this_site_passes(portal: Portal) -> None:
    for path in ("/guard-tests/change", "/guard-tests/class"):
        answer = portal.post(path, data={"ontario_guard": portal.token()}, headers=HERE)
        assert (answer.status_code, answer.text) == (200, "changed")


def test_a_script_of_this_site_passes(portal: Portal) -> None:
    headers = {"Origin": SITE, "X-Ontario-Guard": portal.token()}
    assert portal.post(headers=headers).status_code == 200


def test_reading_needs_nothing(portal: Portal) -> None:
    assert portal.client.get("/guard-tests/change").status_code == 200


def test_another_site_is_refused(portal: Portal) -> None:
    data = {"ontario_guard": portal.token()}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {}):
        assert portal.post(data=data, headers=headers).status_code == 403


def test_a_missing_a_wrong_and_a_strange_token_are_refused(portal: Portal) -> None:
    user = factories.User(password="correct-horse")
    stranger = portal.app.test_client()
    stranger.post("/user/login", data={"login": user["name"], "password": "correct-horse"})
    theirs = Portal(portal.app, stranger).token()
    portal.token()
    for token in ("", "garbage", theirs):
        answer = portal.post(data={"ontario_guard": token}, headers=HERE)
        assert answer.status_code == 403


def test_an_api_token_passes_without_both(portal: Portal) -> None:
    user = factories.User()
    token = call_action("api_token_create", user=user["name"], name="tests")["token"]
    answer = portal.app.test_client(use_cookies=False).post(
        "/guard-tests/change", headers={"Authorization": token}
    )
    assert (answer.status_code, answer.text) == (200, "changed")


def test_a_session_can_not_pass_for_an_api_token(portal: Portal) -> None:
    answer = portal.post(headers={**HERE, "Authorization": "garbage"})
    assert answer.status_code == 403


def test_the_refusal_is_an_error_page_in_both_languages(portal: Portal) -> None:
    page = portal.post(headers=HERE)
    assert 'lang="en"' in page.text
    assert 'lang="fr"' in page.text
