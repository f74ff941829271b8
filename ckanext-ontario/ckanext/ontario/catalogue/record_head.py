"""What the pages of a record and of its files share: titles, addresses, summary, citation.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ckanext.ontario.catalogue.citation import Citation, Source, citation_of
from ckanext.ontario.catalogue.record_reader import Publisher, Reader
from ckanext.ontario.catalogue.record_text import Text, date_of, text_of
from ckanext.ontario.shared.bilingual import LANGUAGES

SUMMARY_LENGTH = 200
"""Characters of the summary that search engines and social media are given."""


@dataclass(frozen=True)
class Link:
    """Words that lead somewhere."""

    text: str
    address: str
    lang: str = ""
    """The words' language where that is not the reader's."""


@dataclass(frozen=True)
class RecordHead:
    """What the pages of a record and of its files share."""

    name: str
    title: Text
    page: str
    state: str
    ministry: Link | None
    canonical: str
    alternates: tuple[Link, ...]
    """Language → full address of the page in it."""
    summary: str


def title_of(record: Mapping[str, Any], language: str) -> Text:
    """Return a record's title; its address when it has none."""
    plain = str(record.get("title") or record.get("name") or "")
    return text_of(record.get("title_translated"), language) or Text(plain)


def head_of(
    record: Mapping[str, Any],
    publisher: Publisher,
    reader: Reader,
    resource: Mapping[str, Any] | None = None,
) -> RecordHead:
    """Return what the pages share; for a file's page, ``resource`` is that file."""
    name = str(record.get("name") or "")
    addresses = reader.addresses
    title = title_of(record, reader.language)
    ministry = text_of(publisher.title, reader.language)
    page = addresses.record(name)
    here = addresses.resource(name, str(resource.get("id") or "")) if resource else page
    path = here.removeprefix(addresses.prefix)
    alternates = tuple(
        Link(code, addresses.site + ("" if code == LANGUAGES[0] else f"/{code}") + path)
        for code in LANGUAGES
    )
    canonical = next(link.address for link in alternates if link.text == reader.language)
    texts: Mapping[str, Any] = resource or {}
    return RecordHead(
        name=name,
        title=title,
        page=page,
        state=str(record.get("state") or "active"),
        ministry=(
            Link(ministry.value, addresses.organization(publisher.name), ministry.lang)
            if ministry
            else None
        ),
        canonical=canonical,
        alternates=alternates,
        summary=_summary(
            text_of(texts.get("description_translated"), reader.language)
            or text_of(record.get("short_description_translated"), reader.language)
            or notes_of(record, reader.language)
        ),
    )


def _summary(text: Text | None) -> str:
    words = " ".join((text.value if text else "")[: SUMMARY_LENGTH * 4].split())
    if len(words) <= SUMMARY_LENGTH:
        return words
    return words[:SUMMARY_LENGTH].rsplit(" ", 1)[0] + "\N{HORIZONTAL ELLIPSIS}"


def notes_of(record: Mapping[str, Any], language: str) -> Text | None:
    """Return a record's description; CKAN's own where there is none in two languages."""
    plain = str(record.get("notes") or "").strip()
    return text_of(record.get("notes_translated"), language) or (Text(plain) if plain else None)


def last_update(record: Mapping[str, Any]) -> date | None:
    """Return the latest day on which any of a record's files changed."""
    days = (date_of(one.get("data_last_updated")) for one in record.get("resources") or ())
    return max((day for day in days if day), default=None)


def cited(record: Mapping[str, Any], publisher: Publisher, reader: Reader) -> Citation:
    """Return how to cite a record, in the reader's language."""
    return citation_of(_source(record, head_of(record, publisher, reader), publisher, reader))


def _source(
    record: Mapping[str, Any], head: RecordHead, publisher: Publisher, reader: Reader
) -> Source:
    language = reader.language
    title = text_of(publisher.title, language)
    words = record.get("keywords")
    day = next(
        (
            day
            for value in (
                last_update(record),
                *(record.get(key) for key in ("opened_date", "date_created", "metadata_modified")),
            )
            if (day := date_of(value))
        ),
        None,
    )
    return Source(
        name=head.name,
        title=head.title.value,
        author=title.value if title else "",
        address=head.canonical,
        language=language,
        day=day,
        keywords=list((words or {}).get(language) or ()) if isinstance(words, Mapping) else (),
        summary=head.summary,
    )
