"""ckanext-dcat's actions, answered here: our profile only, public fields only, no surprises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
from ckan.types import Action, Context, DataDict

from ckanext.dcat.processors import RDFSerializer
from ckanext.ontario.dcat import config, portal
from ckanext.ontario.dcat.logic import parameters
from ckanext.ontario.dcat.reading import instant

__all__ = ["dcat_catalog_show", "dcat_dataset_show"]


@tk.chained_action
@tk.side_effect_free
def dcat_dataset_show(_next_action: Action, context: Context, data_dict: DataDict) -> str:
    """Return a record as DCAT-AP 3: its public fields, in English and French.

    ``id`` is the id or name of the record; ``format`` is ``ttl``, ``jsonld``, ``xml`` (also
    ``rdf``) or ``n3``, and ``xml`` when left out. Returns the text of the graph.

    Raises:
        ObjectNotFound: when there is no such record, or the caller may not read it, or it is a
            draft, deleted or no dataset; an answer never says which.
        ValidationError: when the format or a profile is unknown.
    """
    wanted = parameters.format_asked(data_dict.get("format"))
    parameters.require_our_profile(data_dict.get("profiles"))
    identifier = tk.get_or_bust(data_dict, "id")
    tk.check_access("dcat_dataset_show", context, data_dict)
    try:
        record = tk.get_action("package_show")(tk.fresh_context(context), {"id": identifier})
    except tk.NotAuthorized:
        raise tk.ObjectNotFound from None
    if not _told(record):
        raise tk.ObjectNotFound
    return RDFSerializer(profiles=[config.PROFILE]).serialize_dataset(record, _format=wanted)


@tk.chained_action
@tk.side_effect_free
def dcat_catalog_show(_next_action: Action, context: Context, data_dict: DataDict) -> str:
    """Return a page of the catalogue as DCAT-AP 3, the last changed records first.

    ``format`` is as for ``dcat_dataset_show``. ``page`` counts from 1; a page has
    ``ckanext.dcat.datasets_per_page`` records, 100 by default, and links the first, previous,
    next and last page (hydra). ``modified_since`` is a day or an instant (ISO 8601): only records
    changed since then. ``q`` and ``fq`` are as for ``package_search``. Returns the text of the
    graph.

    Raises:
        ObjectNotFound: when the page lies behind the last one.
        ValidationError: when a parameter can't be understood.
        SearchQueryError: when the search refuses ``q`` or ``fq``.
    """
    wanted = parameters.format_asked(data_dict.get("format"))
    parameters.require_our_profile(data_dict.get("profiles"))
    page = parameters.page_asked(data_dict.get("page"))
    narrowed = _narrowed(data_dict)
    tk.check_access("dcat_catalog_show", context, data_dict)
    found = _search(context, page, narrowed)
    if page > 1 and not found["results"]:
        raise tk.ObjectNotFound(tk._("The catalogue has fewer pages"))
    records = portal.with_publishers([one for one in found["results"] if _told(one)])
    newest = instant(records[0]["metadata_modified"]) if records and page == 1 else None
    return RDFSerializer(profiles=[config.PROFILE]).serialize_catalog(
        {"modified": newest if not narrowed else None},
        records,
        _format=wanted,
        pagination_info=_pages(found["count"], page, wanted, narrowed),
    )


def _told(record: Mapping[str, Any]) -> bool:
    """Say whether DCAT may know of a record: an active dataset whose existence is no secret."""
    return (
        record.get("state") == "active"
        and record.get("type") == portal.RECORD_TYPE
        and record.get("existence_withheld") != "yes"
    )


def _narrowed(data_dict: DataDict) -> dict[str, str]:
    """Return what the caller wants less than everything, as it was written."""
    asked = {name: parameters.text_asked(name, data_dict.get(name)) for name in ("q", "fq")}
    parameters.since_asked(data_dict.get("modified_since"))
    asked["modified_since"] = str(data_dict.get("modified_since") or "") or None
    return {name: text for name, text in asked.items() if text}


def _search(context: Context, page: int, narrowed: Mapping[str, str]) -> dict[str, Any]:
    rows = config.page_size()
    filters = [f"+dataset_type:{portal.RECORD_TYPE}", "+state:active"]
    since = parameters.since_asked(narrowed.get("modified_since"))
    if since:
        filters.append(f"metadata_modified:[{since} TO *]")
    query: dict[str, Any] = {
        "q": narrowed.get("q", "*:*"),
        "fq_list": filters,
        "rows": rows,
        "start": rows * (page - 1),
        "sort": "metadata_modified desc, name asc",
        "facet": "false",
    }
    if "fq" in narrowed:
        query["fq"] = narrowed["fq"]
    return tk.get_action("package_search")(tk.fresh_context(context), query)


def _pages(count: int, page: int, wanted: str, narrowed: Mapping[str, str]) -> dict[str, str | int]:
    """Return the links between pages, as the library's serializer takes them."""
    if not count:
        return {}
    rows = config.page_size()
    last = -(-count // rows)

    def address(number: int) -> str:
        return f"{config.base_uri()}/catalog.{wanted}?{urlencode({**narrowed, 'page': number})}"

    links: dict[str, str | int] = {
        "count": count,
        "items_per_page": rows,
        "current": address(page),
        "first": address(1),
        "last": address(last),
    }
    if page > 1:
        links["previous"] = address(page - 1)
    if page < last:
        links["next"] = address(page + 1)
    return links
