"""What a table can be drawn as: for its pages, and for the page of its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.data import asking, charts, maps
from ckanext.ontario.data.domain import choosing, measures
from ckanext.ontario.data.domain.choosing import Asked

AT_ONCE = 100_000
"""Rows up to which a table is drawn on the page of its file; beyond, on pages of its own."""


@dataclass(frozen=True)
class Pictures:
    """What can be drawn of a table, and what is drawn at once."""

    has_chart: bool = False
    has_map: bool = False
    chart: charts.Chart | None = None
    map: maps.Map | None = None


def asked(query: Any) -> Asked:
    """Read what an address says of a chart."""
    y = tuple(name for name in query.getlist("y") if name)
    return Asked(query.get("x", ""), y, query.get("how", ""), query.get("kind", ""))


def of(resource: Mapping[str, Any], rows: int | None, language: str) -> Pictures:
    """Return the pictures of a resource whose table the reader sees.

    Args:
        resource: as ``resource_show`` returns it.
        rows: how many its table has; ``None`` to draw nothing.
        language: of the reader.
    """
    try:
        table = asking.table(resource["id"], language)
        if table is None:
            return Pictures()
        has_chart = choosing.automatic(table.seen) is not None
        has_map = measures.place(table.seen) is not None
        if rows is None or rows > AT_ONCE:
            return Pictures(has_chart, has_map)
        chart = charts.read(table, Asked(), language) if has_chart else None
        return Pictures(has_chart, has_map, chart, maps.read(table, language) if has_map else None)
    except tk.ValidationError:  # it took too long; the table itself is there
        return Pictures()
