"""What a portal checks and sets before it starts: marks of fields, licences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.exceptions import CkanConfigurationException

from ckanext.ontario.schema import marks, public, tables
from ckanext.ontario.shared import portal
from ckanext.scheming import plugins as scheming

SCHEMA_OPTIONS = (
    "scheming.dataset_schemas",
    "scheming.organization_schemas",
    "scheming.group_schemas",
)


class UnmarkedField(CkanConfigurationException):
    """A field does not say whether the public may have it; nobody should have to guess."""


def require_marks(config: CKANConfig) -> None:
    """Refuse a portal whose schemas of ours have a field without its marks.

    Raises:
        UnmarkedField: naming every such field.
    """
    found = list(_problems(config))
    if found:
        raise UnmarkedField("fields of schemas/ are not marked: " + "; ".join(found))


def _problems(config: CKANConfig) -> Iterator[str]:
    for option in SCHEMA_OPTIONS:
        for name in _ours(config, option):
            yield from (f"{name}: {text}" for text in marks.problems(tables.read(name)))
    for name in _ours(config, "scheming.presets"):
        yield from (f"{name}: {text}" for text in marks.preset_problems(tables.read(name)))


def _ours(config: CKANConfig, option: str) -> Iterator[str]:
    for url in tk.aslist(config.get(option, "")):
        package, _, name = str(url).partition(":")
        if package == tables.PACKAGE:
            yield name


def use_licences(config: CKANConfig) -> None:
    """Make CKAN know exactly the licences of ``schemas/licences.json``."""
    config["licenses_group_url"] = f"file://{tables.path('licences.json')}"


def hide_internal_fields() -> None:
    """Take internal fields out of the schemas that scheming has read, on the public portal."""
    if portal.is_internal():
        return
    for kind in (
        scheming.SchemingDatasetsPlugin,
        scheming.SchemingOrganizationsPlugin,
        scheming.SchemingGroupsPlugin,
    ):
        loaded: Any = kind.instance
        for kept in ("_schemas", "_expanded_schemas"):
            schemas = getattr(loaded, kept, None) or {}
            derived = {name: public.derived(schema) for name, schema in schemas.items()}
            setattr(loaded, kept, derived)
