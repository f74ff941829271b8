"""Searching and listing records: private ones too, for readers of the internal portal."""

from __future__ import annotations

import logging
import re
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchError, SearchQueryError, SolrConnectionError
from ckan.logic.schema import default_pagination_schema
from ckan.types import Action, Context, DataDict

from ckanext.ontario.shared import portal
from ckanext.ontario.visibility.access import data

__all__ = [
    "current_package_list_with_resources",
    "group_package_show",
    "package_list",
    "package_search",
]

log = logging.getLogger(__name__)

_PUBLIC_ONLY = re.compile(r"\+?capacity:\"?public\"?")
"""How core's home page asks for public records; on the internal portal there are none."""

_PAGE = 1000


@tk.chained_action
@tk.side_effect_free
def package_search(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Search records, on the internal portal with the private ones the reader may see.

    Every record of the internal portal is private, so ``include_private`` is always on there for
    those signed in; permission labels decide who sees what. Files that the reader may not use
    come without their addresses. What Solr says about a query it
    refuses is logged, not shown: it quotes the reader's labels.

    Raises:
        SearchQueryError: when the query is refused by the clamp or by Solr.
        SearchError: when Solr can't answer.
    """
    if portal.is_internal() and (context.get("user") or context.get("ignore_auth")):
        data_dict = {**data_dict, "include_private": True}
        if data_dict.get("fq"):
            data_dict["fq"] = _PUBLIC_ONLY.sub("", str(data_dict["fq"])).strip()
    try:
        found = next_action(context, data_dict)
    except SearchQueryError:
        raise
    except SearchError as err:
        log.warning("Solr refused a search: %s", err)
        if "HTTP 400" in str(err) or "SOLR returned" not in str(err):
            raise SearchQueryError(tk._("This search can't be understood.")) from None
        raise _silent() from None
    except SolrConnectionError as err:  # of CKAN's search errors the one that is none
        log.warning("Solr does not answer: %s", err)
        raise _silent() from None
    data.withhold(context, found["results"])
    return found


def _silent() -> SearchError:
    return SearchError(tk._("The search is not available at the moment."))


@tk.chained_action
@tk.side_effect_free
def package_list(_next_action: Action, context: Context, data_dict: DataDict) -> list[str]:
    """Return the names of the records the reader may see, in order.

    Core reads public records from the database; this one asks the index, which knows who may see
    what. ``limit`` and ``offset`` page through it.
    """
    tk.check_access("package_list", context, data_dict)
    page, errors = tk.navl_validate(dict(data_dict), default_pagination_schema(), context)
    if errors:
        raise tk.ValidationError(errors)
    key = "id" if context.get("api_version") == 2 else "name"
    start, limit = int(page.get("offset") or 0), page.get("limit")
    names: list[str] = []
    while limit is None or len(names) < int(limit):
        rows = _PAGE if limit is None else min(_PAGE, int(limit) - len(names))
        query = {"fl": [key], "rows": rows, "start": start + len(names), "sort": f"{key} asc"}
        found = tk.get_action("package_search")(tk.fresh_context(context), query)["results"]
        names += [record[key] for record in found]
        if len(found) < rows:
            break
    return names


@tk.chained_action
@tk.side_effect_free
def current_package_list_with_resources(
    _next_action: Action, context: Context, data_dict: DataDict
) -> list[dict[str, Any]]:
    """Return records the reader may see, last changed first; ``limit`` and ``offset`` page."""
    tk.check_access("current_package_list_with_resources", context, data_dict)
    page, errors = tk.navl_validate(dict(data_dict), default_pagination_schema(), context)
    if errors:
        raise tk.ValidationError(errors)
    query = {"start": page.get("offset") or 0, "sort": "metadata_modified desc"}
    if page.get("limit") is not None:
        query["rows"] = page["limit"]
    return tk.get_action("package_search")(tk.fresh_context(context), query)["results"]


@tk.chained_action
@tk.side_effect_free
def group_package_show(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return the records of a topic that the reader may see; core without a limit asks badly."""
    return next_action(context, {**data_dict, "limit": data_dict.get("limit") or _PAGE})
