"""schema.org's description of a record for its page: what search engines read.

Built from the description directly; a graph serialized for every page would cost more than the
page itself (docs/explanation/dcat.md).

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ckanext.ontario.dcat import vocabulary
from ckanext.ontario.dcat.distributions import Distribution
from ckanext.ontario.dcat.domain import Contact, Dataset, Publisher
from ckanext.ontario.dcat.places import Place
from ckanext.ontario.dcat.vocabulary import Concept
from ckanext.ontario.shared.bilingual import LANGUAGES, pick

SHORTEST = 50
LONGEST = 5000
"""Characters of a description that dataset search engines take (Google's guidance)."""

_CODES = {"ENG": "en", "FRA": "fr"}
_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def script_text(data: Mapping[str, Any]) -> str:
    """Return JSON that can stand inside a ``script`` element: nothing in it ends the element."""
    return json.dumps(data, ensure_ascii=False).translate(_ESCAPES)


def structured_data(
    dataset: Dataset, language: str, pages: Mapping[str, str], catalogue: tuple[str, str]
) -> dict[str, Any]:
    """Describe a dataset in schema.org's words.

    Args:
        dataset: the description.
        language: the page's language; texts are in it, else in the other.
        pages: the addresses of the record's page by language.
        catalogue: the portal's name and address.

    Returns:
        JSON-LD without empty values.
    """
    name, home = catalogue
    title = pick(dataset.title, language) or dataset.id
    others = {text for text in dataset.title.values() if text != title}
    publisher = _organization(dataset.publisher, dataset.contact, language)
    licence = dataset.licence
    data = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": dataset.uri,
        "name": title,
        "alternateName": sorted(others),
        "description": _description(dataset, title, language),
        "url": pages[language],
        "sameAs": [page for code, page in pages.items() if code != language],
        "identifier": dataset.id,
        "inLanguage": _languages(dataset.languages, language) or _written(dataset, language),
        "keywords": list(_keywords(dataset, language)),
        "license": (licence.french_page if language == "fr" else "") or licence.uri
        if licence
        else "",
        "isAccessibleForFree": dataset.is_open,
        "conditionsOfAccess": pick(dataset.rights, language) or "",
        "creator": publisher,
        "publisher": publisher,
        "dateCreated": dataset.created,
        "datePublished": dataset.issued,
        "dateModified": dataset.modified,
        "temporalCoverage": _period(*dataset.period),
        "spatialCoverage": _place(dataset.place, language),
        "distribution": [_download(one, language) for one in dataset.distributions],
        "includedInDataCatalog": {"@type": "DataCatalog", "name": name, "url": home},
    }
    return _without_empty(data)


def _without_empty(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value not in ("", None, [], {})}


def _description(dataset: Dataset, title: str, language: str) -> str:
    text = pick(dataset.description, language) or title
    owner = pick(dataset.publisher.name, language) if dataset.publisher else None
    for more in (title, owner):
        if len(text) < SHORTEST and more and more not in text:
            text = f"{text} – {more}"
    if len(text) < SHORTEST:
        text = f"{text} – {vocabulary.content()['catalogue']['description'][language]}"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def _keywords(dataset: Dataset, language: str) -> dict[str, None]:
    """Return the page's keywords, then the other language's, each once and in order."""
    order = sorted(dataset.keywords, key=language.__ne__)
    topics = [pick(topic.label, language) or "" for topic in dataset.topics]
    return dict.fromkeys([*(word for code in order for word in dataset.keywords[code]), *topics])


def _languages(concepts: tuple[Concept, ...], language: str) -> list[str]:
    codes = [_CODES[one.uri.rpartition("/")[2]] for one in concepts]
    return sorted(codes, key=language.__ne__)


def _written(dataset: Dataset, language: str) -> list[str]:
    return sorted((code for code in LANGUAGES if code in dataset.title), key=language.__ne__)


def _organization(
    publisher: Publisher | None, contact: Contact | None, language: str
) -> dict[str, Any]:
    if publisher is None:
        return {}
    point = {}
    if contact:
        kind = {"@type": "ContactPoint", "contactType": "customer service"}
        words = {"name": pick(contact.name, language), "email": contact.email}
        point = {**kind, **_without_empty(words)}
    return _without_empty(
        {
            "@type": "GovernmentOrganization",
            "@id": publisher.uri,
            "name": pick(publisher.name, language),
            "url": publisher.page,
            "contactPoint": point,
        }
    )


def _period(start: str, end: str) -> str:
    return f"{start or '..'}/{end or '..'}" if start or end else ""


def _place(place: Place | None, language: str) -> dict[str, Any]:
    if place is None:
        return {}
    shape = {}
    if place.box:
        west, south, east, north = place.box
        shape = {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"}
    return _without_empty({"@type": "Place", "name": pick(place.name, language), "geo": shape})


def _download(one: Distribution, language: str) -> dict[str, Any]:
    at_iana = vocabulary.content()["media_types_at"]
    return _without_empty(
        {
            "@type": "DataDownload",
            "@id": one.uri,
            "name": pick(one.title, language),
            "description": pick(one.description, language),
            "contentUrl": one.download_url or one.access_url,
            "encodingFormat": one.format.media_type.removeprefix(at_iana) or one.format_name,
            "contentSize": f"{one.size} B" if one.size is not None else "",
            "inLanguage": _languages(one.languages, language),
            "dateModified": one.modified,
        }
    )
