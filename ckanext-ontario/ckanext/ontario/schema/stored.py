"""What a record said before the change under way.

The one module that reads CKAN's extras of a record or a group (a table in 2.11, JSONB in 2.12).
It reads what saving reads anyway, and only when an update is under way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ckan.types import Context

from ckanext.ontario.schema.texts import stored_object


@dataclass(frozen=True)
class Before:
    """Plain and bilingual values before the change; empty for what is new."""

    plain: Callable[[str], Any] = field(default=lambda _name: None)
    raw: Callable[[str], Any] = field(default=lambda _name: None)

    def bilingual(self, name: str) -> dict[str, Any]:
        """Return a bilingual value as an object."""
        return stored_object(self.raw(name))

    def items(self, name: str) -> list[str]:
        """Return a list kept as JSON."""
        value = self.raw(name)
        try:
            found = json.loads(value) if isinstance(value, str) else value
        except ValueError:
            return []
        return [str(item) for item in found] if isinstance(found, list) else []


class BeforeRecord:
    """A dataset, organization or topic and its resources before the change."""

    def __init__(self, context: Context) -> None:
        """Take what CKAN put into the context: nothing, when a new one is made."""
        self.record: Any = context.get("package") or context.get("group")

    @property
    def itself(self) -> Before:
        """The record's own values."""
        if self.record is None:
            return Before()
        return Before(lambda name: getattr(self.record, name, None), self._extras.get)

    @cached_property
    def tags(self) -> list[str]:
        """Names of the record's tags."""
        if self.record is None:
            return []
        return [one.tag.name for one in self.record.package_tags if one.state == "active"]

    def resource(self, identifier: str | None) -> Before:
        """Return a resource's values."""
        known = self._resources.get(identifier or "")
        if known is None:
            return Before()
        extras: Mapping[str, Any] = known.extras or {}
        return Before(lambda name: getattr(known, name, None), extras.get)

    @cached_property
    def _extras(self) -> Mapping[str, Any]:
        return dict(self.record.extras)

    @cached_property
    def _resources(self) -> Mapping[str, Any]:
        return {} if self.record is None else {one.id: one for one in self.record.resources_all}
