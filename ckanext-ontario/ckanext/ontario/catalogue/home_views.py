"""The home page of both portals, from two searches."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchError
from ckan.types import Context
from flask import Blueprint

from ckanext.ontario.catalogue import home, record_lookups

__all__: list[str] = []


def install(_sender: str, *, blueprint: Blueprint) -> None:
    """Put the page behind CKAN's endpoint ``home.index``; safe to repeat."""
    blueprint.record(lambda state: state.app.view_functions.update({"home.index": index}))


def index() -> str:
    """Show the home page; it also stands when the search does not answer."""
    updated = _search(
        sort="metadata_modified desc",
        fl=list(home.FIELDS),
        **{"facet.field": list(home.FACETS)},
    )
    # Without records there is nothing to ask for a second time.
    opened = None
    if updated and updated["count"]:
        opened = _search(
            sort="opened_date desc",
            fq="opened_date:[* TO *]",
            fl=[*home.FIELDS, "opened_date"],
            facet=False,
        )
    page = home.home_page(updated, opened, record_lookups.reader())
    return tk.render("home/index.html", {"page": page})


def _search(**asked: Any) -> dict[str, Any] | None:
    context = Context(user=tk.current_user.name, auth_user_obj=tk.current_user)
    try:
        return tk.get_action("package_search")(context, {"rows": home.LATEST, **asked})
    except SearchError:
        return None
