"""CKAN's search hook of the catalogue: the page's selected values, and what ``dataset`` means.

It runs after the search clamp (``ontario_visibility``, always the first plugin), which refuses
local parameters from callers and checks the names of counted fields. What is added here comes
from the page's own view, through a context variable that no request can set.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Generator, Mapping
from contextvars import ContextVar
from typing import Any

from ckanext.ontario.shared import portal, search_clauses

Chosen = Mapping[str, tuple[str, ...]]

ONLY_DATASETS = "+dataset_type:dataset"

_NAMES_TYPE = re.compile(r"(?<![\w.])dataset_type\s*:")

_chosen: ContextVar[Chosen] = ContextVar("ontario_chosen_facet_values")


@contextlib.contextmanager
def selecting(chosen: Chosen) -> Generator[None]:
    """Narrow the searches inside the block to records with the chosen values of each field."""
    mark = _chosen.set(chosen)
    try:
        yield
    finally:
        _chosen.reset(mark)


class ChoiceHooks:
    """The part of ``IPackageController`` that narrows searches."""

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        """Return ``search_params`` with the page's selection, on the public portal of datasets."""
        added = search_clauses.clauses(chosen := _chosen.get({}))
        if portal.current() is portal.Portal.PUBLIC and not names_type(search_params):
            added.append(ONLY_DATASETS)
        if not added:
            return search_params
        fields = search_params.get("facet.field") or []
        narrowed = {**search_params, "fq_list": [*(search_params.get("fq_list") or []), *added]}
        if chosen and fields:
            narrowed["facet.field"] = search_clauses.counted(fields, chosen)
        return narrowed


def names_type(params: Mapping[str, Any]) -> bool:
    """Say whether a search names the record type it wants (``dataset_type:…``)."""
    texts = [params.get("q"), params.get("fq"), *(params.get("fq_list") or [])]
    return any(_NAMES_TYPE.search(str(text)) for text in texts if text)
