"""Tags and formats: only those of records the reader may see.

Core reads them from the database, hidden records included.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Action, Context, DataDict

from ckanext.ontario.visibility import clamp

__all__ = ["format_autocomplete", "tag_autocomplete", "tag_list", "tag_search", "tag_show"]

_TAG_LIMIT = 10
_FORMAT_LIMIT = 5
_EVERYTHING = 100_000


@tk.chained_action
@tk.side_effect_free
def tag_list(next_action: Action, context: Context, data_dict: DataDict) -> list[Any]:
    """Return the tags of records the reader may see (names, or dicts with ``all_fields``)."""
    visible = _visible("tags", context, data_dict)
    return [tag for tag in next_action(context, data_dict) if _is(tag, visible)]


@tk.chained_action
@tk.side_effect_free
def tag_search(next_action: Action, context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return matching tags of records the reader may see, and how many there are."""
    visible = _visible("tags", context, data_dict)
    found = next_action(context, _unpaged(data_dict))["results"]
    tags = [tag for tag in found if _is(tag, visible)]
    return {"count": len(tags), "results": _page(tags, data_dict, len(tags))}


@tk.chained_action
@tk.side_effect_free
def tag_autocomplete(next_action: Action, context: Context, data_dict: DataDict) -> list[str]:
    """Return names of matching tags of records the reader may see."""
    visible = _visible("tags", context, data_dict)
    tags = [tag for tag in next_action(context, _unpaged(data_dict)) if _is(tag, visible)]
    return _page(tags, data_dict, _TAG_LIMIT)


@tk.chained_action
@tk.side_effect_free
def tag_show(next_action: Action, context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return a tag of a record the reader may see; with ``include_datasets``, such records."""
    tag = next_action(context, {**data_dict, "include_datasets": False})
    if not _is(tag, _visible("tags", context, data_dict)):
        raise tk.ObjectNotFound
    if tk.asbool(data_dict.get("include_datasets", False)):
        name = str(tag["name"]).replace('"', "")
        query = {"fq": f'tags:"{name}"', "rows": 1000}
        found = tk.get_action("package_search")(tk.fresh_context(context), query)
        tag["packages"] = found["results"]
    return tag


@tk.chained_action
@tk.side_effect_free
def format_autocomplete(next_action: Action, context: Context, data_dict: DataDict) -> list[str]:
    """Return matching formats of files of records the reader may see."""
    visible = {name.lower() for name in _values("res_format", context)}
    formats = next_action(context, _unpaged(data_dict))
    return _page([name for name in formats if name in visible], data_dict, _FORMAT_LIMIT)


def _visible(field: str, context: Context, data_dict: DataDict) -> set[str] | None:
    """Names the reader may see, or ``None`` when a vocabulary (the same for all) is asked for."""
    return None if data_dict.get("vocabulary_id") else _values(field, context)


def _values(field: str, context: Context) -> set[str]:
    query = {"rows": 0, "facet.field": [field], "facet.limit": -1}
    with clamp.every_facet_value():
        found = tk.get_action("package_search")(tk.fresh_context(context), query)
    return set(found["facets"].get(field, {}))


def _is(tag: Any, visible: set[str] | None) -> bool:
    name = tag["name"] if isinstance(tag, dict) else tag
    return visible is None or name in visible


def _unpaged(data_dict: DataDict) -> DataDict:
    return {**data_dict, "limit": _EVERYTHING, "offset": 0}


def _page(items: list[Any], data_dict: DataDict, otherwise: int) -> list[Any]:
    start = int(data_dict.get("offset") or 0)
    return items[start : start + int(data_dict.get("limit") or otherwise)]
