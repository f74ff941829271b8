"""What DCAT says of a record: public fields only, in both languages.

:func:`describe` is the one door to every graph and data block of this slice. It reads a record
through :func:`projected`, which lets only those fields pass whose schema says
``visibility: public``; what it never sees it can't tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from ckanext.ontario.dcat import vocabulary
from ckanext.ontario.dcat.distributions import Distribution, Document, Licence, distribution_of
from ckanext.ontario.dcat.places import Place, place_of
from ckanext.ontario.dcat.reading import instant, texts
from ckanext.ontario.dcat.vocabulary import Concept, Text2
from ckanext.ontario.shared.bilingual import LANGUAGES

SYSTEM = ("id", "metadata_created", "metadata_modified", "organization", "resources", "state")
"""Keys CKAN itself gives a record, which no schema mentions."""

RESOURCE_SYSTEM = (
    "id",
    "package_id",
    "created",
    "last_modified",
    "metadata_modified",
    "datastore_active",
)

NO_LICENCE = frozenset({"other-closed", "notspecified", ""})
"""Licence ids that say there is none, or that nobody knows."""

DISTRIBUTED = frozenset({"data", "application", ""})
"""Types of resources that are the data in some form; the others are documents about it."""


@dataclass(frozen=True)
class Catalogue:
    """What a description needs to know of the portal."""

    base: str
    """Address of the portal, without a slash at the end; the addresses of all things begin so."""
    public: frozenset[str] = frozenset()
    """Names of the fields that may be told."""
    resource_public: frozenset[str] = frozenset()
    labels: Mapping[str, Mapping[str, Text2]] = field(default_factory=dict[str, Any])
    """What people call the choices of a field: ``{field: {value: {"en", "fr"}}}``."""
    licences: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Any])
    """Choices of the licence field by id: ``label``, ``url`` (both bilingual) and ``open``."""


@dataclass(frozen=True)
class Publisher:
    """The organization whose record it is."""

    uri: str
    page: str
    name: Text2
    kind: Concept | None


@dataclass(frozen=True)
class Contact:
    """Where questions go: a unit and its role mailbox, never a person."""

    name: Text2
    branch: Text2
    email: str


@dataclass(frozen=True)
class Dataset:
    """A record as DCAT and schema.org describe it."""

    id: str
    uri: str
    page: str
    title: Text2
    description: Text2
    keywords: Mapping[str, tuple[str, ...]]
    topics: tuple[Concept, ...]
    themes: tuple[Concept, ...]
    publisher: Publisher | None
    contact: Contact | None
    place: Place | None
    period: tuple[str, str]
    """First and last day, either may be empty."""
    frequency: Concept | None
    access_right: Concept | None
    rights: Text2
    """Why the data is not open, what is planned, how to get at it; empty for open data."""
    languages: tuple[Concept, ...]
    created: str
    issued: str
    modified: str
    source_page: str
    distributions: tuple[Distribution, ...]
    documents: tuple[Document, ...]

    @property
    def licence(self) -> Licence | None:
        """The licence of the files."""
        return next((one.licence for one in self.distributions if one.licence), None)

    @property
    def is_open(self) -> bool:
        """Whether anyone may use the data."""
        return self.access_right == vocabulary.concept("access_right", "open")


def projected(record: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """Return the part of a record that may be told, its files included."""
    kept = {key: record[key] for key in record if key in catalogue.public or key in SYSTEM}
    allowed = (*catalogue.resource_public, *RESOURCE_SYSTEM)
    kept["resources"] = [
        {key: resource[key] for key in resource if key in allowed}
        for resource in record.get("resources") or ()
    ]
    return kept


def describe(record: Mapping[str, Any], catalogue: Catalogue) -> Dataset:
    """Describe a record as ``package_show`` or ``package_search`` returns it.

    Args:
        record: the record; ``organization`` may carry ``title_translated`` and ``jurisdiction``.
        catalogue: the portal, and which fields may be told.
    """
    told = projected(record, catalogue)
    title = texts(told.get("title_translated")) or {"en": str(told.get("name") or told["id"])}
    publisher = _publisher(told.get("organization") or {}, catalogue.base)
    page = f"{catalogue.base}/dataset/{told.get('name') or told['id']}"
    described = _distributions(told, page, catalogue)
    return Dataset(
        id=str(told["id"]),
        uri=f"{catalogue.base}/dataset/{told['id']}",
        page=page,
        title=title,
        description=_description(told, title),
        keywords=_keywords(told.get("keywords")),
        topics=tuple(_topics(told.get("topics") or (), catalogue)),
        themes=_themes(told.get("topics") or ()),
        publisher=publisher,
        contact=_contact(told, publisher),
        place=place_of(told),
        period=(str(told.get("date_range_start") or ""), str(told.get("date_range_end") or "")),
        frequency=vocabulary.concept("frequency", told.get("update_frequency")),
        access_right=_access_right(told),
        rights=_rights(told, catalogue),
        languages=tuple(dict.fromkeys(code for one in described for code in one.languages)),
        created=str(told.get("date_created") or ""),
        issued=str(told.get("opened_date") or "") or instant(told.get("metadata_created")),
        modified=instant(told.get("metadata_modified")),
        source_page=str(told.get("url") or ""),
        distributions=described,
        documents=tuple(_documents(told, title)),
    )


def _distributions(
    told: Mapping[str, Any], page: str, catalogue: Catalogue
) -> tuple[Distribution, ...]:
    if told.get("access_level") != "open":
        return ()  # addresses of its files belong to those whom `data_audience` names
    licence = _licence(str(told.get("license_id") or ""), catalogue)
    status = str(told.get("record_status") or "active")
    return tuple(
        distribution_of({**one, "package_id": told["id"]}, catalogue.base, page, licence, status)
        for one in told["resources"]
        if _is_data(one)
    )


def _documents(told: Mapping[str, Any], title: Text2) -> Iterable[Document]:
    for one in told["resources"]:
        if one.get("url") and not _is_data(one):
            yield Document(str(one["url"]), texts(one.get("name_translated")) or title)


def _is_data(resource: Mapping[str, Any]) -> bool:
    return str(resource.get("type") or "") in DISTRIBUTED


def _description(told: Mapping[str, Any], title: Text2) -> Text2:
    short = texts(told.get("short_description_translated"))
    long = texts(told.get("notes_translated"))
    # A description is mandatory in DCAT; a record that has none yet says at least its title.
    return {**short, **long} or title


def _keywords(value: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        return {}
    written = cast("Mapping[str, Iterable[str]]", value)
    return {code: tuple(map(str, written[code])) for code in LANGUAGES if written.get(code)}


def _topics(names: Iterable[str], catalogue: Catalogue) -> Iterable[Concept]:
    labels = catalogue.labels.get("topics", {})
    for name in names:
        if name in labels:
            yield Concept(f"{catalogue.base}/group/{name}", labels[name])


def _themes(names: Iterable[str]) -> tuple[Concept, ...]:
    found = {theme.uri: theme for name in names for theme in vocabulary.concepts("theme", name)}
    return tuple(found.values())


def _publisher(organization: Mapping[str, Any], base: str) -> Publisher | None:
    if not organization:
        return None
    name = texts(organization.get("title_translated"))
    name = name or {"en": str(organization.get("title") or organization["name"])}
    uri = f"{base}/organization/{organization['id']}"
    page = f"{base}/organization/{organization['name']}"
    kind = vocabulary.concept("publisher_type", organization.get("jurisdiction") or "provincial")
    return Publisher(uri, page, name, kind)


def _contact(told: Mapping[str, Any], publisher: Publisher | None) -> Contact | None:
    name = texts(told.get("maintainer_translated"))
    branch = texts(told.get("maintainer_branch"))
    email = str(told.get("maintainer_email") or "")
    if not (name or branch or email):
        return None
    return Contact(name or branch or (publisher.name if publisher else {}), branch, email)


def _access_right(told: Mapping[str, Any]) -> Concept | None:
    level = told.get("access_level")
    if level == "restricted" and texts(told.get("access_instructions")):
        return vocabulary.named("access_right", "RESTRICTED")
    return vocabulary.concept("access_right", level)


def _rights(told: Mapping[str, Any], catalogue: Catalogue) -> Text2:
    level = str(told.get("access_level") or "")
    if level not in {"under_review", "restricted"}:
        return {}
    exemption = catalogue.labels.get("exemption", {}).get(str(told.get("exemption")))
    shown = exemption if told.get("exemption") not in {"none", "", None} else None
    planned = str(told.get("planned_release_date") or "")
    parts: list[Text2] = [
        vocabulary.said(level),
        vocabulary.said("exemption", label=shown) if shown else {},
        texts(told.get("exemption_rationale")),
        vocabulary.said("planned", day=planned) if planned else {},
        texts(told.get("access_instructions")),
    ]
    return {code: " ".join(part[code] for part in parts if part.get(code)) for code in LANGUAGES}


def _licence(licence_id: str, catalogue: Catalogue) -> Licence | None:
    known = catalogue.licences.get(licence_id)
    if known is None or licence_id in NO_LICENCE:
        return None
    pages = texts(known.get("url"))
    own = f"{catalogue.base}/#licence-{licence_id}"
    kind = vocabulary.concept("licence_type", "open" if known.get("open") else "other")
    return Licence(pages.get("en") or own, texts(known["label"]), pages.get("fr") or "", kind)
