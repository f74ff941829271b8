"""What the public gets of a record: an allow-list over the schema, and nothing else.

Only fields and subfields marked ``visibility: public`` and the core keys named here go out;
resources only while the access level is open. What nobody marked stays inside: unknown keys,
internal fields, values whose shape no field of ours has. Source of the rules: the Open Data
Directive's access levels, and the marks of ``schemas/*.yaml``. Pure: imports neither CKAN nor
SQLAlchemy.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

from ckanext.ontario.publication.differences import Difference, differences
from ckanext.ontario.publication.hashing import canonical, content_hash, is_public, schema_version
from ckanext.ontario.shared.bilingual import LANGUAGES

__all__ = [
    "Attachments",
    "Difference",
    "Projection",
    "ProjectionRefused",
    "canonical",
    "content_hash",
    "differences",
    "is_public",
    "project",
    "schema_version",
]

CORE = ("id", "type")
"""Keys of a record that go out besides its marked fields."""

RESOURCE_CORE = ("id", "url_type")
VIEW_CORE = ("id", "view_type", "title", "description")
COLUMN_CORE = ("id", "label_en", "label_fr", "notes_en", "notes_fr", "unit", "type_override")
"""Keys of a column's entry in the data dictionary."""

OPEN = "open"
UPLOAD = "upload"

DERIVED = frozenset({"harvest_object_id", "harvest_source_id", "harvest_source_title"})
"""Extras that ckanext-harvest adds when a record is shown; nobody wrote them, and they stay."""

_EMPTY: tuple[Any, ...] = (None, "", [], {})

Json = dict[str, Any]
Schema = Mapping[str, Any]
"""A scheming schema with the marks of its fields."""


class ProjectionRefused(ValueError):
    """The record holds something of which nobody can say whether the public may have it."""

    def __init__(self, path: str) -> None:
        """Remember where."""
        super().__init__(f"{path} can't be published")
        self.path = path


@dataclass(frozen=True)
class Attachments:
    """What belongs to resources and is kept elsewhere, by resource id."""

    dictionaries: Mapping[str, Sequence[Mapping[str, Any]]] = field(
        default_factory=dict[str, Sequence[Mapping[str, Any]]]
    )
    """Columns with labels and notes: rows of ``ontario_data_dictionary_show``."""
    views: Mapping[str, Sequence[Mapping[str, Any]]] = field(
        default_factory=dict[str, Sequence[Mapping[str, Any]]]
    )
    """Rows of ``resource_view_list``."""


@dataclass(frozen=True)
class Projection:
    """What goes out, and what has a value and stays."""

    public: Json
    """Core keys, public fields, ``resources`` (each with ``dictionary`` and ``views``),
    ``organization`` and ``groups`` (the topics); JSON values only."""
    kept_inside: list[str]
    """Paths such as ``colby_notes`` or ``resources.<id>.data_birth_date``, sorted."""


def project(
    record: Mapping[str, Any],
    schema: Schema,
    organization: Mapping[str, Any],
    *,
    organization_schema: Schema | None = None,
    groups: Iterable[Mapping[str, Any]] = (),
    group_schema: Schema | None = None,
    attachments: Attachments | None = None,
) -> Projection:
    """Return what the public gets of a record.

    Args:
        record: as ``package_show`` returns it inside.
        schema: the record type's schema, with marks.
        organization: the record's, as ``organization_show`` returns it inside.
        organization_schema: without it only the organization's name goes out.
        groups: the record's topics, as ``group_show`` returns them.
        group_schema: without it no topic's data go out.
        attachments: dictionaries and views of resources.

    Raises:
        ProjectionRefused: when the record has free extras.
    """
    _refuse_extras(record)
    kept: set[str] = set()
    names = organization_schema or {"fields": [_NAME]}
    public = {
        **_core(record, CORE),
        **_fields(record, schema.get("dataset_fields", ()), kept),
        "resources": _resources(record, schema, attachments or Attachments(), kept),
        "organization": _group(organization, names, kept, "organization."),
        "groups": [
            _group(group, group_schema, kept, f"groups.{group.get('name')}.")
            for group in sorted(groups, key=lambda one: str(one.get("name")))
            if group_schema
        ],
    }
    if "owner_org" in public:  # ids of organizations differ between the portals
        public["owner_org"] = str(organization.get("name") or "")
    return Projection(public, sorted(kept))


