"""Addresses of the feeds; the same parameters as the page they belong to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchError, SearchQueryError
from flask import Blueprint, Response

from ckanext.ontario.catalogue import feeds, search_labels, search_page
from ckanext.ontario.catalogue.search_page import Place
from ckanext.ontario.catalogue.search_views import (
    publisher_place,
    shown_group,
    topic_place,
    whole,
)
from ckanext.ontario.shared import clock, search_address
from ckanext.ontario.shared.bilingual import pick
from ckanext.ontario.shared.search_address import Wanted

__all__ = ["ontario_catalogue_feeds"]

ontario_catalogue_feeds = Blueprint("ontario_catalogue_feeds", __name__)

ROWS = 20
"""Records on a page of a feed."""

_SUMMARY = 500


@dataclass(frozen=True)
class Kind:
    """What a feed tells.

    Attributes:
        subtitle: in words.
        sort: order of Solr.
        clause: a filter query of Solr, or ``""``.
        day: the field of the record that dates its entry.
        order: of the page that belongs to it.
    """

    subtitle: str
    sort: str = search_address.SORTS["updated"]
    clause: str = ""
    day: str = "metadata_modified"
    order: str = "updated"


@ontario_catalogue_feeds.route("/feeds/custom.atom")
def search() -> Response:
    """Answer the feed of a search; without parameters it is the whole catalogue's."""
    return _answer(replace(whole(), preselect=False), tk._("Datasets"))


@ontario_catalogue_feeds.route("/feeds/dataset.atom")
def everything() -> Response:
    """Answer the feed of the whole catalogue, at CKAN's address of it."""
    return search()


@ontario_catalogue_feeds.route("/feeds/opened.atom")
def opened() -> Response:
    """Answer the feed of datasets that were opened, the latest first."""
    place = Place(
        "ontario_catalogue_search.search",
        "ontario_catalogue_feeds.opened",
        clause="+access_level:open +opened_date:[* TO *]",
    )
    said = tk._("Datasets that are open now, the latest first")
    kind = Kind(said, "opened_date desc, name asc", day="opened_date")
    return _answer(place, tk._("Newly opened datasets"), kind)


@ontario_catalogue_feeds.route("/feeds/votes.atom")
def votes() -> Response:
    """Answer the feed of datasets that are not open and have votes, most votes first."""
    place = Place(
        "ontario_catalogue_search.search",
        "ontario_catalogue_feeds.votes",
        clause="+access_level:(under_review OR restricted) +vote_count:[1 TO *]",
    )
    said = tk._("Datasets that people ask for, most votes first")
    kind = Kind(said, "vote_count desc, name asc", order="votes")
    return _answer(place, tk._("Most voted datasets"), kind)


@ontario_catalogue_feeds.route("/feeds/organization/<id>.atom")
def organization(id: str) -> Response:  # noqa: A002 -- as links to CKAN's own page name it
    """Answer the feed of an organization."""
    shown = shown_group("organization", id)
    return _answer(publisher_place(shown), _title(shown))


@ontario_catalogue_feeds.route("/feeds/group/<id>.atom")
def topic(id: str) -> Response:  # noqa: A002 -- as links to CKAN's own page name it
    """Answer the feed of a topic."""
    shown = shown_group("group", id)
    return _answer(topic_place(shown), _title(shown))


@ontario_catalogue_feeds.route("/feeds/tag/<id>.atom")
def tag(id: str) -> Response:  # noqa: A002 -- as links to CKAN's own page name it
    """Lead to the feed of a search for a tag."""
    return tk.redirect_to("ontario_catalogue_feeds.search", tags=id)


def _answer(place: Place, title: str, kind: Kind | None = None) -> Response:
    told = kind or Kind(tk._("Datasets added or changed, the latest first"))
    given = search_address.read(tk.request.args.items(multi=True))
    wanted = replace(given, rows=ROWS, sort="updated")
    try:
        result = search_page.ask(
            place,
            wanted,
            rows=ROWS,
            start=wanted.start,
            facet="false",
            sort=told.sort,
        )
    except SearchQueryError as err:
        tk.abort(HTTPStatus.BAD_REQUEST, str(err))
    except SearchError:
        tk.abort(HTTPStatus.SERVICE_UNAVAILABLE)
    feed = _feed(place, wanted, title, told, result)
    identifier = _absolute(place.feed_url(wanted))
    return Response(feeds.atom(feed, identifier, clock.now()), content_type=feeds.CONTENT_TYPE)


def _feed(
    place: Place, wanted: Wanted, title: str, kind: Kind, result: dict[str, Any]
) -> feeds.Feed:
    site = tk._("Ontario Data Catalogue")
    return feeds.Feed(
        title=f"{title} – {site}",
        subtitle=kind.subtitle,
        language=f"{search_labels.language()}-CA",
        url=_page_url(place, wanted, wanted.page),
        page_url=_absolute(place.url(replace(wanted, page=1, rows=ROWS, sort=kind.order))),
        author=site,
        links=_links(place, wanted, int(result["count"])),
        entries=[_entry(record, kind.day) for record in result["results"]],
    )


def _links(place: Place, wanted: Wanted, count: int) -> dict[str, str]:
    last = max(1, min(-(-count // ROWS), search_address.MAX_START // ROWS))
    pages = {"first": 1, "previous": wanted.page - 1, "next": wanted.page + 1, "last": last}
    return {
        relation: _page_url(place, wanted, number)
        for relation, number in pages.items()
        if 1 <= number <= last
    }


def _page_url(place: Place, wanted: Wanted, number: int) -> str:
    address = _absolute(place.feed_url(wanted))
    if number == 1:
        return address
    return f"{address}{'&' if '?' in address else '?'}page={number}"


def _entry(record: dict[str, Any], day: str) -> feeds.Entry:
    reader = search_labels.language()
    short = record.get("short_description_translated") or record.get("notes_translated")
    text = pick(short, reader) if isinstance(short, dict) else record.get("notes")
    organization = record.get("organization") or {}
    return feeds.Entry(
        identifier=record["id"],
        title=str(tk.h.dataset_display_name(record)),
        summary=str(tk.h.markdown_extract(text or "", extract_length=_SUMMARY) or ""),
        url=_absolute(str(tk.h.url_for("dataset.read", id=record["name"]))),
        published=feeds.instant(record.get("metadata_created")),
        updated=feeds.instant(record.get(day) or record.get("metadata_modified")),
        author=str(organization.get("title") or ""),
        categories=(record.get("keywords") or {}).get(reader) or [],
    )


def _title(shown: dict[str, Any]) -> str:
    translated = shown.get("title_translated")
    title = pick(translated, search_labels.language()) if isinstance(translated, dict) else None
    return str(title or shown["title"] or shown["name"])


def _absolute(path: str) -> str:
    return urljoin(str(tk.config["ckan.site_url"]).rstrip("/") + "/", path)
