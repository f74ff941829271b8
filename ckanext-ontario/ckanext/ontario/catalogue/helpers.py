"""Template helpers of the search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.catalogue import search_labels
from ckanext.ontario.shared.bilingual import LANGUAGES, Said

__all__ = ["ontario_catalogue_item"]

_LENGTH = 220


@dataclass(frozen=True)
class Text:
    """A text and its language; ``foreign`` names that language when it is not the reader's."""

    text: str
    language: str
    foreign: str = ""


@dataclass(frozen=True)
class Item:
    """A record in a list of results."""

    title: Text
    notes: Text | None
    publisher: Said
    access_level: str
    access: str
    inactive: bool
    formats: tuple[str, ...]
    updated: str


def ontario_catalogue_item(package: Mapping[str, Any]) -> Item:
    """Return what a list of results says of a record, in the reader's language.

    ``updated`` is the latest update of its data, else of its description (ISO 8601).
    """
    labels = search_labels.choices().get("access_level", {})
    level = str(package.get("access_level") or "")
    resources = package.get("resources") or ()
    dates = [str(one["data_last_updated"]) for one in resources if one.get("data_last_updated")]
    return Item(
        title=_shown(package.get("title_translated"), package.get("title"))
        or Text(str(package.get("name")), "en"),
        notes=_notes(package),
        publisher=tk.h.ontario_schema_publisher(package.get("organization")),
        access_level=level,
        access=labels.get(level, ""),
        inactive=package.get("record_status") == "inactive",
        formats=tuple(dict.fromkeys(str(one["format"]) for one in resources if one.get("format"))),
        updated=max(dates, default=str(package.get("metadata_modified") or "")),
    )


def _notes(package: Mapping[str, Any]) -> Text | None:
    short = _shown(package.get("short_description_translated"), "")
    long = _shown(package.get("notes_translated"), package.get("notes"))
    # A short text in the other language says less than a long one in the reader's.
    best = long if long and (not short or (short.foreign and not long.foreign)) else short
    if best is None:
        return None
    extract = str(tk.h.markdown_extract(best.text, extract_length=_LENGTH) or "")
    return Text(extract, best.language, best.foreign) if extract else None


def _shown(translated: Any, plain: Any) -> Text | None:
    reader = search_labels.language()
    texts = translated if isinstance(translated, Mapping) else {}
    for code in (reader, *LANGUAGES):
        if texts.get(code):
            return Text(str(texts[code]), code, "" if code == reader else _in_words(code))
    return Text(str(plain), reader) if plain else None


def _in_words(code: str) -> str:
    return tk._("in French") if code == "fr" else tk._("in English")
