"""The search page, and what an organization or a topic has, searched in the same way."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchError, SearchQueryError
from ckan.types import Context
from flask import Blueprint, Response, make_response

from ckanext.ontario.catalogue import group_index, search_help, search_page
from ckanext.ontario.catalogue.search_page import Place, SearchPage
from ckanext.ontario.shared import portal, search_address
from ckanext.ontario.shared.search_clauses import phrase

__all__ = ["ontario_catalogue_search", "publisher_place", "topic_place", "whole"]

ontario_catalogue_search = Blueprint("ontario_catalogue_search", __name__)
"""Takes the addresses of CKAN's own pages; ``url_for("dataset.search")`` leads here too."""


def whole() -> Place:
    """Return the whole catalogue; the public portal's page opens with open data selected."""
    return Place(
        "ontario_catalogue_search.search",
        "ontario_catalogue_feeds.search",
        preselect=portal.current() is portal.Portal.PUBLIC,
    )


def publisher_place(organization: dict[str, Any]) -> Place:
    """Return what an organization has."""
    return Place(
        "ontario_catalogue_search.organization",
        "ontario_catalogue_feeds.organization",
        {"id": organization["name"]},
        clause=f"+owner_org:{phrase(organization['id'])}",
        left_out="organization",
    )


def topic_place(topic: dict[str, Any]) -> Place:
    """Return what belongs to a topic."""
    return Place(
        "ontario_catalogue_search.topic",
        "ontario_catalogue_feeds.topic",
        {"id": topic["name"]},
        clause=f"+groups:{phrase(topic['name'])}",
        left_out="groups",
    )


@ontario_catalogue_search.route("/dataset/", strict_slashes=False)
def search() -> Response:
    """Show the records an address asks for."""
    return _searched(whole(), "ontario/catalogue/search.html")


@ontario_catalogue_search.route("/organization/", strict_slashes=False)
def organizations() -> str:
    """List the organizations by kind, A to Z in the reader's language."""
    return _index("organization")


@ontario_catalogue_search.route("/group/", strict_slashes=False)
def topics() -> str:
    """List the topics, A to Z in the reader's language."""
    return _index("group")


@ontario_catalogue_search.route("/organization/<id>")
def organization(id: str) -> Any:  # noqa: A002 -- as links to CKAN's own page name it
    """Show an organization and search what it has."""
    shown = shown_group("organization", id)
    return _searched(
        publisher_place(shown), "ontario/catalogue/organization.html", group_dict=shown
    )


@ontario_catalogue_search.route("/group/<id>")
def topic(id: str) -> Any:  # noqa: A002 -- as links to CKAN's own page name it
    """Show a topic and search what belongs to it."""
    shown = shown_group("group", id)
    return _searched(topic_place(shown), "ontario/catalogue/topic.html", group_dict=shown)


def shown_group(kind: str, identifier: str) -> dict[str, Any]:
    """Return an organization or topic the reader may see; else the page is not found.

    A deleted one is shown to those who may still change it, so that they can restore it.
    """
    action = "organization_show" if kind == "organization" else "group_show"
    left_out = ("users", "followers", "dataset_count", "groups", "tags", "datasets")
    asked = {f"include_{name}": False for name in left_out}
    context = Context(user=tk.current_user.name, auth_user_obj=tk.current_user, for_view=True)
    try:
        shown = tk.get_action(action)(context, {"id": identifier, "type": kind, **asked})
    except (tk.ObjectNotFound, tk.NotAuthorized, tk.ValidationError):
        tk.abort(HTTPStatus.NOT_FOUND)
    if shown["state"] != "active" and not tk.h.check_access(f"{kind}_update", {"id": shown["id"]}):
        tk.abort(HTTPStatus.NOT_FOUND)
    return shown


def _searched(place: Place, template: str, **more: Any) -> Response:
    given = tk.request.args.items(multi=True)
    wanted = search_address.read(given, preselect=place.preselect)
    status = HTTPStatus.OK
    try:
        page = search_page.found(place, wanted)
    except SearchQueryError as err:
        page, status = search_page.refused(place, wanted, str(err)), HTTPStatus.BAD_REQUEST
    except SearchError:
        tk.abort(HTTPStatus.SERVICE_UNAVAILABLE)
    instead = _help(place, page)
    return make_response(tk.render(template, {"search": page, "instead": instead, **more}), status)


def _help(place: Place, page: SearchPage) -> search_help.Help | None:
    return None if page.count or page.error else search_help.help_for(place, page)


def _index(kind: str) -> str:
    try:
        tk.check_access(f"{kind}_list", {"user": tk.current_user.name})
    except tk.NotAuthorized:
        tk.abort(HTTPStatus.FORBIDDEN)
    try:
        index = group_index.index(kind, tk.request.args.get("q", ""))
    except SearchError:
        tk.abort(HTTPStatus.SERVICE_UNAVAILABLE)
    return tk.render("ontario/catalogue/index.html", {"index": index, "group_type": kind})
