"""How much of the inventory is open: counts by access level, for each ministry, topic and so on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.ontario.inventory.reading import DATASETS, fresh

LEVELS = ("open", "under_review", "restricted")

BY = ("organization", "groups", "update_frequency", "license_id", "asset_type", "category")
"""Index fields that rows may stand for; the first is the default."""

MOST = 500
"""Rows there may be: more than there are ministries and agencies."""


def summarize(context: Context, by: str) -> dict[str, Any]:
    """Return the counts of :func:`~.logic.action.ontario_inventory_summarize`: four searches."""
    found = {level: _search(context, [f'access_level:"{level}"'], by) for level in LEVELS}
    whole = _search(context, [], "exemption")
    names: dict[str, str] = {}
    for answer in found.values():
        names.update({one["name"]: one["display_name"] for one in _items(answer, by)})
    counts = {level: _counts(answer, by) for level, answer in found.items()}
    rows = [_row(name, label, counts) for name, label in names.items()]
    return {
        "by": by,
        "total": whole["count"],
        "levels": {level: answer["count"] for level, answer in found.items()},
        "rows": sorted(rows, key=lambda one: (-one["total"], one["name"])),
        "exemptions": [
            {key: one[key] for key in ("name", "display_name", "count")}
            for one in sorted(_items(whole, "exemption"), key=lambda one: -one["count"])
            if one["name"] != "none"
        ],
    }


def _search(context: Context, filters: list[str], facet: str) -> dict[str, Any]:
    query = {
        "rows": 0,
        "fq_list": [*filters, DATASETS],
        "facet.field": [facet],
        "facet.limit": MOST,
    }
    return tk.get_action("package_search")(fresh(context), query)


def _items(answer: Mapping[str, Any], facet: str) -> list[dict[str, Any]]:
    return answer["search_facets"].get(facet, {}).get("items", [])


def _counts(answer: Mapping[str, Any], facet: str) -> dict[str, int]:
    return {one["name"]: one["count"] for one in _items(answer, facet)}


def _row(name: str, label: str, counts: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    levels = {level: counts[level].get(name, 0) for level in LEVELS}
    return {"name": name, "display_name": label, **levels, "total": sum(levels.values())}
