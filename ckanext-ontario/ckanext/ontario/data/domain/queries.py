"""What may be asked of a table, before the database is asked.

CKAN's own validation trusts shapes that only its own clients keep to; anything else became a 500.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

LANGUAGES = frozenset({"simple", "english", "french"})
"""Ways to cut text into words that PostgreSQL brings."""

MAX_OFFSET = 2**31 - 1
MAX_VALUES = 1000
"""Values of one filter."""

SCALARS = (str, int, float, bool)


def problems(query: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with a search of a table: the parameter, and a code for the sentence.

    Codes: ``text``, ``number``, ``negative``, ``big``, ``filters``, ``values``, ``language``,
    ``nul`` or ``list``.
    """
    return {
        name: code
        for name, check in _CHECKS.items()
        if query.get(name) is not None and (code := next(check(query[name]), ""))
    }


def is_closed(name: object) -> bool:
    """Say whether a table's name is the DataStore's own (its list of tables, for one)."""
    return isinstance(name, str) and name.strip(' "').startswith(("_", "pg_"))


def _identity(value: Any) -> Iterator[str]:
    if not isinstance(value, str):
        yield "text"
    elif "\x00" in value:
        yield "nul"


def _count(value: Any) -> Iterator[str]:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        yield "number"
        return
    if number < 0:
        yield "negative"
    elif number > MAX_OFFSET:
        yield "big"


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if not all(isinstance(one, str) for one in (*value.keys(), *value.values())):
            yield "text"
    elif not isinstance(value, str):
        yield "text"
    if _has_nul(value):
        yield "nul"


def _filters(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if "\x00" in value or "\\u0000" in value:
            yield "nul"
        return  # JSON; read by the caller
    if not isinstance(value, Mapping):
        yield "filters"
        return
    for one in value.values():
        wanted = one if isinstance(one, list) else [one]
        if not all(item is None or isinstance(item, SCALARS) for item in wanted):
            yield "filters"
        if len(wanted) > MAX_VALUES:
            yield "values"
    if _has_nul(value):
        yield "nul"


def _names(value: Any) -> Iterator[str]:
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in listed):
        yield "list"
    elif _has_nul(value):
        yield "nul"


def _language(value: Any) -> Iterator[str]:
    if value not in LANGUAGES:
        yield "language"


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, Mapping):
        return any(_has_nul(one) for pair in value.items() for one in pair)
    return isinstance(value, list) and any(_has_nul(one) for one in value)


_CHECKS = {
    "resource_id": _identity,
    "id": _identity,
    "limit": _count,
    "offset": _count,
    "q": _words,
    "full_text": _words,
    "filters": _filters,
    "fields": _names,
    "sort": _names,
    "language": _language,
}
