"""What a record's search document holds: CKAN's own fields that are kept, and ours.

An allow-list, in both halves. CKAN puts every extra into the document twice, as raw text: JSON
of bilingual values would be searched as words like ``u00e9``, internal notes would be found by
anyone who sees the title, and a value over 32,766 bytes would make the whole save fail. So the
raw values go, and what is public comes back from the validated record.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from ckanext.ontario.schema.index_values import (
    clean,
    distinct,
    fits,
    instant_or_none,
    is_plain,
    parsed,
    texts_of,
)
from ckanext.ontario.shared.bilingual import DEFAULT_LANGUAGE, LANGUAGES, pick
from ckanext.ontario.shared.collation import sort_key

_CORE = """
    capacity child_of creator_user_id data_dict dataset_type dependency_of depends_on derives_from
    entity_type groups has_derivation id index_id isopen license license_id linked_from links_to
    maintainer maintainer_email metadata_created metadata_modified name notes num_resources
    num_tags organization owner_org parent_of private res_description res_format res_name res_type
    res_url site_id state tags title title_string type url validated_data_dict version
"""
CORE = frozenset(_CORE.split())
"""CKAN's own, as it means them. ``author`` is not among them: the directive keeps it internal."""

VOCABULARY = "vocab_"
"""CKAN's prefix for the tags of a vocabulary."""

UNLIMITED = frozenset(
    {"data_dict", "maintainer", "notes", "res_description", "res_name", "title"}
    | {"validated_data_dict"}
)
"""Kept fields that are analysed, or only stored: no value is too long for them."""

PASSED = frozenset({"closes_at", "opens_at", "publication_status", "vote_count"})
"""Ours, from the tables of other slices, whose hooks ran before."""

BY_TYPE = {"harvest": frozenset({"frequency", "source_type"})}
"""Facets of other plugins' record types."""

CHOICES = (
    "access_level",
    "asset_type",
    "contains_geographic_markers",
    "exemption",
    "geographic_granularity",
    "record_status",
    "release_priority",
    "responsible_ministry",
    "update_frequency",
)
DATES = (
    "current_as_of",
    "date_created",
    "date_range_end",
    "date_range_start",
    "opened_date",
    "planned_release_date",
)
SEPARATE = frozenset({"title_translated", "notes_translated", "keywords"})
"""Bilingual fields with index fields of their own; every other one goes to ``other_text``."""

RESOURCE_TEXTS = (("name_translated", "name"), ("description_translated", "description"))

Values = dict[str, Any]
Texts = Mapping[str, str]


@dataclass(frozen=True)
class Marks:
    """What a record type's YAML says of its fields.

    Attributes:
        public: names of fields marked ``visibility: public``.
        internal: names of fields marked ``visibility: internal``.
        resource_public: names of resource fields marked public.
        topics: labels of the topics, by name and language.
    """

    public: frozenset[str] = frozenset()
    internal: frozenset[str] = frozenset()
    resource_public: frozenset[str] = frozenset()
    topics: Mapping[str, Texts] = field(default_factory=dict[str, Texts])


@dataclass(frozen=True)
class Publisher:
    """The organization a record belongs to, as the index needs it."""

    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    jurisdiction: str = ""
    category: str = ""
    titles: Mapping[str, str] = field(default_factory=dict[str, str])
    """Its title by language, in those that were written."""


@dataclass(frozen=True)
class Document:
    """A search document, and the names of values that could not go into it."""

    values: Values
    left_out: tuple[str, ...]


def build(raw: Values, record: Values, marks: Marks, publisher: Publisher) -> Document:
    """Return the document of one record.

    Args:
        raw: CKAN's document, with raw extras.
        record: the validated record (``validated_data_dict``).
        marks: what the YAML of its type says.
        publisher: its organization.
    """
    public = {name: value for name, value in record.items() if name in marks.public}
    resources = _resources(record, marks)
    dates, unread = _dates(public)
    values: Values = {
        **kept(raw, marks),
        **{name: clean(str(public[name])) for name in CHOICES if public.get(name)},
        **dates,
        **_resource_values(resources),
        "jurisdiction": publisher.jurisdiction,
        "category": publisher.category,
        **_headings(record, public),
        **_texts(record, public, marks),
        **{f"resource_text_{code}": _resource_texts(resources, code) for code in LANGUAGES},
        **{f"organization_text_{code}": publisher.texts.get(code, ()) for code in LANGUAGES},
    }
    filled = {name: value for name, value in values.items() if value not in (None, "", [], ())}
    fitting = {name: _fitting(name, value) for name, value in filled.items()}
    too_long = [name for name, value in fitting.items() if value != filled[name]]
    present = {name: value for name, value in fitting.items() if value not in (None, [])}
    return Document(present, (*unread, *too_long))


