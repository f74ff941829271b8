"""What search documents need besides the record: marks of the YAML, and publishers.

Both are kept in the process, so that indexing a thousand records asks the database once.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.ontario.schema.document import Marks, Publisher
from ckanext.ontario.schema.index_values import texts_of
from ckanext.ontario.schema.texts import stored_object
from ckanext.ontario.shared.bilingual import LANGUAGES

PUBLISHERS_SECONDS = 30.0
"""How long another process's change of an organization may go unseen; our own is seen at once."""

_PUBLISHER_TEXTS = ("acronym", "former_names")
"""Extras by which people also look for a ministry."""


@dataclass(frozen=True)
class _Publishers:
    by_id: Mapping[str, Publisher]
    read_at: float


_marks: dict[str, tuple[Any, Marks]] = {}
_publishers = _Publishers({}, float("-inf"))


def marks(record_type: str) -> Marks:
    """Return what the YAML of ``record_type`` says; nothing is public without a YAML."""
    schema = tk.h.scheming_get_dataset_schema(record_type)
    known = _marks.get(record_type)
    if known is None or known[0] is not schema:
        known = _marks[record_type] = (schema, marks_of(schema or {}))
    return known[1]


def marks_of(schema: Mapping[str, Any]) -> Marks:
    """Return the marks of an expanded scheming schema."""
    fields = schema.get("dataset_fields", [])
    topics = next((field for field in fields if field["field_name"] == "topics"), {})
    return Marks(
        public=_marked(fields, "public"),
        internal=_marked(fields, "internal"),
        resource_public=_marked(schema.get("resource_fields", []), "public"),
        topics={
            choice["value"]: choice["label"]
            for choice in tk.h.scheming_field_choices(topics) or ()
            if isinstance(choice["label"], Mapping)
        },
    )


def publisher(organization_id: str | None) -> Publisher:
    """Return the organization of that id; without one, an empty publisher."""
    global _publishers  # noqa: PLW0603 -- the cache is the process's, replaced whole
    if not organization_id:
        return Publisher()
    age = time.monotonic() - _publishers.read_at
    if age > PUBLISHERS_SECONDS or organization_id not in _publishers.by_id:
        _publishers = _Publishers(_read_publishers(), time.monotonic())
    return _publishers.by_id.get(organization_id, Publisher())


def forget_publishers() -> None:
    """Ask the database again next time (an organization was edited)."""
    global _publishers  # noqa: PLW0603 -- as above
    _publishers = _Publishers({}, float("-inf"))


def _marked(fields: list[dict[str, Any]], visibility: str) -> frozenset[str]:
    return frozenset(
        str(field["field_name"]) for field in fields if field.get("visibility") == visibility
    )


def _read_publishers() -> dict[str, Publisher]:
    # The one place that knows that CKAN 2.11 keeps an organization's extras in a table.
    rows = model.Session.execute(
        sa.select(model.Group.id, model.Group.title, model.GroupExtra.key, model.GroupExtra.value)
        .select_from(model.Group)
        .outerjoin(
            model.GroupExtra,
            sa.and_(
                model.GroupExtra.group_id == model.Group.id, model.GroupExtra.state == "active"
            ),
        )
        .where(model.Group.is_organization.is_(True))
    )
    titles: dict[str, str] = {}
    extras: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for identifier, title, key, value in rows:
        titles[identifier] = title or ""
        if key:
            extras[identifier][key] = value
    return {one: _publisher(title, extras[one]) for one, title in titles.items()}


def _publisher(title: str, extras: Mapping[str, str]) -> Publisher:
    return Publisher(
        texts={
            code: (
                *(texts_of(extras.get("title_translated"), code) or texts_of(title, code)),
                *(text for key in _PUBLISHER_TEXTS for text in texts_of(extras.get(key), code)),
            )
            for code in LANGUAGES
        },
        jurisdiction=extras.get("jurisdiction") or "",
        category=extras.get("category") or "",
        titles=stored_object(extras.get("title_translated")),
    )
