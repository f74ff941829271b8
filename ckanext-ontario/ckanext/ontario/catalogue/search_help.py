"""What to try when a search finds nothing: other spellings, fewer words, fewer filters.

Only asked then, and at most a dozen cheap questions; a search that finds something costs nothing
of this. Everything offered is counted first, so that no offer leads to nothing again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ckan.lib.search import SearchError, SearchQueryError

from ckanext.ontario.catalogue import search_labels, search_words
from ckanext.ontario.catalogue.search_page import Place, SearchPage, ask
from ckanext.ontario.shared.search_address import FACETS, Wanted

_FIELDS = ["title_en", "title_fr", "keywords_en", "keywords_fr"]
_SAMPLE = 20
MAX_FILTERS = 5
"""How many filters are tried without, the last named first."""


@dataclass(frozen=True)
class Offer:
    """Another search that finds something."""

    label: str
    url: str
    count: int


@dataclass(frozen=True)
class Help:
    """Searches that find something, by how they differ from the one that did not.

    Attributes:
        levels: the same search at other access levels.
        publisher: name of the only selected organization; it can be asked.
    """

    spelling: Sequence[Offer] = ()
    levels: Sequence[Offer] = ()
    fewer_words: Sequence[Offer] = ()
    fewer_filters: Sequence[Offer] = ()
    publisher: str = ""


def help_for(place: Place, page: SearchPage) -> Help:
    """Return what to try instead of a search that found nothing."""
    wanted = replace(page.wanted, page=1)
    chosen_publishers = wanted.chosen.get("organization", ())
    return Help(
        spelling=_spelling(place, wanted),
        levels=_levels(place, page),
        fewer_words=_fewer_words(place, wanted),
        fewer_filters=_fewer_filters(place, wanted),
        publisher=chosen_publishers[0] if len(chosen_publishers) == 1 else "",
    )


def _levels(place: Place, page: SearchPage) -> list[Offer]:
    """Return the other access levels; their counts came with the search itself."""
    if not page.wanted.chosen.get("access_level"):
        return []
    return [
        Offer(value.label, place.url(page.wanted.having("access_level", value.name)), value.count)
        for facet in page.facets
        if facet.name == "access_level"
        for value in facet.values
        if value.count and not value.chosen
    ]


def _spelling(place: Place, wanted: Wanted) -> list[Offer]:
    like = search_words.similar(wanted.q)
    if like is None:
        return []
    # Without the filters: the right spelling is worth knowing even where they leave nothing.
    unfiltered = replace(wanted, q=like, chosen={})
    try:
        sample = ask(place, unfiltered, rows=_SAMPLE, fl=_FIELDS, facet="false")["results"]
    except SearchQueryError:
        return []
    known = [
        text
        for record in sample
        for value in record.values()
        for text in (value if isinstance(value, list) else [value])
    ]
    better = search_words.respelled(wanted.q, known)
    if not better:
        return []
    offers = [_offer(place, replace(wanted, q=better), better)]
    if not any(offers) and wanted.chosen:
        offers = [_offer(place, replace(wanted, q=better, chosen={}), better)]
    return [one for one in offers if one]


def _fewer_words(place: Place, wanted: Wanted) -> list[Offer]:
    texts = search_words.shorter(wanted.q)
    offers = [_offer(place, replace(wanted, q=text), text) for text in texts]
    return sorted((one for one in offers if one), key=lambda one: -one.count)


def _fewer_filters(place: Place, wanted: Wanted) -> list[Offer]:
    titles = search_labels.titles()
    # Other access levels are offered one by one.
    names = [name for name in wanted.chosen if name != "access_level" or name not in FACETS]
    offers = [
        _offer(place, wanted.without(name), titles[name]) for name in names[::-1][:MAX_FILTERS]
    ]
    return [one for one in offers if one]


def _offer(place: Place, wanted: Wanted, label: str) -> Offer | None:
    try:
        count = int(ask(place, wanted, rows=0, facet="false")["count"])
    except (SearchQueryError, SearchError):
        return None
    return Offer(label, place.url(wanted), count) if count else None