_NAME = {"field_name": "name", "visibility": "public"}


def _refuse_extras(record: Mapping[str, Any]) -> None:
    for extra in record.get("extras") or ():
        name = str(extra.get("key")) if isinstance(extra, Mapping) else ""
        if name not in DERIVED:
            raise ProjectionRefused("extras")


def _core(values: Mapping[str, Any], keys: Iterable[str]) -> Json:
    found = {key: values[key] for key in keys if key in values}
    return {key: value for key, value in found.items() if isinstance(value, str) and value}


def _fields(
    values: Mapping[str, Any],
    fields: Iterable[Mapping[str, Any]],
    kept: set[str],
    prefix: str = "",
) -> Json:
    public: Json = {}
    for one in fields:
        name = str(one["field_name"])
        value = values.get(name)
        if value in _EMPTY:
            continue
        if not is_public(one):
            kept.add(f"{prefix}{name}")
            continue
        cut = _value(value, one, kept, f"{prefix}{name}")
        if cut not in _EMPTY:
            public[name] = cut
    return public


def _value(value: Any, one: Mapping[str, Any], kept: set[str], path: str) -> Any:
    repeating, simple = one.get("repeating_subfields"), one.get("simple_subfields")
    if repeating is not None:
        rows = value if isinstance(value, list) else []
        return [
            row
            for number, given in enumerate(rows)
            if isinstance(given, Mapping)
            and (row := _fields(given, repeating, kept, f"{path}.{number}."))
        ]
    if simple is not None:
        return _fields(value, simple, kept, f"{path}.") if isinstance(value, Mapping) else None
    return _plain(value, kept, path)


def _plain(value: Any, kept: set[str], path: str) -> Any:
    """Return a value of one of the shapes our fields have, without what has another."""
    if isinstance(value, Mapping):
        texts = {code: _listed(value[code]) for code in LANGUAGES if code in value}
        found: Any = {code: text for code, text in texts.items() if text not in _EMPTY}
        left_out = set(value) - set(LANGUAGES)
    else:
        found, left_out = _listed(value), set[Any]()
    if left_out or (found in _EMPTY and value not in _EMPTY):
        kept.add(path)
    return found


def _listed(value: Any) -> Any:
    if isinstance(value, list | tuple):
        items = (_scalar(item) for item in cast("Sequence[Any]", value))
        return [item for item in items if item is not None]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    """Return a text, number or truth value as JSON and PostgreSQL's ``jsonb`` both keep it."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() else value
    return value if isinstance(value, str | int) else None


def _group(group: Mapping[str, Any], schema: Schema, kept: set[str], prefix: str) -> Json:
    found = _fields(group, schema.get("fields", ()), kept, prefix)
    image = str(found.get("image_url") or "")
    if image and not _is_web_address(image):  # an uploaded picture: its bytes do not travel
        del found["image_url"]
        kept.add(f"{prefix}image_url")
    return found


def _is_web_address(text: str) -> bool:
    return urlsplit(text).scheme in {"http", "https"}


# --- resources -------------------------------------------------------------------------------


def _resources(
    record: Mapping[str, Any], schema: Schema, attachments: Attachments, kept: set[str]
) -> list[Json]:
    given = [one for one in record.get("resources") or () if isinstance(one, Mapping)]
    if record.get("access_level") != OPEN:
        if given:
            kept.add("resources")
        return []
    return [_resource(one, schema, attachments, kept) for one in given]


def _resource(
    resource: Mapping[str, Any], schema: Schema, attachments: Attachments, kept: set[str]
) -> Json:
    identifier = str(resource.get("id") or "")
    prefix = f"resources.{identifier}."
    found = {
        **_fields(resource, schema.get("resource_fields", ()), kept, prefix),
        **_core(resource, RESOURCE_CORE),
    }
    if found.get("url_type") == UPLOAD:
        # Inside, it is the address of the internal portal; outside, the file has its own.
        found["url"] = str(resource.get("url") or "").rpartition("/")[2]
    columns = _rows(attachments.dictionaries.get(identifier, ()), COLUMN_CORE)
    views = _rows(attachments.views.get(identifier, ()), VIEW_CORE)
    return {
        **found,
        **({"dictionary": columns} if columns else {}),
        **({"views": views} if views else {}),
    }


def _rows(rows: Iterable[Mapping[str, Any]], keys: Iterable[str]) -> list[Json]:
    return [_core(row, keys) for row in rows]
