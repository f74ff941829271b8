"""The address of a search page: what it says, and how a link to another search is written.

An address is a promise: a saved one shows the same search for years. So it names what is
selected, word for word, in parameters that older portals used too (``organization=``,
``res_format=``, ``q=``, ``sort=``). What an address can't mean is left out and reported, never
guessed.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

KEYWORDS = ("keywords_en", "keywords_fr")

FACETS = (
    "access_level",
    "organization",
    "groups",
    *KEYWORDS,
    "res_format",
    "update_frequency",
    "license_id",
    "asset_type",
    "jurisdiction",
    "category",
)
"""Fields with a list of values and counts; also the names of their parameters."""

FILTERS = (*FACETS, "tags", "record_status", "exemption", "geographic_granularity")
"""Every field an address may select by. Those without a list show as pills only."""

ALIASES = {"topics": "groups", "topic": "groups", "ministry": "organization"}
"""Other names of parameters."""

OPEN = ("open",)
ANY = "any"
"""``access_level=any`` says that no access level is selected."""

SORTS: Mapping[str, str] = {
    "relevance": "score desc, metadata_modified desc",
    "title": "title_sort_{language} asc, name asc",
    "title_desc": "title_sort_{language} desc, name desc",
    "updated": "metadata_modified desc",
    "added": "metadata_created desc",
    "votes": "vote_count desc, score desc, metadata_modified desc",
}
"""Orders of the results, as addresses and Solr name them."""

RELEVANCE = "relevance"

_OLD_SORTS = {
    "score": "relevance",
    "title_string": "title",
    "title": "title",
    "name": "title",
    "title_sort_en": "title",
    "title_sort_fr": "title",
    "metadata_modified": "updated",
    "metadata_created": "added",
    "vote_count": "votes",
}
"""Fields by which older addresses sort."""

PAGE_SIZES = (20, 50, 100)

MAX_TEXT = 1_000
"""Signs of a typed text; Solr is never given more."""

MAX_VALUE = 200
MAX_VALUES = 50
"""Signs of one selected value, and how many of one field."""

MAX_START = 100_000
"""No page begins beyond this record: Solr collects all that come before."""

_PRIVATE = ("_", "ext_", "utm_")
"""Parameters that are nobody's filter: CKAN's own, and those of campaigns."""

_SILENT = frozenset({"fbclid", "gclid", "msclkid", "id", "facet.limit"})

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Wanted:
    """A search as an address says it.

    Attributes:
        q: the typed text.
        chosen: selected values by field; only fields with some.
        sort: a key of :data:`SORTS`.
        rows: records on a page, one of :data:`PAGE_SIZES`.
        page: from 1.
        preselected: whether the page selected open data by itself.
        ignored: parameters, or values of them, that mean nothing here.
    """

    q: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    sort: str = RELEVANCE
    rows: int = PAGE_SIZES[0]
    page: int = 1
    preselected: bool = False
    ignored: tuple[str, ...] = ()

    @property
    def start(self) -> int:
        """The number of records before this page."""
        return (self.page - 1) * self.rows

    def without(self, name: str, value: str | None = None) -> Wanted:
        """Return the search without a selected value, or without any of that field."""
        kept = tuple(one for one in self.chosen.get(name, ()) if value not in (None, one))
        rest = {key: values for key, values in self.chosen.items() if key != name}
        return replace(self, chosen={**rest, name: kept} if kept else rest, page=1)

    def having(self, name: str, value: str) -> Wanted:
        """Return the search with only that value of the field selected."""
        return replace(self, chosen={**self.chosen, name: (value,)}, page=1)


def read(given: Iterable[tuple[str, str]], *, preselect: bool = False) -> Wanted:
    """Return the search that a query string asks for; never fails.

    Args:
        given: names and values of the query string, in order, names repeated as they come.
        preselect: whether an address that names no search shows open data.
    """
    chosen: dict[str, list[str]] = {}
    single: dict[str, str] = {}
    ignored: list[str] = []
    for raw_name, raw_value in given:
        name = ALIASES.get(raw_name, raw_name)
        value = raw_value.strip()
        if name in FILTERS:
            _choose(chosen, ignored, name, value)
        elif name in {"q", "sort", "rows", "page"}:
            single.setdefault(name, value)
        elif not name.startswith(_PRIVATE) and name not in _SILENT and value:
            ignored.append(_short(name))
    bare = preselect and not chosen and not single
    if ANY in chosen.get("access_level", ()):
        del chosen["access_level"]
    if bare:
        chosen["access_level"] = list(OPEN)
    text, sort = _text(single.get("q", "")), _sort(single.get("sort", ""))
    rows = _number(single.get("rows", ""), PAGE_SIZES[0])
    rows = rows if rows in PAGE_SIZES else PAGE_SIZES[0]
    page = min(max(_number(single.get("page", ""), 1), 1), MAX_START // rows)
    told = _told(single, sort, rows, page)
    return Wanted(
        q=text,
        chosen={name: tuple(chosen[name]) for name in FILTERS if chosen.get(name)},
        sort=sort or RELEVANCE,
        rows=rows,
        page=page,
        preselected=bare,
        ignored=tuple(dict.fromkeys([*ignored, *told])),
    )


def pairs(wanted: Wanted, *, preselect: bool = False) -> Pairs:
    """Return the query string of a search, as names and values in a fixed order.

    With ``preselect`` a search that selects nothing says so (``access_level=any``), because an
    address that says nothing would show open data.
    """
    found: Pairs = [("q", wanted.q)] if wanted.q else []
    found += [(name, one) for name in FILTERS for one in wanted.chosen.get(name, ())]
    if wanted.sort != RELEVANCE:
        found.append(("sort", wanted.sort))
    if wanted.rows != PAGE_SIZES[0]:
        found.append(("rows", str(wanted.rows)))
    if wanted.page > 1:
        found.append(("page", str(wanted.page)))
    return found or ([("access_level", ANY)] if preselect else [])


def solr_sort(sort: str, language: str) -> str:
    """Return Solr's name of an order for a reader of ``language``."""
    return SORTS[sort].format(language=language)


