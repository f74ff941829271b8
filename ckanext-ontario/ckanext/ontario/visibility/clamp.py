"""What a search may ask of Solr (both portals).

Core hands most parameters to Solr as they come, and Solr answers more than records:
``facet.mincount=0`` lists values of records nobody may see, and a sort or a function ranks by
hidden fields. CKAN runs this inside ``package_search``, so pages, feeds and plugins pass it too.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable
from contextvars import ContextVar
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchQueryError

from ckanext.ontario.visibility import config, query, solr_fields

DROPPED = ("qf", "bf", "boost", "defType", "mm", "tie", "wt")
"""Parameters of Solr's own that callers have no use for; taken away without an error, because
clients written for other CKAN sites send some of them."""

NEVER = (*sorted(solr_fields.HIDDEN), "_query_", "_val_")
"""Names refused wherever they stand before a colon: hidden fields, and Solr's magic ones."""

_every_value: ContextVar[bool] = ContextVar("ontario_every_facet_value", default=False)


@contextlib.contextmanager
def every_facet_value() -> Generator[None]:
    """Lift the cap on facet values inside the block, for lists this slice makes itself."""
    mark = _every_value.set(True)
    try:
        yield
    finally:
        _every_value.reset(mark)


class SearchClamp:
    """The hook of ``IPackageController`` that clamps a search."""

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        """Return ``search_params`` within what callers may ask.

        Raises:
            SearchQueryError: naming the field or the part that is refused.
        """
        return clamp(search_params, solr_fields.current(), config.facet_limit())


def clamp(
    params: dict[str, Any], fields: solr_fields.SearchFields, facet_limit: int
) -> dict[str, Any]:
    """Return ``params`` without what callers may not ask.

    Args:
        params: the parameters of ``package_search`` after its own validation.
        fields: names callers may use.
        facet_limit: the most values of one facet.

    Raises:
        SearchQueryError: naming the field or the part that is refused.
    """
    clamped = {key: value for key, value in params.items() if key not in DROPPED}
    for text in _queries(clamped):
        _only(_read(query.fields_of, text), fields.searched, text)
        hidden = query.mentions(text, NEVER)
        _only([hidden] if hidden else [], frozenset(), text)
    if clamped.get("sort") and clamped["sort"] != "rank":
        _only(_read(query.sort_fields, clamped["sort"]), fields.sorted, clamped["sort"])
    if clamped.get("fl"):
        clamped["fl"] = _read(query.listed_fields, _as_list(clamped["fl"]))
        _only(clamped["fl"], fields.returned, str(clamped["fl"]))
    if clamped.get("facet.field"):
        _only(_as_list(clamped["facet.field"]), fields.counted, str(clamped["facet.field"]))
    _clamp_facets(clamped, facet_limit)
    return clamped


def _queries(params: dict[str, Any]) -> list[str]:
    single = [params.get("q"), params.get("fq")]
    return [str(text) for text in [*single, *_as_list(params.get("fq_list"))] if text]


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _read(reader: Callable[[Any], Iterable[str]], text: Any) -> list[str]:
    try:
        return list(reader(text))
    except query.MalformedQuery as err:
        raise SearchQueryError(
            tk._("This part of the search is not understood: {part}").format(part=err)
        ) from err


def _only(names: Iterable[str], allowed: frozenset[str], text: str) -> None:
    for name in names:
        if name not in allowed and not str(name).startswith(solr_fields.DYNAMIC_PREFIX):
            message = tk._(
                "“{name}” is not a field of this catalogue (in “{text}”). "
                "Put quotation marks around text that holds a colon."
            )
            raise SearchQueryError(message.format(name=name, text=text[:200]))


def _clamp_facets(params: dict[str, Any], facet_limit: int) -> None:
    params["facet.mincount"] = max(1, _number(params, "facet.mincount", 1))
    if "facet.limit" in params and not _every_value.get():
        wanted = _number(params, "facet.limit", facet_limit)
        params["facet.limit"] = min(wanted, facet_limit) if wanted >= 0 else facet_limit
    if "facet" in params:
        params["facet"] = "true" if _truth(params["facet"]) else "false"


def _number(params: dict[str, Any], key: str, otherwise: int) -> int:
    try:
        return int(params.get(key, otherwise))
    except (TypeError, ValueError) as err:
        raise SearchQueryError(
            tk._("{parameter} must be a whole number").format(parameter=key)
        ) from err


def _truth(value: Any) -> bool:
    try:
        return bool(tk.asbool(value))
    except ValueError:
        return True
