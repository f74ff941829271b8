"""Which index fields callers may search, count, sort by and ask for.

The running core's own schema is the list, so a field added to the configset needs no second
entry here. Besides it come names that CKAN and its plugins use but no schema declares (Solr
takes any name through a dynamic field): columns of a package, facets of loaded plugins.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import requests
from ckan import model
from ckan.lib.search import SolrConnectionError
from ckan.lib.search.common import SolrSettings

HIDDEN = frozenset(
    {"permission_labels", "data_dict", "validated_data_dict", "index_id", "_version_"}
)
"""Never for callers: who may see a record, and whole records past their schema."""

UNDECLARED = frozenset(
    {
        "harvest_source_id",  # ckanext-harvest lists a source's records by these three
        "harvest_source_title",
        "harvest_object_id",
        "view_recent",  # CKAN's home page sorts by this name
        "isopen",
        "num_resources",
        "num_tags",
    }
)
"""Indexed through CKAN's dynamic field without being columns or facets."""

DYNAMIC_PREFIX = "vocab_"
"""CKAN indexes the tags of a vocabulary under this prefix."""

_TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class SearchFields:
    """Names callers may use, by what for."""

    searched: frozenset[str]
    counted: frozenset[str]
    sorted: frozenset[str]
    returned: frozenset[str]


_known: dict[str, SearchFields] = {}


def current() -> SearchFields:
    """Return the names callers may use on this portal's core; asked of Solr once per process.

    Raises:
        SolrConnectionError: when Solr does not answer.
    """
    url, user, password = SolrSettings.get()
    if url not in _known:
        auth = (user, password or "") if user else None
        fields = _ask(f"{url}/schema/fields", "fields", auth, {"showDefaults": "true"})
        types = _ask(f"{url}/schema/fieldtypes", "fieldTypes", auth, {})
        _known[url] = fields_from(fields, types, {*_columns(), *_facets(), *UNDECLARED})
    return _known[url]


def forget() -> None:
    """Ask Solr again next time."""
    _known.clear()


def fields_from(
    fields: Iterable[Mapping[str, Any]],
    types: Iterable[Mapping[str, Any]],
    undeclared: Iterable[str],
) -> SearchFields:
    """Sort a Solr schema's fields by what callers may do with them.

    Args:
        fields: Solr's ``/schema/fields?showDefaults=true``.
        types: Solr's ``/schema/fieldtypes``.
        undeclared: names indexed through the dynamic string field.
    """
    kinds = {kind["name"]: kind for kind in types}
    shown = [field for field in fields if field["name"] not in HIDDEN]
    indexed = [field for field in shown if field["indexed"]]
    extra = frozenset(undeclared) - HIDDEN - {field["name"] for field in shown}
    return SearchFields(
        searched=_names(indexed) | extra,
        counted=_names(f for f in indexed if _is_countable(f, kinds[f["type"]])) | extra,
        sorted=_names(f for f in indexed if _is_sortable(f, kinds[f["type"]])) | extra | {"score"},
        returned=_names(f for f in shown if f["stored"]) | {"score"},
    )


def _names(fields: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(str(field["name"]) for field in fields)


def _is_countable(field: Mapping[str, Any], kind: Mapping[str, Any]) -> bool:
    needs_values = "PointField" in kind["class"]
    return not field["tokenized"] and (bool(field["docValues"]) or not needs_values)


def _is_sortable(field: Mapping[str, Any], kind: Mapping[str, Any]) -> bool:
    analyzer: Mapping[str, Any] = kind.get("analyzer") or kind.get("indexAnalyzer") or {}
    tokenizer = str(analyzer.get("tokenizer", {}))
    whole = not field["tokenized"] or "eyword" in tokenizer
    return whole and not field["multiValued"]


def _ask(
    url: str, key: str, auth: tuple[str, str] | None, params: dict[str, str]
) -> list[dict[str, Any]]:
    try:
        answer = requests.get(url, params=params, auth=auth, timeout=_TIMEOUT_SECONDS)
        answer.raise_for_status()
        return list(answer.json()[key])
    except (requests.RequestException, ValueError, KeyError) as err:
        raise SolrConnectionError(f"{url}: {err}") from err


def _columns() -> set[str]:
    return {column.name for column in model.package_table.columns} - {"plugin_data"}


def _facets() -> set[str]:
    types = [kind for plugin in p.PluginImplementations(p.IDatasetForm) for kind in _kinds(plugin)]
    found: set[str] = set(tk.config["search.facets"])
    for plugin in p.PluginImplementations(p.IFacets):
        for kind in {"dataset", *types}:
            found.update(plugin.dataset_facets(OrderedDict(), kind))
            found.update(plugin.organization_facets(OrderedDict(), "organization", kind))
            found.update(plugin.group_facets(OrderedDict(), "group", kind))
    return found


def _kinds(plugin: p.IDatasetForm) -> Iterable[str]:
    return plugin.package_types()
