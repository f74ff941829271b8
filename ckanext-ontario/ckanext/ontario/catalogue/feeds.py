"""Atom feeds of searches, organizations and topics, in the reader's language.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from feedgen.feed import FeedGenerator

CONTENT_TYPE = "application/atom+xml; charset=utf-8"


@dataclass(frozen=True)
class Entry:
    """One record of a feed. ``identifier`` is the record's UUID, which never changes."""

    identifier: str
    title: str
    summary: str
    url: str
    published: datetime
    updated: datetime
    author: str
    categories: Sequence[str] = ()


@dataclass(frozen=True)
class Feed:
    """A feed. ``links`` are the addresses of other pages of it, by relation."""

    title: str
    subtitle: str
    language: str
    url: str
    page_url: str
    author: str
    links: Mapping[str, str] = field(default_factory=dict[str, str])
    entries: Sequence[Entry] = ()


def atom(feed: Feed, identifier: str, now: datetime) -> bytes:
    """Return a feed as Atom (RFC 4287).

    Args:
        feed: what it holds.
        identifier: the feed's own, the same for every page and for ever.
        now: when it was made; shown as its date when it holds nothing.
    """
    made: Any = FeedGenerator()
    made.id(identifier)
    made.title(_clean(feed.title))
    made.subtitle(_clean(feed.subtitle))
    made.language(feed.language)
    made.author({"name": _clean(feed.author)})
    made.updated(max((one.updated for one in feed.entries), default=now))
    made.link(href=feed.url, rel="self", type="application/atom+xml")
    made.link(href=feed.page_url, rel="alternate", type="text/html", hreflang=feed.language)
    for relation, url in feed.links.items():
        made.link(href=url, rel=relation)
    for one in feed.entries:
        _add(made, one)
    return bytes(made.atom_str(pretty=True))


def instant(text: str | None) -> datetime:
    """Return CKAN's date-time, which is UTC without saying so; the epoch when there is none."""
    try:
        moment = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        moment = datetime.fromtimestamp(0, timezone.utc)
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _add(made: Any, one: Entry) -> None:
    entry = made.add_entry(order="append")
    entry.id(f"urn:uuid:{one.identifier}")
    entry.title(_clean(one.title))
    entry.summary(_clean(one.summary))
    entry.link(href=one.url, rel="alternate", type="text/html")
    entry.published(one.published)
    entry.updated(one.updated)
    if one.author:
        entry.author({"name": _clean(one.author)})
    for word in one.categories:
        entry.category(term=_clean(word))


def _clean(text: str) -> str:
    """Return ``text`` without what XML can't carry."""
    return "".join(
        one for one in text if one in "\t\n" or unicodedata.category(one) not in {"Cc", "Cs", "Cn"}
    )
