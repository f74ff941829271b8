"""The pages of a record and of one of its files, ready to be rendered.

Pure: imports neither CKAN nor SQLAlchemy. Everything a template shows is decided here; it asks
nobody anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.ontario.catalogue import record_words
from ckanext.ontario.catalogue.citation import Citation
from ckanext.ontario.catalogue.record_access import (
    Access,
    Contact,
    Licence,
    access_of,
    contact_of,
    licence_of,
)
from ckanext.ontario.catalogue.record_details import Detail, details
from ckanext.ontario.catalogue.record_head import (
    Link,
    RecordHead,
    cited,
    head_of,
    last_update,
    notes_of,
)
from ckanext.ontario.catalogue.record_reader import HarvestSource, Publisher, Reader
from ckanext.ontario.catalogue.record_resources import (
    ResourceRow,
    ResourceSection,
    is_ours,
    kind_of,
    period_shown,
    row_of,
    sections,
)
from ckanext.ontario.catalogue.record_snippets import (
    ROWS,
    Snippet,
    Wanted,
    file_name,
    snippets,
)
from ckanext.ontario.catalogue.record_text import (
    Day,
    Text,
    date_of,
    day_of,
    day_of_instant,
    text_of,
)
from ckanext.ontario.shared.bilingual import LANGUAGES

MOST_KEYWORDS = 60
"""How many keywords are shown."""


@dataclass(frozen=True)
class Translation:
    """The page in the other language."""

    code: str
    title: str
    address: str


@dataclass(frozen=True)
class RecordPage:
    """A dataset's page."""

    head: RecordHead
    short: Text | None
    notes: Text | None
    translation: Translation | None
    access: Access
    licence: Licence
    contact: Contact
    sections: tuple[ResourceSection, ...]
    period: str
    frequency: str
    validated: Day | None
    coverage: Text | None
    data_updated: Day | None
    created: Day | None
    modified: Day | None
    keywords: tuple[Link, ...]
    keywords_lang: str
    topics: tuple[Link, ...]
    details: tuple[Detail, ...]
    internal_details: tuple[Detail, ...]
    citation: Citation
    bibtex: str
    ris: str
    snippets: tuple[Snippet, ...]
    token_page: str
    may_edit: bool

    @property
    def files(self) -> int:
        """How many files there are."""
        return sum(section.count for section in self.sections)


@dataclass(frozen=True)
class ResourcePage:
    """A file's page."""

    head: RecordHead
    row: ResourceRow
    description: Text | None
    format_explained: str
    format_open: bool
    available: Day | None
    media_type: str
    checksum: str
    access: Access
    licence: Licence
    siblings: tuple[ResourceSection, ...]
    snippets: tuple[Snippet, ...]
    token_page: str
    may_edit: bool


@dataclass(frozen=True)
class Rights:
    """What the reader may do and see, and where a token is made (empty on the public portal)."""

    may_edit: bool = False
    token_page: str = ""
    source: HarvestSource | None = None
    """The record's harvest source, where the reader may see it."""


def record_page(
    record: Mapping[str, Any], publisher: Publisher, reader: Reader, rights: Rights
) -> RecordPage:
    """Return a dataset's page.

    Args:
        record: as ``package_show`` gives it to the reader.
        publisher: its organization.
        reader: who reads.
        rights: what the reader may do.
    """
    language = reader.language
    name = str(record.get("name") or "")
    head = head_of(record, publisher, reader)
    keywords, keywords_lang = _keywords(record, reader)
    return RecordPage(
        head=head,
        short=text_of(record.get("short_description_translated"), language),
        notes=notes_of(record, language),
        translation=_translation(record, reader),
        access=access_of(record, reader),
        licence=licence_of(record, reader),
        contact=contact_of(record, publisher, reader),
        sections=sections(_resources(record), name, reader),
        period=period_shown(*_dates(record), language),
        frequency=reader.label("update_frequency", record.get("update_frequency")),
        validated=day_of(record.get("current_as_of"), language),
        coverage=text_of(record.get("geographic_coverage_translated"), language),
        data_updated=day_of(last_update(record), language),
        created=day_of_instant(record.get("metadata_created"), language),
        modified=day_of_instant(record.get("metadata_modified"), language),
        keywords=keywords,
        keywords_lang=keywords_lang,
        topics=tuple(_topics(record, reader)),
        details=details(record, reader, internal=False),
        internal_details=details(record, reader, internal=True, source=rights.source),
        citation=cited(record, publisher, reader),
        bibtex=f"{head.page}/citation.bib",
        ris=f"{head.page}/citation.ris",
        snippets=snippets(_wanted(record, _example(record), reader), language),
        token_page=rights.token_page,
        may_edit=rights.may_edit,
    )


