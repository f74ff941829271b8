"""Who reads a record's page, and what the page needs to know besides the record.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from ckanext.ontario.shared.bilingual import pick

Labels = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Field → value → what people call it, in both languages."""


@dataclass(frozen=True)
class Field:
    """A field of the schema, as far as a page needs it."""

    name: str
    label: Mapping[str, str]
    kind: str
    internal: bool


@dataclass(frozen=True)
class Schema:
    """What the YAML says of a dataset and of its files."""

    fields: tuple[Field, ...] = ()
    labels: Labels = field(default_factory=dict[str, Any])
    resource_labels: Labels = field(default_factory=dict[str, Any])
    licences: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Any])
    """Licence → ``label`` and ``url`` (both bilingual) and ``open``."""
    open_formats: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Publisher:
    """An organization's texts, bilingual; empty when the record has none."""

    name: str = ""
    title: Mapping[str, str] = field(default_factory=dict[str, str])
    contact: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class HarvestSource:
    """The harvest source of a record, if the reader may see that: its title, and its page."""

    title: str = ""
    page: str = ""


@dataclass(frozen=True)
class Addresses:
    """Where pages are. All but ``site`` and those that say so are paths in the reader's language.

    ``site`` is the portal's own address without a path, ``api`` the full address of actions, and
    ``prefix`` the first part of a page's path (``/fr``, or nothing in English).
    """

    site: str
    prefix: str = ""
    api: str = ""

    def record(self, name: str) -> str:
        """Return the path of a dataset's page."""
        return f"{self.prefix}/dataset/{quote(name, safe='')}"

    def resource(self, name: str, resource_id: str) -> str:
        """Return the path of a file's page."""
        return f"{self.record(name)}/resource/{quote(resource_id, safe='')}"

    def organization(self, name: str) -> str:
        """Return the path of an organization's page."""
        return f"{self.prefix}/organization/{quote(name, safe='')}"

    def search(self, **terms: str) -> str:
        """Return the path of a search."""
        return f"{self.prefix}/dataset/?{urlencode(terms)}"


@dataclass(frozen=True)
class Reader:
    """The reader and the portal: language, today's day there, what the schema calls things."""

    language: str
    today: date
    addresses: Addresses
    schema: Schema = Schema()
    internal: bool = False

    def label(self, name: str, value: Any) -> str:
        """Return what people call a value of a dataset's field; the value itself if unknown."""
        return self._said(self.schema.labels, name, value)

    def resource_label(self, name: str, value: Any) -> str:
        """Return what people call a value of a file's field; the value itself if unknown."""
        return self._said(self.schema.resource_labels, name, value)

    def _said(self, labels: Labels, name: str, value: Any) -> str:
        known = str(value or "")
        return pick(labels.get(name, {}).get(known), self.language) or known
