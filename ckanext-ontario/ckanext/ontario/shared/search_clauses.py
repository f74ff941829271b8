"""Selected values as Solr clauses: OR inside a facet, AND between them, counts that stay.

Each clause is tagged with its field, and the field's own count leaves that clause out, so that
a facet keeps showing how many records each further value would add.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_FIELD = re.compile(r"[a-z][a-z_]*")
_QUOTED = re.compile(r'(["\\])')


def clauses(chosen: Mapping[str, Iterable[str]]) -> list[str]:
    """Return a tagged filter query for each field: ``{!lucene tag=f}f:("a" OR "b")``.

    Raises:
        ValueError: when a field's name is not one word of small letters.
    """
    found = zip((name for name in chosen if chosen[name]), plain(chosen), strict=True)
    return [f"{{!lucene tag={_field(name)}}}{clause}" for name, clause in found]


def plain(chosen: Mapping[str, Iterable[str]]) -> list[str]:
    """Return a filter query for each field, for searches that count nothing."""
    return [
        f"{name}:({' OR '.join(map(phrase, values))})" for name, values in chosen.items() if values
    ]


def counted(fields: Iterable[str], chosen: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the fields to count; a field with selected values is counted without its clause."""
    return [
        f"{{!lucene ex={_field(name)} key={name}}}{name}" if chosen.get(name) else name
        for name in fields
    ]


def phrase(value: str) -> str:
    """Return ``value`` as a phrase, in which Solr reads no syntax.

    CKAN looks for ``{!`` also inside a phrase and refuses it, so the sign ``!`` is escaped.
    """
    escaped = _QUOTED.sub(r"\\\1", value).replace("!", "\\!")
    return f'"{escaped}"'


def _field(name: str) -> str:
    if not _FIELD.fullmatch(name):
        raise ValueError(name)
    return name
