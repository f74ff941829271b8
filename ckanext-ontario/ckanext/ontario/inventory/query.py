"""A search page's address, as the search of the same records: the filters it names.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

FILTERS = (
    "organization",
    "access_level",
    "groups",
    "topics",
    "keywords_en",
    "keywords_fr",
    "tags",
    "res_format",
    "update_frequency",
    "license_id",
    "asset_type",
    "jurisdiction",
    "category",
    "exemption",
    "record_status",
)
"""Index fields that an address may filter by; several values of one mean "any of them"."""

MOST_VALUES = 200
"""Values of one filter that are read; there are fewer ministries."""


def search(arguments: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return parameters of ``package_search`` for the arguments of an address.

    What is not known is left alone, as on the search page.
    """
    words = next((value for key, value in arguments if key == "q"), "").strip()
    filters = {
        name: list(dict.fromkeys(v for key, v in arguments if key == name and v))[:MOST_VALUES]
        for name in FILTERS
    }
    clauses = [_clause(name, values) for name, values in filters.items() if values]
    return {**({"q": words} if words else {}), **({"fq_list": clauses} if clauses else {})}


def _clause(name: str, values: Sequence[str]) -> str:
    return f"{name}:({' OR '.join(map(_quoted, values))})"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