def resource_page(
    record: Mapping[str, Any],
    resource: Mapping[str, Any],
    publisher: Publisher,
    reader: Reader,
    rights: Rights,
) -> ResourcePage:
    """Return the page of one file of a record; arguments as of :func:`record_page`."""
    name = str(record.get("name") or "")
    head = head_of(record, publisher, reader, resource)
    row = row_of(resource, name, reader)
    return ResourcePage(
        head=head,
        row=row,
        description=text_of(resource.get("description_translated"), reader.language),
        format_explained=record_words.explained("format", row.format, reader.language),
        format_open=row.format in reader.schema.open_formats,
        available=day_of(resource.get("publically_available_date"), reader.language),
        media_type=str(resource.get("mimetype") or ""),
        checksum=str(resource.get("hash") or ""),
        access=access_of(record, reader),
        licence=licence_of(record, reader),
        siblings=sections(_resources(record), name, reader),
        snippets=snippets(_wanted(record, resource, reader), reader.language),
        token_page=rights.token_page,
        may_edit=rights.may_edit,
    )


def _translation(record: Mapping[str, Any], reader: Reader) -> Translation | None:
    """Return the page in the other language, when the record is written in it."""
    other = next(code for code in LANGUAGES if code != reader.language)
    title = text_of(record.get("title_translated"), other)
    if title is None or title.lang:
        return None
    path = reader.addresses.record(str(record.get("name") or ""))
    bare = path.removeprefix(reader.addresses.prefix)
    # English is the language of addresses that name none; a cookie or header never decides.
    return Translation(other, title.value, bare if other == LANGUAGES[0] else f"/{other}{bare}")


def _resources(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(record.get("resources") or ())


def _dates(record: Mapping[str, Any]) -> tuple[Any, Any]:
    return date_of(record.get("date_range_start")), date_of(record.get("date_range_end"))


def _keywords(record: Mapping[str, Any], reader: Reader) -> tuple[tuple[Link, ...], str]:
    """Return keywords that lead to searches, and their language when it is not the reader's."""
    written = record.get("keywords")
    words: Mapping[str, Any] = written if isinstance(written, Mapping) else {}
    code = next((one for one in (reader.language, *LANGUAGES) if words.get(one)), reader.language)
    links = tuple(
        Link(str(word), reader.addresses.search(**{f"keywords_{code}": str(word)}))
        for word in list(words.get(code) or ())[:MOST_KEYWORDS]
    )
    return links, "" if code == reader.language else code


def _topics(record: Mapping[str, Any], reader: Reader) -> Iterator[Link]:
    for topic in record.get("topics") or ():
        yield Link(reader.label("topics", topic), reader.addresses.search(groups=str(topic)))


def _example(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the file the programs get: a table if there is one, else the first data file."""
    found = [one for one in _resources(record) if kind_of(one) == "data"]
    tables = (one for one in found if one.get("datastore_active") is True)
    return next(tables, found[0] if found else {})


def _wanted(record: Mapping[str, Any], resource: Mapping[str, Any], reader: Reader) -> Wanted:
    row = row_of(resource, "", reader)
    address = "" if row.visit else row.address
    api = reader.addresses.api
    return Wanted(
        record=f"{api}/package_show?id={record.get('name') or ''}",
        rows=f"{api}/datastore_search?resource_id={row.identifier}&limit={ROWS}"
        if row.table
        else "",
        file=address,
        file_name=file_name(address, row.format),
        token=reader.internal,
        file_token=reader.internal and is_ours(address, reader),
    )
