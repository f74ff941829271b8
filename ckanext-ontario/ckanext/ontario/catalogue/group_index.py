"""The lists of organizations and topics: by kind, A to Z, with the records the reader may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.ontario.catalogue import group_names, search_labels
from ckanext.ontario.catalogue.search_words import fold
from ckanext.ontario.shared.bilingual import LANGUAGES
from ckanext.ontario.shared.collation import sort_key

MAX_TEXT = 200
_COUNTED = {"organization": "organization", "group": "groups"}
_MAX_GROUPS = 1_000


@dataclass(frozen=True)
class Entry:
    """One organization or topic; ``language`` is that of its title."""

    title: str
    language: str
    acronym: str
    description: str
    url: str
    count: int


@dataclass(frozen=True)
class Section:
    """Entries of one kind; without a title it is the only section."""

    key: str
    title: str
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Index:
    """A list of organizations or topics.

    Attributes:
        kind: ``organization`` or ``group``.
        q: what the list was narrowed by.
        action: address of the list.
    """

    kind: str
    q: str
    action: str
    sections: Sequence[Section]
    count: int


def index(kind: str, typed: str) -> Index:
    """Return the list, narrowed to names that hold what was typed, whatever case and accents.

    Raises:
        SearchError: when Solr does not answer.
    """
    text = " ".join(typed[:MAX_TEXT].split())
    counts = _counts(_COUNTED[kind])
    listed = [one for one in group_names.listed(kind) if _holds(one, fold(text))]
    labels = search_labels.choices().get("category", {}) if kind == "organization" else {}
    by_key: dict[str, list[group_names.Listed]] = {key: [] for key in [*labels, ""]}
    for one in listed:
        by_key[one.category if one.category in by_key else ""].append(one)
    sections = [
        Section(key, _heading(key) if kind == "organization" else "", _entries(kind, own, counts))
        for key, own in by_key.items()
        if own
    ]
    endpoint = "organizations" if kind == "organization" else "topics"
    action = str(tk.h.url_for(f"ontario_catalogue_search.{endpoint}"))
    return Index(kind, text, action, sections, len(listed))


def _heading(key: str) -> str:
    headings = {
        "ministry": tk._("Ministries"),
        "agency": tk._("Agencies"),
        "crown_corporation": tk._("Crown corporations"),
    }
    return headings.get(key) or tk._("Other organizations")


def _entries(
    kind: str, listed: Sequence[group_names.Listed], counts: dict[str, int]
) -> list[Entry]:
    reader = search_labels.language()
    entries = [_entry(kind, one, counts.get(one.name, 0), reader) for one in listed]
    return sorted(entries, key=lambda one: sort_key(one.title, reader))


def _entry(kind: str, one: group_names.Listed, count: int, reader: str) -> Entry:
    code = next((c for c in (reader, *LANGUAGES) if one.titles.get(c)), reader)
    endpoint = "organization" if kind == "organization" else "topic"
    description = one.descriptions.get(reader, "")
    return Entry(
        title=one.titles.get(code) or one.name,
        language=code,
        acronym=one.acronym,
        description=str(tk.h.markdown_extract(description, extract_length=200)),
        url=str(tk.h.url_for(f"ontario_catalogue_search.{endpoint}", id=one.name)),
        count=count,
    )


def _holds(one: group_names.Listed, folded: str) -> bool:
    texts = (one.name, *one.titles.values(), one.acronym, *one.former_names)
    return any(folded in fold(text) for text in texts)


def _counts(field: str) -> dict[str, int]:
    context = Context(user=tk.current_user.name, auth_user_obj=tk.current_user)
    query = {
        "fq": "+dataset_type:dataset",
        "rows": 0,
        "facet.field": [field],
        "facet.limit": _MAX_GROUPS,
        "include_private": True,
    }
    return dict(tk.get_action("package_search")(context, query)["facets"].get(field, {}))
