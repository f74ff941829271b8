"""What stands in front of each page: the table of endpoints, and the 404 of what may not be known.

CKAN's pages answer 403 for a record the reader may not see and 404 for one that is missing, each
in its own words, and some fail. Here the record is asked first, once, for all of them.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context
from flask import Blueprint
from werkzeug.exceptions import Forbidden, NotFound

from ckanext.ontario.shared import portal
from ckanext.ontario.visibility.domain import Decision
from ckanext.ontario.visibility.policy import routes
from ckanext.ontario.visibility.policy.subjects import require_readable

RECORD = ("source", "id", "_id")
"""Names that routes give to the part of an address that names a record, the first one found."""

SOURCES = "/harvest/"
"""Below this address only harvest sources have pages."""

FILE = "resource_id"
"""The name of the part that names a file, for routes that name no record."""

NUL = "\0"
"""In no record’s name, and no database can be asked about it: ``ontario_api`` answers these."""

routing = Blueprint("ontario_visibility_routes", __name__)


@routing.before_app_request
def follow_table() -> None:
    """Let a request pass as the portal's table of endpoints says.

    Raises:
        Forbidden: when the endpoint or its method is refused, or for system administrators only.
        NotFound: when the address names a record the reader may not see, or none.
    """
    endpoint = tk.request.endpoint
    if endpoint is None:
        return  # no such address: CKAN says so
    decision = routes.of(portal.current()).decide(endpoint, tk.request.method)
    if decision is Decision.REFUSE:
        raise Forbidden(tk._("This can't be done on this portal."))
    if decision is Decision.SYSADMIN and not getattr(tk.current_user, "sysadmin", False):
        raise Forbidden(tk._("Only system administrators may do this on this portal."))
    if decision is Decision.GATE and NUL not in tk.request.path:
        _require_readable(_record_named(tk.request.view_args or {}))


@routing.app_errorhandler(tk.ObjectNotFound)
def not_found(_error: tk.ObjectNotFound) -> Any:
    """Answer with the page of what is missing where a view does not; core would answer 500."""
    return _page(404, tk._("Not found"))


@routing.app_errorhandler(tk.NotAuthorized)
def not_authorized(_error: tk.NotAuthorized) -> Any:
    """Answer with a page that names nothing where a view does not; core would answer 500."""
    return _page(403, tk._("This can't be done on this portal."))


def _record_named(values: dict[str, Any]) -> str | None:
    named = next((str(values[name]) for name in RECORD if name in values), None)
    if named is None and FILE in values:
        resource = model.Resource.get(str(values[FILE]))
        return resource.package_id if resource is not None else None
    return named


def _kind() -> str:
    rule = tk.request.url_rule.rule if tk.request.url_rule else ""
    return "source" if rule.startswith(SOURCES) else "record"


def _require_readable(record: str | None) -> None:
    user: Any = tk.current_user
    try:
        require_readable(Context(user=user.name, auth_user_obj=user), _kind(), record)
    except tk.ObjectNotFound:
        raise NotFound(tk._("Not found")) from None


def _page(code: int, content: str) -> Any:
    name = NotFound().name if code == NotFound.code else Forbidden().name
    page = {"code": code, "name": name, "content": content}
    return tk.render("error_document_template.html", page), code
