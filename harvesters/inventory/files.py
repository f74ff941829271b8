"""The files a row names: addresses, formats and technical documents → resources.

A file exists only where there is an address; formats alone describe something nobody can fetch yet.
Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from ckanext.ontario.harvesters.mapping import texts
from ckanext.ontario.harvesters.mapping.folding import folded
from ckanext.ontario.harvesters.mapping.problems import Unusable

from . import cells
from .profile import Profile

MAX_FILES = 1_500
OTHER = "OTHER"
"""The schema's name for a format it does not know."""

_BETWEEN = re.compile(r"\s*[;|\n]\s*|[\s,]+(?=[a-zA-Z]+://)")
_EXTENSION = re.compile(r"[A-Za-z][A-Za-z0-9]{1,7}")


def addresses(text: str) -> list[str]:
    """Return the addresses of a cell, in order, each once.

    Raises:
        Unusable: ``url_invalid``, or ``too_many_values``.
    """
    found = [texts.address(piece) for piece in _BETWEEN.split(text) if piece]
    if len(found) > MAX_FILES:
        raise Unusable("too_many_values", size=len(found), cap=MAX_FILES)
    return list(dict.fromkeys(found))


def documents(text: str) -> tuple[list[str], list[str]]:
    """Return the addresses of technical documents in a cell, and what is no address.

    Raises:
        Unusable: as :func:`addresses`.
    """
    pieces = [piece for piece in _BETWEEN.split(text) if piece]
    named = [piece for piece in pieces if "://" not in piece]
    linked = [piece for piece in pieces if "://" in piece]
    return addresses("\n".join(linked)), named


def formats(text: str, profile: Profile) -> tuple[list[str], list[str]]:
    """Return the formats of a cell like ``csv; .xlsx`` by name, and those nobody knows."""
    written = cells.split(text)
    unknown = [item for item in written if folded(item) not in profile.formats]
    return [profile.formats.get(folded(item), OTHER) for item in written], unknown


def resources(
    urls: list[str], said: list[str], kind: str, profile: Profile
) -> list[dict[str, Any]]:
    """Return a resource for each address.

    Args:
        urls: The addresses.
        said: The formats that the row names: one for each address, or one for all.
        kind: The resource's type: ``data`` or ``technical_document``.
        profile: Knows formats, and what a file without a name is called.
    """
    each = said if len(said) == len(urls) else said * len(urls) if len(said) == 1 else []
    used: Counter[str] = Counter()
    made: list[dict[str, Any]] = []
    for position, url in enumerate(urls):
        form = each[position] if each else _format_of(url, profile)
        used[form] += 1
        name = _name(profile.resource_names[kind], form, used[form])
        known = {"format": form} if form else {}  # without one, the schema looks at the address
        made.append({"url": url, **known, "type": kind, "name_translated": name})
    return made


def _format_of(url: str, profile: Profile) -> str:
    extension = PurePosixPath(urlsplit(url).path).suffix.removeprefix(".")
    return profile.formats.get(folded(extension), "") if _EXTENSION.fullmatch(extension) else ""


def _name(names: Mapping[str, str], form: str, number: int) -> dict[str, str]:
    """Return what a file is called in both languages; the second of a kind is numbered."""
    count = f" {number}" if number > 1 else ""
    return {
        language: (text.format(format=form) if form else text.replace(" ({format})", "")) + count
        for language, text in names.items()
    }
