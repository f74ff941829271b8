"""Anonymous callers reach the allow-list of the internal portal and nothing else.

Every route of the running application is tried with every method, and every registered action.
The list here is written out once more on purpose: it is what people agreed to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import ckan.plugins.toolkit as tk
import pytest
from ckan import logic, model
from ckan.tests import factories

READ = {"GET", "HEAD"}
ANSWERED = {
    "user.login": READ | {"POST"},
    "user.logged_out_page": READ,
    "user.request_reset": READ | {"POST"},
    "user.perform_reset": READ | {"POST"},
    "ontario.health": READ,
    "webassets.index": READ,
    "api.i18n_js_translations": READ,
    # `static` answers for files of the software; the paths tried here are none
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NOBODY: dict[str, str] = {}
BOGUS_TOKEN = {"Authorization": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJ4In0.x"}
GARBAGE_COOKIES = {"Cookie": "ontario_internal=garbage; ontario_internal_remember=1|x; ckan=x"}
CREDENTIALS = {"nobody": NOBODY, "bogus token": BOGUS_TOKEN, "garbage cookies": GARBAGE_COOKIES}


def routes(app: Any) -> Iterator[tuple[str, str]]:
    """Each route's endpoint and a path that reaches it."""
    for rule in app.url_map.iter_rules():
        values = {name: sample(converter) for name, converter in rule._converters.items()}
        built = rule.build({**values, **(rule.defaults or {})}, append_unknown=False)
        assert built is not None, rule
        yield rule.endpoint, built[1]


def sample(converter: Any) -> Any:
    """A value that a route's converter takes."""
    if type(converter).__name__ in {"IntegerConverter", "FloatConverter"}:
        return converter.min or 1
    if type(converter).__name__ == "AnyConverter":
        return next(iter(converter.items))
    if type(converter).__name__ == "UUIDConverter":
        return "00000000-0000-4000-8000-000000000000"
    return "something"


def refused(answer: Any) -> bool:
    """Whether an answer is the gate's, and may not be stored."""
    log_in = answer.status_code == 302 and "/user/login?next=" in answer.headers["Location"]
    return (log_in or answer.status_code == 401) and "no-store" in answer.headers["Cache-Control"]


def call(internal: Any, method: str, path: str, headers: dict[str, str]) -> Any:
    client = internal.test_client(use_cookies=False)
    return client.open(path, method=method, headers=headers, follow_redirects=False)


@pytest.mark.parametrize("prefix", ["", "/fr"])
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_every_route_and_method(internal: Any, clean: None, prefix: str, accept: str) -> None:
    leaks, tried = [], 0
    for endpoint, path in routes(internal.flask_app):
        for method in METHODS:
            answer = call(internal, method, prefix + path, {"Accept": accept})
            tried += 1
            if method not in ANSWERED.get(endpoint, ()) and not refused(answer):
                leaks.append(f"{method} {path} ({endpoint}): {answer.status}")
    assert leaks == []
    assert tried > 1000  # the crawl found the portal


@pytest.mark.parametrize("credentials", [BOGUS_TOKEN, GARBAGE_COOKIES], ids=["token", "cookie"])
def test_bad_credentials_are_none(internal: Any, clean: None, credentials: dict[str, str]) -> None:
    leaks = [
        f"{method} {path}: {answer.status}"
        for endpoint, path in routes(internal.flask_app)
        for method in ("GET", "POST")
        if method not in ANSWERED.get(endpoint, ())
        and not refused(answer := call(internal, method, path, credentials))
    ]
    assert leaks == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_action(internal: Any, clean: None, method: str) -> None:
    logic.get_action("package_show")
    names = sorted(logic._actions)
    assert len(names) > 150
    for name in names:
        answer = call(internal, method, f"/api/3/action/{name}", {"Accept": "*/*"})
        assert answer.status_code == 401, name
        assert answer.json["success"] is False


