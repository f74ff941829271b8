"""A page of search results, ready for its template: records, facets, pills, links."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.ontario.catalogue import search_labels
from ckanext.ontario.catalogue.search_facets import LIMIT, Facet, facets_of
from ckanext.ontario.catalogue.search_hooks import selecting
from ckanext.ontario.shared import search_address
from ckanext.ontario.shared.search_address import FACETS, KEYWORDS, Wanted

_AROUND = 2
"""Page numbers linked on each side of the present one."""


@dataclass(frozen=True)
class Place:
    """Where a search happens: in the whole catalogue, or in what one publisher or topic has.

    Attributes:
        endpoint: the view of its page.
        feed: the view of its feed.
        arguments: what both endpoints need.
        clause: a filter query of Solr that always holds; its values are escaped.
        left_out: the facet that would have one value here.
        preselect: whether an address that names no search shows open data.
    """

    endpoint: str
    feed: str
    arguments: Mapping[str, str] = field(default_factory=dict[str, str])
    clause: str = ""
    left_out: str = ""
    preselect: bool = False

    def url(self, wanted: Wanted) -> str:
        """Return the address of a search here, in the reader's language."""
        query = search_address.pairs(wanted, preselect=self.preselect)
        return _address(self.endpoint, self.arguments, query)

    def feed_url(self, wanted: Wanted) -> str:
        """Return the address of the feed of a search here."""
        plain = replace(wanted, page=1, sort=search_address.RELEVANCE, rows=20)
        return _address(self.feed, self.arguments, search_address.pairs(plain))

    def facets(self) -> list[str]:
        """Return the fields that are counted here."""
        foreign = {*KEYWORDS} - {f"keywords_{search_labels.language()}"}
        return [name for name in FACETS if name not in {*foreign, self.left_out}]


@dataclass(frozen=True)
class Pill:
    """One selected value, and the address of the search without it."""

    title: str
    label: str
    url: str


@dataclass(frozen=True)
class Option:
    """One choice of a list."""

    value: str
    label: str
    selected: bool


@dataclass(frozen=True)
class PageLink:
    """A page number; without an address it is the present page, without a number a gap."""

    number: int | None
    url: str = ""


@dataclass(frozen=True)
class SearchPage:
    """All that the template of a search needs.

    Attributes:
        carried: selected values that no checkbox shows, which the form must send along.
        last_url: the last page with records, when this one is beyond it.
        error: why the search was refused, in words; nothing was found then.
    """

    wanted: Wanted
    action: str
    feed_url: str
    clear_url: str
    sorts: Sequence[Option]
    sizes: Sequence[Option]
    carried: Sequence[tuple[str, str]]
    pills: Sequence[Pill] = ()
    count: int = 0
    items: Sequence[Mapping[str, Any]] = ()
    facets: Sequence[Facet] = ()
    links: Sequence[PageLink] = ()
    last_url: str = ""
    error: str = ""


def ask(place: Place, wanted: Wanted, **more: Any) -> dict[str, Any]:
    """Search as the present reader; the reader's rights decide what is found and counted.

    Raises:
        SearchQueryError: when the text can't be understood.
        SearchError: when Solr does not answer.
    """
    context = Context(user=tk.current_user.name, auth_user_obj=tk.current_user, for_view=True)
    query = {
        "q": wanted.q,
        "fq": f"+dataset_type:dataset {place.clause}".strip(),
        "include_private": True,
        **more,
    }
    with selecting(wanted.chosen):
        return tk.get_action("package_search")(context, query)


def found(place: Place, wanted: Wanted) -> SearchPage:
    """Search and return the page.

    Raises:
        SearchQueryError: when the text can't be understood.
        SearchError: when Solr does not answer.
    """
    fields = place.facets()
    result = ask(
        place,
        wanted,
        rows=wanted.rows,
        start=wanted.start,
        sort=search_address.solr_sort(wanted.sort, search_labels.language()),
        **{"facet.field": fields, "facet.limit": LIMIT},
    )
    facets, labels = facets_of(fields, result["search_facets"], wanted.chosen)
    last = max(1, -(-int(result["count"]) // wanted.rows))
    beyond = bool(result["count"]) and wanted.page > last
    return replace(
        _frame(place, wanted, fields),
        pills=_pills(place, wanted, labels),
        count=result["count"],
        items=result["results"],
        facets=facets,
        links=[] if beyond else _links(place, wanted, last),
        last_url=place.url(replace(wanted, page=last)) if beyond else "",
    )


def refused(place: Place, wanted: Wanted, reason: str) -> SearchPage:
    """Return the page of a search that was refused: the form as it was sent, and why."""
    _, labels = facets_of([], {}, wanted.chosen)
    frame = _frame(place, wanted, [])
    return replace(frame, pills=_pills(place, wanted, labels), error=reason)


def _frame(place: Place, wanted: Wanted, fields: Sequence[str]) -> SearchPage:
    return SearchPage(
        wanted=wanted,
        action=_address(place.endpoint, place.arguments, ()),
        feed_url=place.feed_url(wanted),
        clear_url=place.url(replace(wanted, chosen={}, page=1)),
        sorts=[
            Option(key, label, key == wanted.sort) for key, label in search_labels.sorts().items()
        ],
        sizes=[Option(str(n), str(n), n == wanted.rows) for n in search_address.PAGE_SIZES],
        carried=[
            (name, value)
            for name, values in wanted.chosen.items()
            if name not in fields
            for value in values
        ],
    )


def _pills(place: Place, wanted: Wanted, labels: Callable[[str, str], str]) -> list[Pill]:
    titles = search_labels.titles()
    return [
        Pill(titles[name], labels(name, value), place.url(wanted.without(name, value)))
        for name, values in wanted.chosen.items()
        for value in values
    ]


def _links(place: Place, wanted: Wanted, last: int) -> list[PageLink]:
    if last == 1:
        return []
    reachable = min(last, search_address.MAX_START // wanted.rows)
    near = range(wanted.page - _AROUND, wanted.page + _AROUND + 1)
    shown = sorted({1, reachable, *(n for n in near if 1 <= n <= reachable)})
    links: list[PageLink] = []
    before = 0
    for number in shown:
        if number > before + 1:
            links.append(PageLink(None))
        here = number == wanted.page
        links.append(PageLink(number, "" if here else place.url(replace(wanted, page=number))))
        before = number
    return links


def _address(endpoint: str, arguments: Mapping[str, str], query: Sequence[tuple[str, str]]) -> str:
    path = str(tk.h.url_for(endpoint, **arguments))
    return f"{path}?{urlencode(list(query))}" if query else path
