"""Messages of other extensions that our portals can show, in which no French comes with them.

Only what readers meet is listed. The rest of ckanext-harvest's pages are replaced by ours and its
refusals are answered by the portal's own gates; ckanext-dcat's addresses are refused, and neither
its validators nor ckanext-scheming's are in our schemas.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.extract import extract_from_file

SHOWN: dict[str, tuple[str, ...]] = {
    "ckanext.harvest": ("templates/admin/base.html",),  # a tab of the pages of administration
}
"""Extension → files, below its package, whose messages can be shown."""


def messages(keywords: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield ``(extension, message, context)``; a message with a plural is a pair."""
    for extension, patterns in SHOWN.items():
        root = _folder(extension)
        for pattern in patterns:
            files = sorted(root.glob(pattern))
            if not files:
                message = f"{extension} has no {pattern} any more"
                raise FileNotFoundError(message)
            for path in files:
                yield from ((extension, *one) for one in _of(path, keywords))


def _of(path: Path, keywords: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    method = "python" if path.suffix == ".py" else "ckan.lib.extract:extract_ckan"
    for _line, message, _comments, context in extract_from_file(method, path, keywords=keywords):
        yield message, context


def _folder(extension: str) -> Path:
    found = importlib.util.find_spec(extension)
    if found is None or not found.submodule_search_locations:
        message = f"{extension} is not installed"
        raise ModuleNotFoundError(message)
    return Path(next(iter(found.submodule_search_locations)))
