"""CKAN's flattened record while it is validated: read and written level by level.

CKAN hands validators one dictionary whose keys are paths: ``("title",)`` and
``("resources", 0, "name")``. A *level* is the record itself or one of its resources; what the
schema does not know waits in the level's ``__extras``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.schema.messages import message
from ckanext.ontario.schema.texts import Refused

Path = tuple[Any, ...]
FlatData = dict[Path, Any]
FlatErrors = dict[Path, list[str]]


@dataclass(frozen=True)
class Level:
    """The record, or one of its resources, inside the flattened data."""

    data: FlatData
    errors: FlatErrors
    prefix: Path = ()

    @property
    def unknown(self) -> dict[str, Any]:
        """What the schema has no field for, changeable."""
        return self.data.get((*self.prefix, "__extras")) or {}

    def has(self, name: str) -> bool:
        """Say whether a value was given."""
        return self.data.get((*self.prefix, name), tk.missing) is not tk.missing

    def get(self, name: str) -> Any:
        """Return a value, or ``None`` when it was not given."""
        value = self.data.get((*self.prefix, name), tk.missing)
        return None if value is tk.missing else value

    def set(self, name: str, value: Any) -> None:
        """Give a value."""
        self.data[(*self.prefix, name)] = value

    def refuse(self, name: str, refused: Refused) -> None:
        """Note that a value can't be kept."""
        self.complain(name, message(refused))

    def complain(self, name: str, text: str) -> None:
        """Note an error of a field, once."""
        errors = self.errors.setdefault((*self.prefix, name), [])
        if text not in errors:
            errors.append(text)

    def failed(self, name: str) -> bool:
        """Say whether a field has errors."""
        return bool(self.errors.get((*self.prefix, name)))


def resource_levels(data: FlatData, errors: FlatErrors) -> Iterator[Level]:
    """Yield the level of each resource, in order."""
    numbers = {key[1] for key in data if len(key) > 2 and key[0] == "resources"}
    for number in sorted(numbers):
        yield Level(data, errors, ("resources", number))


def numbers_of(data: FlatData, name: str) -> list[int]:
    """Return the positions of a list's items (``tags``, ``groups``, ``extras``)."""
    return sorted({key[1] for key in data if len(key) > 2 and key[0] == name})


def drop(data: FlatData, name: str) -> None:
    """Take a whole list out of the data."""
    for key in [key for key in data if key[0] == name]:
        del data[key]