def _choose(chosen: dict[str, list[str]], ignored: list[str], name: str, value: str) -> None:
    values = chosen.setdefault(name, [])
    if not value or value in values:
        return
    if len(value) > MAX_VALUE or len(values) >= MAX_VALUES or value != _printable(value):
        ignored.append(f"{name}={_short(value)}")
    else:
        values.append(value)


def _told(single: Mapping[str, str], sort: str | None, rows: int, page: int) -> list[str]:
    """Return ``name=value`` of what was given and not taken as it stands."""
    differs = {
        "q": len(single.get("q", "")) > MAX_TEXT,
        "sort": sort is None,
        "rows": single.get("rows", "") not in {"", str(rows)},
        "page": single.get("page", "") not in {"", str(page)},
    }
    return [f"{name}={_short(single[name])}" for name, no in differs.items() if no]


def _sort(given: str) -> str | None:
    """Return the key of an order; ``None`` when there is no such order."""
    if not given or given in SORTS:
        return given or RELEVANCE
    parts = given.split(",", maxsplit=1)[0].lower().split()
    key = _OLD_SORTS.get(parts[0]) if parts else None
    backwards = len(parts) > 1 and parts[1] == "desc"
    return "title_desc" if key == "title" and backwards else key


def _text(given: str) -> str:
    return " ".join(_printable(given[:MAX_TEXT]).split())


def _printable(text: str) -> str:
    """Return ``text`` with a space for every sign that nobody types: controls, lone surrogates."""
    return "".join(" " if unicodedata.category(one) in {"Cc", "Cs"} else one for one in text)


def _number(given: str, otherwise: int) -> int:
    digits = given.lstrip("0") or given[-1:]
    if not (digits.isascii() and digits.isdigit()):
        return otherwise
    return int(digits) if len(digits) < len(str(MAX_START)) + 3 else MAX_START


def _short(text: str) -> str:
    shown = " ".join(_printable(text[:60]).split())
    return f"{shown}…" if len(text) > len(shown) + 1 else shown
