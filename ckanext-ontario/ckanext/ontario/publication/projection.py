"""What the public gets of a record: an allow-list over the schema, and nothing else.

Only fields and subfields marked ``visibility: public`` and the core keys named here go out;
resources only while the access level is open. What nobody marked stays inside: unknown keys,
internal fields, values whose shape no field of ours has. Source of the rules: the Open Data
Directive's access levels, and the marks of ``schemas/*.yaml``. Pure: imports neither CKAN nor
SQLAlchemy.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

from ckanext.ontario.shared.bilingual import LANGUAGES

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


@dataclass(frozen=True)
class Difference:
    """One change between two projections."""

    path: str
    before: Any
    after: Any
    approval: str
    """``content`` (approved each time) or ``refresh`` (covered by a standing approval)."""


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


def is_public(one: Mapping[str, Any]) -> bool:
    """Say whether a field is marked public; anything else, and no mark, is internal."""
    return one.get("visibility") == "public"


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


# --- hashes and differences ------------------------------------------------------------------


def canonical(value: Any) -> bytes:
    """Return the one JSON text of a value."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode("ascii")


def content_hash(public: Mapping[str, Any], files: Iterable[Mapping[str, Any]]) -> str:
    """Return the SHA-256 (hexadecimal) of what the public gets, bytes of files included.

    Args:
        public: of a :class:`Projection`.
        files: ``{"resource_id", "sha256", "size", "filename"}`` of each uploaded file, in any
            order.
    """
    listed = sorted(files, key=lambda one: str(one["resource_id"]))
    content = {"public": public, "files": [dict(one) for one in listed]}
    return hashlib.sha256(canonical(content)).hexdigest()


def schema_version(schema: Schema) -> str:
    """Return a short name of the set of fields that the public gets by a schema."""
    names = {
        grouping: sorted(
            str(one["field_name"]) for one in schema.get(grouping, ()) if is_public(one)
        )
        for grouping in ("dataset_fields", "resource_fields")
    }
    return hashlib.sha256(canonical(names)).hexdigest()[:12]


def differences(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    schema: Schema,
    *,
    files_before: Iterable[Mapping[str, Any]] = (),
    files_after: Iterable[Mapping[str, Any]] = (),
) -> list[Difference]:
    """Return what changed from one projection to the next, by path.

    A field's approval is its mark. Other bytes of a file that was there are a ``refresh``; a file
    or a resource that comes or goes, dictionaries, views and the order are ``content``. What the
    organization and the topics say about themselves is not the record's change.
    """
    before = before or {}
    found = list(_changed(before, after, schema.get("dataset_fields", ()), ""))
    one, other = (_by_id(side.get("resources") or ()) for side in (before, after))
    fields = schema.get("resource_fields", ())
    for identifier in sorted({*one, *other}):
        path = f"resources.{identifier}"
        if identifier in one and identifier in other:
            found += _changed(one[identifier], other[identifier], fields, f"{path}.")
        else:
            found.append(Difference(path, one.get(identifier), other.get(identifier), "content"))
    if list(one) != list(other) and set(one) == set(other):
        found.append(Difference("resources", list(one), list(other), "content"))
    return [*found, *_changed_files(files_before, files_after)]


def _changed(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    fields: Iterable[Mapping[str, Any]],
    prefix: str,
) -> Iterator[Difference]:
    approvals = {str(one["field_name"]): str(one.get("approval") or "content") for one in fields}
    related = {"resources", "organization", "groups"} if not prefix else set[str]()
    for key in sorted({*before, *after} - related):
        old, new = before.get(key), after.get(key)
        if old != new:
            yield Difference(f"{prefix}{key}", old, new, approvals.get(key, "content"))


def _by_id(rows: Iterable[Mapping[str, Any]], key: str = "id") -> dict[str, Mapping[str, Any]]:
    return {str(row.get(key)): row for row in rows}


def _changed_files(
    before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]
) -> Iterator[Difference]:
    one, other = _by_id(before, "resource_id"), _by_id(after, "resource_id")
    for identifier in sorted({*one, *other}):
        old, new = (side.get(identifier, {}).get("sha256") for side in (one, other))
        if old != new:
            approval = "refresh" if old and new else "content"
            yield Difference(f"resources.{identifier}.file", old, new, approval)
