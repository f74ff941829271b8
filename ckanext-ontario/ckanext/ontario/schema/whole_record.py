"""After a record's fields are validated: what several say together, and what follows from them.

Runs as scheming's ``after_validators``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ckanext.ontario.schema import synchrony
from ckanext.ontario.schema.domain import CLOSED
from ckanext.ontario.schema.flat import FlatData, FlatErrors, Level, drop, resource_levels
from ckanext.ontario.schema.messages import label
from ckanext.ontario.schema.stored import Before
from ckanext.ontario.schema.texts import Refused, stored_object
from ckanext.ontario.schema.values import in_order

NO_LICENCE = "other-closed"
"""The licence of what is not open: it has none yet."""


def finish(schema: Mapping[str, Any], data: FlatData, errors: FlatErrors) -> None:
    """Check dates against each other; derive licence, tags and groups of a validated record."""
    record = Level(data, errors)
    _check_order(record, schema["dataset_fields"], schema.get("date_order", ()))
    for level in resource_levels(data, errors):
        _check_order(level, schema["resource_fields"], schema.get("resource_date_order", ()))
    if any(errors.values()):  # nothing will be kept, and nothing may follow from what is wrong
        return
    if record.get("access_level") in CLOSED:
        record.set("license_id", NO_LICENCE)
    _replace(data, "tags", synchrony.plain_of(stored_object(record.get("keywords"))) or [])
    topics = Before(raw=record.get).items("topics")
    _replace(data, "groups", topics)


def _check_order(
    level: Level, fields: Iterable[Mapping[str, Any]], pairs: Iterable[tuple[str, str]]
) -> None:
    known = {field["field_name"]: field for field in fields}
    for start, end in pairs:
        if level.failed(start) or level.failed(end):
            continue
        if not in_order(level.get(start), level.get(end)):
            named = label(known.get(start), start)
            level.refuse(end, Refused("date-order", start=f"“{named}”", date=level.get(start)))


def _replace(data: FlatData, name: str, names: Iterable[str]) -> None:
    """Make a list of CKAN's (tags, groups) of names."""
    drop(data, name)
    for number, one in enumerate(names):
        data[(name, number, "name")] = one
