"""A file or service of a record, as DCAT describes it.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.ontario.dcat import vocabulary
from ckanext.ontario.dcat.reading import instant, texts
from ckanext.ontario.dcat.vocabulary import Concept, FileFormat, Text2

DATASTORE_ENDPOINT = "/api/3/action/datastore_search"

_CHECKSUM = re.compile(r"(?:(?:md5|sha1|sha-?256|sha-?512)[:-])?([0-9a-f]+)", re.IGNORECASE)
_ALGORITHMS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
_SPDX = "http://spdx.org/rdf/terms#checksumAlgorithm_"
_MEDIA_TYPE = re.compile(r"(?:application|audio|font|image|model|text|video)/[\w.+-]+")


@dataclass(frozen=True)
class Licence:
    """A licence document: one address, a title in both languages."""

    uri: str
    title: Text2
    french_page: str
    kind: Concept | None


@dataclass(frozen=True)
class Document:
    """A page or file that explains the data."""

    url: str
    title: Text2


@dataclass(frozen=True)
class Service:
    """An interface that serves the data."""

    uri: str
    title: Text2
    endpoint: str


@dataclass(frozen=True)
class Checksum:
    """A file's checksum."""

    value: str
    algorithm: str
    """SPDX's address of the algorithm."""


@dataclass(frozen=True)
class Distribution:
    """One way to get the data."""

    id: str
    uri: str
    title: Text2
    description: Text2
    access_url: str
    download_url: str
    format_name: str
    format: FileFormat
    size: int | None
    checksum: Checksum | None
    languages: tuple[Concept, ...]
    issued: str
    modified: str
    licence: Licence | None
    rights: Text2
    status: Concept | None
    availability: Concept | None
    services: tuple[Service, ...]


def distribution_of(
    resource: Mapping[str, Any], base: str, page: str, licence: Licence | None, status: str
) -> Distribution:
    """Describe a resource.

    Args:
        resource: its public fields, with ``id`` and ``package_id``.
        base: the portal's address.
        page: the address of the record's page.
        licence: the record's licence.
        status: the record's ``record_status``.
    """
    uri = f"{base}/dataset/{resource['package_id']}/resource/{resource['id']}"
    name = str(resource.get("format") or "")
    form = _format(name, str(resource.get("mimetype") or ""))
    url = str(resource.get("url") or "")
    title = texts(resource.get("name_translated")) or ({"en": name} if name else {})
    return Distribution(
        id=str(resource["id"]),
        uri=uri,
        title=title,
        description=texts(resource.get("description_translated")),
        access_url=url or f"{page}/resource/{resource['id']}",
        download_url=url if form.downloadable else "",
        format_name=name,
        format=form,
        size=_size(resource.get("size")),
        checksum=checksum_of(str(resource.get("hash") or "")),
        languages=tuple(vocabulary.concepts("language", resource.get("language"))),
        issued=_first(resource, "publically_available_date", "created"),
        modified=_first(resource, "data_last_updated", "last_modified", "metadata_modified"),
        licence=licence,
        rights=vocabulary.said("licence", title=licence.title) if licence else {},
        status=vocabulary.concept("distribution_status", status),
        availability=vocabulary.concept("availability", status),
        services=tuple(_services(resource, uri, base, title, form)),
    )


def checksum_of(written: str) -> Checksum | None:
    """Read a checksum, with or without the name of its algorithm; the length says which."""
    match = _CHECKSUM.fullmatch(written.strip())
    algorithm = _ALGORITHMS.get(len(match[1])) if match else None
    return Checksum(match[1].lower(), f"{_SPDX}{algorithm}") if match and algorithm else None


def _services(
    resource: Mapping[str, Any], uri: str, base: str, title: Text2, form: FileFormat
) -> list[Service]:
    shown = title or {"en": str(resource["id"])}
    services: list[Service] = []
    if resource.get("datastore_active"):
        endpoint = f"{base}{DATASTORE_ENDPOINT}?resource_id={resource['id']}"
        services.append(Service(f"{uri}#api", vocabulary.said("datastore", title=shown), endpoint))
    if form.service and resource.get("url"):
        words = vocabulary.said("service", title=shown)
        services.append(Service(f"{uri}#service", words, str(resource["url"])))
    return services


def _format(name: str, media_type: str) -> FileFormat:
    known = vocabulary.file_format(name)
    if known.media_type or not _MEDIA_TYPE.fullmatch(media_type):
        return known
    at = vocabulary.content()["media_types_at"]
    return FileFormat(known.file_type, f"{at}{media_type}", known.service, known.page)


def _size(written: object) -> int | None:
    try:
        size = int(str(written))
    except ValueError:
        return None
    return size if size >= 0 else None


def _first(resource: Mapping[str, Any], *names: str) -> str:
    return instant(next((resource[name] for name in names if resource.get(name)), ""))
