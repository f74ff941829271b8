"""The validation plans of each type of record, and of which schema each is made."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib import plugins as lib_plugins
from ckan.types import Context

from ckanext.ontario.ingest.bulk.plan import Plan, Unplannable
from ckanext.ontario.ingest.bulk.rebuilt import rebuilt
from ckanext.scheming import plugins as scheming


class Plans:
    """The plans of each type of record; made when first needed, again when a schema changes."""

    def __init__(self, replaced: Mapping[Any, Any] | None = None, *, shows: bool = False) -> None:
        """Remember nothing yet; see :class:`Plan` for the arguments."""
        self.replaced = replaced or {}
        self.shows = shows
        self._plans: dict[tuple[str, str], tuple[Any, Plan | None]] = {}

    def find(self, record_type: str, action: str) -> Plan | None:
        """Return a plan, or ``None`` where only CKAN's own way will do.

        Args:
            record_type: ``dataset`` and its like.
            action: ``package_create``, ``package_update`` or ``package_show``.
        """
        plugin = lib_plugins.lookup_package_plugin(record_type)
        schemas = getattr(plugin, "_expanded_schemas", {})
        schema = schemas.get(record_type, plugin)
        known = self._plans.get((record_type, action))
        if known is None or known[0] is not schema:
            plan = self._made(plugin, record_type, action)
            known = self._plans[record_type, action] = (schema, plan)
        return known[1]

    def _made(self, plugin: Any, record_type: str, action: str) -> Plan | None:
        try:
            return Plan(schema_of(plugin, record_type, action), self.replaced, shows=self.shows)
        except Unplannable:
            return None

    def validate(
        self, plugin: Any, context: Context, data: dict[str, Any], schema: Any, action: str
    ) -> tuple[dict[str, Any], Any]:
        """Stand where CKAN's ``plugin_validate`` stands; errors are there for showing only."""
        plan = self.find(str(data.get("type")), action)
        if plan is not None:
            try:
                return plan.validate(data, context)
            except Unplannable:
                pass
        schema = schema or schema_maker(plugin, action)()
        return lib_plugins.plugin_validate(plugin, context, data, schema, action)


def schema_maker(plugin: Any, action: str) -> Any:
    """Return the plugin's function that makes the schema of an action."""
    return getattr(plugin, f"{action.removeprefix('package_')}_package_schema")


def schema_of(plugin: Any, record_type: str, action: str) -> dict[str, Any]:
    """Return the schema that a plugin's own ``validate`` hands to navl in the end.

    Raises:
        Unplannable: when the plugin's way is not known, or it looks at each record first.
    """
    schema: dict[str, Any] = copy.copy(schema_maker(plugin, action)())
    if not hasattr(plugin, "validate"):
        return schema
    if type(plugin).validate is not scheming.SchemingDatasetsPlugin.validate:
        raise Unplannable(type(plugin).__name__)
    fields = tk.h.scheming_get_dataset_schema(record_type) or {}
    groupings = [*fields.get("dataset_fields", ()), *fields.get("resource_fields", ())]
    if any("repeating_subfields" in field for field in groupings):
        raise Unplannable(record_type)
    caught: list[dict[str, Any]] = []

    def catch(data: Any, given: dict[str, Any], _context: Any) -> tuple[Any, Any]:
        caught.append(given)
        return data, {}

    validate = rebuilt(type(plugin).validate, {"navl_validate": catch})
    validate(plugin, {}, {"type": record_type}, schema, action)
    if not caught:
        raise Unplannable(record_type)
    return caught[0]
