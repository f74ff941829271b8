"""Facets for a template: values with names and counts, the selected ones always among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.ontario.catalogue import search_labels
from ckanext.ontario.shared.collation import sort_key

LIMIT = 100
"""Values that are counted of one facet, the most frequent ones."""

SHOWN = 6
"""Values that are seen at once; the others open below."""

OPEN = ("access_level", "organization", "groups")
"""Facets that are open when nothing of them is selected."""

_IN_ORDER = ("access_level",)
"""Facets whose values stand in the order of their list, and not by count."""


@dataclass(frozen=True)
class Value:
    """One value of a facet. ``count`` is ``None`` when it was not among those counted."""

    name: str
    label: str
    count: int | None
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """A list of values to select from; ``more`` are those shown on request."""

    name: str
    title: str
    values: Sequence[Value]
    more: Sequence[Value]
    chosen: int
    open: bool


def facets_of(
    fields: Iterable[str],
    counted: Mapping[str, Any],
    chosen: Mapping[str, tuple[str, ...]],
) -> tuple[list[Facet], Callable[[str, str], str]]:
    """Return the facets, and a function that names any selected value.

    Args:
        fields: the facets in their order.
        counted: CKAN's ``search_facets``.
        chosen: the selected values by field.
    """
    items = {name: list(counted.get(name, {}).get("items", ())) for name in fields}
    closed = search_labels.choices()
    names: dict[str, dict[str, str]] = {
        name: {
            item["name"]: closed.get(name, {}).get(item["name"]) or item["display_name"]
            for item in listed
        }
        for name, listed in items.items()
    }
    unlisted = {
        name: [one for one in values if one not in names.get(name, {})]
        for name, values in chosen.items()
    }
    asked = search_labels.missing(unlisted)

    def label(name: str, value: str) -> str:
        known = (names.get(name, {}), asked.get(name, {}), closed.get(name, {}))
        return next((one[value] for one in known if value in one), value)

    facets = [
        _facet(name, items[name], chosen.get(name, ()), label, closed.get(name, {}))
        for name in items
    ]
    return [facet for facet in facets if facet.values], label


def _facet(
    name: str,
    items: Sequence[Mapping[str, Any]],
    chosen: tuple[str, ...],
    label: Callable[[str, str], str],
    order: Iterable[str],
) -> Facet:
    counts: dict[str, int | None] = {item["name"]: item["count"] for item in items if item["name"]}
    for value in chosen:  # not counted means none, unless the list was cut
        counts.setdefault(value, 0 if len(items) < LIMIT else None)
    if name in _IN_ORDER:
        for value in order:
            counts.setdefault(value, 0)
    language = search_labels.language()
    values = [Value(one, label(name, one), n, one in chosen) for one, n in counts.items()]
    if name in _IN_ORDER:
        places = {value: at for at, value in enumerate(order)}
        values.sort(key=lambda one: places.get(one.name, len(places)))
        shown = len(values)
    else:
        values.sort(key=lambda one: (-(one.count or 0), sort_key(one.label, language)))
        values.sort(key=lambda one: not one.chosen)
        shown = max(SHOWN, len(chosen))
    if len(values) == shown + 1:  # "show 1 more" takes as much room as that one
        shown += 1
    return Facet(
        name=name,
        title=search_labels.titles()[name],
        values=values[:shown],
        more=values[shown:],
        chosen=len(chosen),
        open=bool(chosen) or name in OPEN,
    )