@pytest.mark.parametrize("path", ["/user/login", "/user/reset", "/ontario/health"])
@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_the_allow_list_answers(internal: Any, clean: None, prefix: str, path: str) -> None:
    answer = call(internal, "GET", prefix + path, {"Accept": "text/html"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/no/such/page", "/dataset/secret", "/organization/x", "/"])
def test_existence_is_not_told(internal: Any, clean: None, path: str) -> None:
    page = call(internal, "GET", path, {"Accept": "text/html"})
    assert page.status_code == 302
    assert call(internal, "GET", path, {"Accept": "*/*"}).status_code == 401


def test_the_way_back_keeps_language_and_query(internal: Any, clean: None) -> None:
    answer = call(internal, "GET", "/fr/dataset/?q=eau&page=2", {"Accept": "text/html"})
    location = urlsplit(answer.headers["Location"])
    assert location.path == "/fr/user/login"
    assert parse_qs(location.query) == {"next": ["/fr/dataset/?q=eau&page=2"]}


def test_the_refusal_is_in_the_callers_language(internal: Any, clean: None) -> None:
    french = call(internal, "GET", "/fr/api/3/action/package_search", {})
    english = call(internal, "GET", "/api/3/action/package_search", {})
    assert french.status_code == english.status_code == 401
    assert english.json["error"]["message"].startswith("This portal is for staff")


def test_files_of_the_software_are_served_and_uploads_are_not(internal: Any, clean: None) -> None:
    uploads = Path(tk.config["ckan.storage_path"]) / "storage" / "uploads" / "group"
    uploads.mkdir(parents=True, exist_ok=True)
    (uploads / "logo.png").write_bytes(b"canary")
    software = call(internal, "GET", "/base/images/ckan-logo-footer.png", {})
    assert software.status_code == 200
    assert software.headers["Cache-Control"] == "private, max-age=86400"
    uploaded = call(internal, "GET", "/uploads/group/logo.png", {})
    missing = call(internal, "GET", "/uploads/group/none.png", {})
    assert (uploaded.status_code, missing.status_code) == (401, 401)
    assert b"canary" not in uploaded.data
    for answer in (uploaded, missing, call(internal, "GET", "/webassets/none.css", {})):
        assert answer.headers["Cache-Control"] == "no-store"
    assert call(internal, "GET", "/base/../uploads/group/logo.png", {}).status_code == 401


def test_browsers_keep_files_whose_name_changes_with_their_content(
    internal: Any, clean: None
) -> None:
    page = call(internal, "GET", "/user/login", {"Accept": "text/html"})
    bundles = re.findall(r'"(/webassets/[^"]+)"', page.text)
    assert bundles
    for bundle in bundles:
        kept = call(internal, "GET", bundle, {}).headers["Cache-Control"]
        assert kept == "private, max-age=31536000, immutable", bundle


def test_people_who_left_are_nobody(internal: Any, people: Any, as_user: Any) -> None:
    for state in (model.State.DELETED, model.State.PENDING):
        user = factories.User()
        caller = as_user(user)
        assert caller.get("/api/3/action/status_show").status_code == 200
        model.User.get(user["id"]).state = state
        model.Session.commit()
        assert caller.get("/api/3/action/status_show").status_code == 401, state
        assert caller.get("/dataset/").status_code == 401


def test_staff_pass(internal: Any, people: Any) -> None:
    answer = people.member.get("/dataset/")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert people.member.get("/api/3/action/status_show").status_code == 200


def test_logging_in_opens_the_portal_and_leaving_closes_it(internal: Any, clean: None) -> None:
    user = factories.User(password="correct-horse")
    browser = internal.test_client()
    page = {"Accept": "text/html"}
    asked = browser.get("/fr/dataset/?q=eau", headers=page, follow_redirects=False)
    form = {"login": user["name"], "password": "correct-horse"}
    wrong = {**form, "password": "wrong"}
    at = asked.headers["Location"]
    assert browser.post(at, data=wrong, follow_redirects=False).status_code == 200
    assert browser.get("/dataset/", headers=page, follow_redirects=False).status_code == 302
    back = browser.post(at, data=form, follow_redirects=False)
    assert back.headers["Location"].endswith("/fr/dataset/?q=eau")
    assert browser.get("/fr/dataset/?q=eau", follow_redirects=False).status_code == 200
    model.User.get(user["id"]).state = model.State.DELETED
    model.Session.commit()
    assert browser.get("/dataset/", headers=page, follow_redirects=False).status_code == 302
