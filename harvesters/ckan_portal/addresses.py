"""Which pages of another CKAN to ask for.

Pages are ordered by id, and each begins after the last id of the one before: what is added or
deleted meanwhile moves no other record from one page to the next, as it would with numbered pages.
Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

PAGE_SIZE = 100
MAX_PAGE_SIZE = 1_000
"""CKAN gives no more at once (``ckan.search.rows_max``)."""

_SLUG = re.compile(r"[a-z0-9_-]{2,100}")
_AFTER = re.compile(r'\+id:\{"([^"\\]*)" TO \*\]')
_TAIL = re.compile(r"/(?:api(?:/\d)?(?:/action)?(?:/\w+)?|dataset|organization|group)/?$")
ID = re.compile(r"[\w-]{2,100}", re.ASCII)
"""An identifier of CKAN's, as it may stand in a query."""


def search(url: str, options: Mapping[str, Any], after: str | None = None) -> str:
    """Return the address of a page of records.

    Args:
        url: the portal's address, or that of its API or its list of datasets.
        options: ``only_publishers`` narrows the search where its words are names of organizations.
        after: the last id of the page before.
    """
    where = urlsplit(url)
    root = f"{where.scheme}://{where.netloc}{_TAIL.sub('', where.path.rstrip('/'))}"
    wanted = options.get("only_publishers") or []
    clauses = ["+dataset_type:dataset"]
    if wanted and all(_SLUG.fullmatch(name) for name in wanted):
        clauses.append(f"+organization:({' OR '.join(wanted)})")
    if after is not None:
        clauses.append(f'+id:{{"{after}" TO *]')
    query = {
        "q": "*:*",
        "fq": " ".join(clauses),
        "sort": "id asc",
        "rows": str(options.get("page_size") or PAGE_SIZE),
        "facet": "false",
    }
    return f"{root}/api/3/action/package_search?{urlencode(query)}"


def after_of(address: str) -> str:
    """Return the id that a page begins after; nothing for the first one."""
    query = parse_qs(urlsplit(address).query).get("fq", [""])[0]
    found = _AFTER.search(query)
    return found[1] if found else ""


def following(address: str, options: Mapping[str, Any], last: str) -> str:
    """Return the address of the page after the one at ``address``, whose last id is ``last``."""
    return search(urlsplit(address)._replace(query="").geturl(), options, last)
