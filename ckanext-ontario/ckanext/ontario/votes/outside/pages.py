"""Pages of votes, ready to be rendered: the ranking, its filters, counts in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context
from flask import session

from ckanext.ontario.shared.bilingual import language_of, pick
from ckanext.ontario.shared.errors import in_words
from ckanext.ontario.votes import wording

ROWS = 20
"""Records on a page of the ranking."""

MOST_PAGES = 10_000

FILTERS = ("organization", "topic", "access_level", "since")
"""Parameters of the ranking's address, as the action names them."""

_DECLINED = "ontario_votes_declined"
_MOST_CHOICES = 500


@dataclass(frozen=True)
class Row:
    """One record of the ranking, in the reader's language.

    ``foreign`` is the title's language when it is not the reader's; ``change`` is what the last 30
    days brought, ``answer`` what the ministry said last.
    """

    rank: int
    votes: int
    change: int
    title: str
    foreign: str
    address: str
    ministry: str
    topics: tuple[str, ...]
    access_level: str
    access: str
    exemption: str
    planned: str
    words: str
    answer: str


@dataclass(frozen=True)
class Option:
    """One choice of a filter."""

    value: str
    label: str
    selected: bool


@dataclass(frozen=True)
class RankingPage:
    """The ranking.

    Attributes:
        filtered: whether the address asks for less than everything.
        table: addresses of the same ranking as CSV, by language of its headers.
        error: why the address was not understood, in words.
    """

    rows: Sequence[Row]
    count: int
    ministries: Sequence[Option]
    topics: Sequence[Option]
    levels: Sequence[Option]
    since: str
    filtered: bool
    table: Mapping[str, str]
    previous: str = ""
    following: str = ""
    error: str = ""


def language() -> str:
    """Return the reader's language: ``en`` or ``fr``."""
    return language_of(str(tk.h.lang()))


def levels() -> dict[str, str]:
    """Return the names of access levels in the reader's language."""
    return {
        "under_review": tk._("Under review"),
        "restricted": tk._("Restricted"),
        "open": tk._("Open"),
    }


def words(count_user: int, count_anonymous: int) -> str:
    """Return counts in words: of accounts and of browsers apart."""
    both = count_user + count_anonymous
    if not both:
        return tk._("No votes yet.")
    return " ".join(
        (
            tk.ungettext("{number} vote:", "{number} votes:", both),
            tk.ungettext("{user} with an account,", "{user} with accounts,", count_user),
            tk.ungettext("{other} without.", "{other} without.", count_anonymous),
        )
    ).format(number=_n(both), user=_n(count_user), other=_n(count_anonymous))


def declined() -> bool:
    """Say whether the reader does not want this browser's votes to move, in this session."""
    return bool(session.get(_DECLINED))


def decline() -> None:
    """Ask no more in this session."""
    session[_DECLINED] = True


def row(found: Mapping[str, Any], ministries: Mapping[str, str] | None = None) -> Row:
    """Return a record of ``ontario_vote_ranking`` in the reader's language.

    Args:
        found: what the action said of it.
        ministries: titles of ministries in that language, by name.
    """
    owner = found["organization"]
    title, foreign = _title(found)
    exemption = str(found.get("exemption") or "none")
    level = str(found.get("access_level") or "")
    topics = _choices("topics", language())
    answered = found.get("response")
    return Row(
        rank=int(found["rank"]),
        votes=int(found["votes"]),
        change=int(found["change"]),
        title=title,
        foreign=foreign,
        address=str(tk.h.url_for("dataset.read", id=found["name"])),
        ministry=str((ministries or {}).get(owner.get("name")) or owner.get("title") or ""),
        topics=tuple(topics.get(str(one), str(one)) for one in found.get("topics") or ()),
        access_level=level,
        access=levels().get(level, level),
        exemption=_exemption(exemption),
        planned=str(found.get("planned_release_date") or ""),
        words=words(int(found["count_user"]), int(found["count_anonymous"])),
        answer=wording.kinds()[answered["kind"]] if answered else "",
    )


def ranking(caller: Context, asked: Mapping[str, str], number: int) -> RankingPage:
    """Return a page of the ranking.

    Args:
        caller: context of the reader.
        asked: those of :data:`FILTERS` that the address has.
        number: of the page, from 1.

    Raises:
        SearchError: when Solr does not answer.
    """
    choices = _facets(caller)
    error = ""
    found: dict[str, Any] = {"count": 0, "results": []}
    query = {**asked, "limit": ROWS, "offset": (number - 1) * ROWS}
    try:
        found = tk.get_action("ontario_vote_ranking")(caller, query)
    except tk.ValidationError as err:
        error = " ".join(in_words(err).values())
    more = number * ROWS < found["count"]
    return RankingPage(
        rows=tuple(row(one, choices.get("organization")) for one in found["results"]),
        count=found["count"],
        ministries=_options(choices.get("organization", {}), asked.get("organization", "")),
        topics=_options(choices.get("groups", {}), asked.get("topic", "")),
        levels=_options(levels(), asked.get("access_level", "")),
        since=asked.get("since", ""),
        filtered=bool(asked),
        table={
            code: str(tk.h.url_for("ontario_votes.table", headers=code, **asked))
            for code in ("en", "fr")
        },
        previous=_page(asked, number - 1) if number > 1 else "",
        following=_page(asked, number + 1) if more else "",
        error=error,
    )


def ministries(caller: Context, chosen: str = "") -> Sequence[Option]:
    """Return the ministries and agencies that have records, A to Z."""
    return _options(_facets(caller).get("organization", {}), chosen)


def _page(asked: Mapping[str, str], number: int) -> str:
    more = {"page": str(number)} if number > 1 else {}
    return str(tk.h.url_for("ontario_votes.ranking", **asked, **more))


def _facets(caller: Context) -> dict[str, dict[str, str]]:
    """Return names and titles of ministries and topics with records; one search for both."""
    query = {
        "rows": 0,
        "fq": "+dataset_type:dataset",
        "facet.field": ["organization", "groups"],
        "facet.limit": _MOST_CHOICES,
    }
    found = tk.get_action("package_search")(caller, query)["search_facets"]
    return {
        facet: {one["name"]: str(one["display_name"]) for one in content["items"]}
        for facet, content in found.items()
    }


def _options(labels: Mapping[str, str], chosen: str) -> list[Option]:
    known = {**labels} if not chosen or chosen in labels else {**labels, chosen: chosen}
    made = [Option(value, label, value == chosen) for value, label in known.items()]
    return sorted(made, key=lambda one: one.label.casefold())


def _title(found: Mapping[str, Any]) -> tuple[str, str]:
    texts, reader = found["title"], language()
    if texts.get(reader):
        return str(texts[reader]), ""
    other = next((code for code, text in texts.items() if text), "")
    return (str(texts[other]), other) if other else (str(found["name"]), "")


def _exemption(value: str) -> str:
    labels = _choices("exemption", language())
    return "" if value == "none" else labels.get(value, value)


@cache
def _choices(field: str, reader: str) -> Mapping[str, str]:
    # Once for each process and language: the schema is read at start-up and never changes.
    schema = tk.h.scheming_get_dataset_schema("dataset") or {}
    named = (one for one in schema.get("dataset_fields", ()) if one["field_name"] == field)
    return {
        str(choice["value"]): str(pick(choice["label"], reader) or choice["value"])
        for one in named
        for choice in tk.h.scheming_field_choices(one) or ()
        if isinstance(choice["label"], Mapping)
    }


def _n(number: int) -> str:
    return str(tk.h.localised_number(number))
