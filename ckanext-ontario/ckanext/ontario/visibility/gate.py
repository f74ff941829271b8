"""The one gate in front of the internal portal.

A hook of the application: it runs after CKAN has found out who calls (cookie, API token or an
IAuthenticator plugin) and before CSRF checks, routing errors, views and actions. Anonymous
callers reach the endpoints listed here and nothing else; whether a page exists they do not learn.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.search import SearchError, SearchQueryError
from flask import Blueprint, Response, jsonify
from werkzeug.http import HTTP_STATUS_CODES

from ckanext.ontario.shared import portal
from ckanext.ontario.visibility import caching, reading

READ = frozenset({"GET", "HEAD"})
FORM = READ | {"POST"}

ANONYMOUS: dict[str, frozenset[str]] = {
    "user.login": FORM,
    "user.logged_out_page": READ,
    "user.request_reset": FORM,
    "user.perform_reset": FORM,
    "ontario.health": READ,
    "static": READ,
    "webassets.index": READ,
    "api.i18n_js_translations": READ,
}
"""Endpoints of the internal portal that answer without a log-in, and by which methods."""

gate = Blueprint("ontario_visibility", __name__)


@gate.before_app_request
def require_log_in() -> Any:
    """Let signed-in, active users and the allow-list pass; answer everybody else."""
    reading.begin()
    tk.g.ontario_signed_in = _is_signed_in()
    if not tk.g.ontario_signed_in:
        _be_nobody()
    if not portal.is_internal() or tk.g.ontario_signed_in or _may_be_anonymous():
        return None
    return _to_log_in() if _wants_a_page() else _unauthorized()


@gate.app_errorhandler(SearchError)
def refuse_search(error: SearchError) -> Any:
    """Answer a refused search with a page where CKAN's view does not (feeds, for one)."""
    code = 400 if isinstance(error, SearchQueryError) else 503
    page = {"code": code, "name": HTTP_STATUS_CODES[code], "content": str(error)}
    return tk.render("error_document_template.html", page), code


def _is_signed_in() -> bool:
    user = tk.current_user
    return bool(user.is_authenticated) and user.state == model.State.ACTIVE


def _be_nobody() -> None:
    """Forget a caller whose account is not in use: CKAN keeps half of what it knows of them."""
    if tk.current_user.is_authenticated:
        tk.logout_user()
    tk.g.user, tk.g.userobj = "", None


def _may_be_anonymous() -> bool:
    endpoint = tk.request.endpoint or ""
    if tk.request.method not in ANONYMOUS.get(endpoint, ()):
        return False
    if endpoint != "static":
        return True
    return caching.is_of_the_software((tk.request.view_args or {})["filename"])


def _wants_a_page() -> bool:
    request = tk.request
    if request.method != "GET" or request.path.startswith("/api/"):
        return False
    return request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"


def _to_log_in() -> Response:
    return tk.redirect_to("user.login", next=_asked_for())


def _asked_for() -> str:
    """The address asked for, with its language, for the way back after logging in."""
    environ = tk.request.environ
    prefix = "" if environ["CKAN_LANG_IS_DEFAULT"] else f"/{environ['CKAN_LANG']}"
    return f"{prefix}{environ['CKAN_CURRENT_URL']}"


def _unauthorized() -> Response:
    message = tk._("This portal is for staff. Log in, or send an API token.")
    error = {"__type": "Authorization Error", "message": message}
    response = jsonify({"success": False, "error": error})
    response.status_code = 401
    return response