def kept(raw: Values, marks: Marks) -> Values:
    """Return the part of CKAN's document that stays: known names with plain values."""
    wanted = (CORE | BY_TYPE.get(str(raw.get("type")), frozenset())) - marks.internal
    # An extra of that name would not come from the slice that owns the value.
    passed = {name for name in PASSED if f"extras_{name}" not in raw}
    return {
        name: value
        for name, value in raw.items()
        if (name in wanted or name in passed or name.startswith(VOCABULARY)) and is_plain(value)
    }


def _headings(record: Values, public: Values) -> Values:
    titles = _bilingual(public.get("title_translated"), record.get("title"))
    notes = _bilingual(public.get("notes_translated"), record.get("notes"))
    values: Values = {}
    for code in LANGUAGES:
        values[f"title_{code}"] = titles.get(code)
        values[f"notes_{code}"] = notes.get(code)
        # A record without a title in this language stands where its shown title would.
        values[f"title_sort_{code}"] = sort_key(pick(titles, code) or "", code)
    return values


def _texts(record: Values, public: Values, marks: Marks) -> Values:
    keywords = public.get("keywords") or {DEFAULT_LANGUAGE: _tag_names(record)}
    topics = texts_of(public.get("topics"), DEFAULT_LANGUAGE)
    values: Values = {"topics": topics}
    for code in LANGUAGES:
        labels = [marks.topics[topic][code] for topic in topics if topic in marks.topics]
        values[f"keywords_{code}"] = distinct(texts_of(keywords, code))
        values[f"other_text_{code}"] = distinct([*_other_texts(public, code), *labels])
    # The URL name is in the language of CKAN's own title.
    values[f"other_text_{DEFAULT_LANGUAGE}"].append(clean(str(record.get("name") or "")))
    return values


def _bilingual(translated: object, plain: object) -> dict[str, str]:
    found = {code: " ".join(texts_of(translated, code)) for code in LANGUAGES}
    if any(found.values()):
        return {code: text for code, text in found.items() if text}
    return {DEFAULT_LANGUAGE: clean(plain)} if isinstance(plain, str) else {}


def _other_texts(public: Values, code: str) -> list[str]:
    bilingual = (
        value
        for name, value in public.items()
        if name not in SEPARATE and isinstance(parsed(value), Mapping)
    )
    return [text for value in bilingual for text in texts_of(value, code)]


def _tag_names(record: Values) -> list[str]:
    tags = record.get("tags") or []
    return [str(tag["name"]) for tag in tags if not tag.get("vocabulary_id")]


def _dates(public: Values) -> tuple[Values, list[str]]:
    given = {name: public[name] for name in DATES if public.get(name)}
    read = {name: instant_or_none(value) for name, value in given.items()}
    return read, [name for name, value in read.items() if value is None]


def _resources(record: Values, marks: Marks) -> list[Values]:
    always = {"name", "description", "format"} | marks.resource_public
    return [
        {name: value for name, value in resource.items() if name in always}
        for resource in record.get("resources") or []
        if resource.get("state", "active") == "active"
    ]


def _resource_texts(resources: list[Values], code: str) -> list[str]:
    found: list[str] = []
    for resource in resources:
        for translated, plain in RESOURCE_TEXTS:
            own = texts_of(resource.get(translated), code)
            found.extend(own or texts_of(resource.get(plain), code))
        found.extend(texts_of(resource.get("format"), code))
    return distinct(found)


def _resource_values(resources: list[Values]) -> Values:
    updated = [one["data_last_updated"] for one in resources if one.get("data_last_updated")]
    return {
        "data_last_updated": max(filter(None, map(instant_or_none, updated)), default=None),
        "resource_kinds": distinct(clean(str(one.get("type") or "")) for one in resources),
        "resource_languages": distinct(clean(str(one.get("language") or "")) for one in resources),
    }


def _fitting(name: str, value: Any) -> Any:
    if name in UNLIMITED or "_text_" in name or name in {f"notes_{code}" for code in LANGUAGES}:
        return value
    if isinstance(value, list | tuple):
        return [item for item in cast("list[object]", value) if fits(item)]
    return value if fits(value) else None
