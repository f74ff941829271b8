"""The second lock: outside, a release is refused when it holds what the public schema lacks.

It knows nothing of how projections are made; it walks what arrived and asks of each key whether
this portal's own schema, which has no internal field, has it. Pure: imports neither CKAN nor
SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from ckanext.ontario.publication.projection import (
    COLUMN_CORE,
    CORE,
    OPEN,
    RESOURCE_CORE,
    UPLOAD,
    VIEW_CORE,
)

Fields = Iterable[Mapping[str, Any]]
RELATED = frozenset({"resources", "organization", "groups"})
ATTACHED = {"dictionary": COLUMN_CORE, "views": VIEW_CORE}
RECORD_TYPE = "dataset"


def unknown_keys(
    projection: Mapping[str, Any], dataset: Mapping[str, Any], organization: Fields, group: Fields
) -> Iterator[str]:
    """Yield the path of each key that this portal's schemas do not have.

    Args:
        projection: what arrived.
        dataset: this portal's schema of records.
        organization: its fields of organizations.
        group: its fields of topics.
    """
    own = {key: value for key, value in projection.items() if key not in RELATED}
    yield from _foreign(own, dataset["dataset_fields"], CORE, "")
    for number, resource in enumerate(_rows(projection.get("resources"))):
        path = f"resources.{number}."
        own = {key: value for key, value in resource.items() if key not in ATTACHED}
        yield from _foreign(own, dataset["resource_fields"], RESOURCE_CORE, path)
        for name, allowed in ATTACHED.items():
            for row in _rows(resource.get(name)):
                yield from (f"{path}{name}.{key}" for key in row if key not in allowed)
    yield from _foreign(projection.get("organization"), organization, (), "organization.")
    for one in _rows(projection.get("groups")):
        yield from _foreign(one, group, (), "groups.")


def problems(projection: Mapping[str, Any], files: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield why a projection whose keys are known can't be taken all the same."""
    if projection.get("type") != RECORD_TYPE:
        yield "type"
    if not projection.get("organization", {}).get("name"):
        yield "organization"
    elif projection.get("owner_org") != projection["organization"]["name"]:
        yield "owner_org"
    resources = _rows(projection.get("resources"))
    uploaded = {one.get("id") for one in resources if one.get("url_type") == UPLOAD}
    if any(one.get("url_type") not in {UPLOAD, None} for one in resources):
        yield "url_type"
    listed = [one["resource_id"] for one in files]
    if projection.get("access_level") != OPEN and (resources or listed):
        yield "access_level"
    if sorted(listed) != sorted(map(str, uploaded)):
        yield "files"


def _foreign(given: Any, fields: Fields, core: Iterable[str], path: str) -> Iterator[str]:
    if not isinstance(given, Mapping):
        return
    known = {str(one["field_name"]): one for one in fields}
    for key, value in cast("Mapping[str, Any]", given).items():
        if key in core:
            continue
        if key not in known or known[key].get("visibility") != "public":
            yield f"{path}{key}"
        else:
            yield from _inside(value, known[key], f"{path}{key}.")


def _inside(value: Any, one: Mapping[str, Any], path: str) -> Iterator[str]:
    for name in ("repeating_subfields", "simple_subfields"):
        if name in one:
            for row in _rows(value if isinstance(value, list) else [value]):
                yield from _foreign(row, one[name], (), path)
            return
    if isinstance(value, Mapping):
        keys = cast("Mapping[str, Any]", value)
        yield from (f"{path}{key}" for key in keys if key not in {"en", "fr"})


def _rows(value: Any) -> list[Mapping[str, Any]]:
    if not isinstance(value, list):
        return []
    return [row for row in cast("list[Any]", value) if isinstance(row, Mapping)]
