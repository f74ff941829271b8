"""CKAN's two converters of extras, which look through the whole record for each field again.

Each keeps what it found in the validation's context: a record's fields are converted together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckan.logic import converters

Path = tuple[Any, ...]

_NUMBERS = "ontario_ingest_extras"
_NEXT = "ontario_ingest_next_extra"


def to_extras(key: Path, data: dict[Path, Any], _errors: Any, context: Any) -> None:
    """Keep a field as an extra, behind those there are."""
    number = context.get(_NEXT)
    if number is None:
        number = max((k[1] for k in data if len(k) > 1 and k[0] == "extras"), default=-1) + 1
    context[_NEXT] = number + 1
    data["extras", number, "key"] = key[-1]
    data["extras", number, "value"] = data[key]


def from_extras(key: Path, data: dict[Path, Any], _errors: Any, context: Any) -> None:
    """Give a field the value of the extra of its name, and take that extra away."""
    found = context.get(_NUMBERS)
    if found is None:
        found = context[_NUMBERS] = _extras(data)
    paths = found.get(key[-1])
    if paths is None:
        return
    data[key] = data["extras", paths[0][1], "value"]
    for path in paths:
        data.pop(path, None)
    del found[key[-1]]


def _extras(data: Mapping[Path, Any]) -> dict[str, list[Path]]:
    """Return each extra's paths by its name; of two of one name the first counts, as in CKAN."""
    paths: dict[Any, list[Path]] = {}
    for path in data:
        if path[0] == "extras" and len(path) > 1:
            paths.setdefault(path[1], []).append(path)
    named: dict[str, list[Path]] = {}
    for number, found in paths.items():
        name = data.get(("extras", number, "key"))
        if isinstance(name, str):
            named.setdefault(name, found)
    return named


REPLACED: dict[Any, Any] = {
    converters.convert_to_extras: to_extras,
    converters.convert_from_extras: from_extras,
}
"""CKAN's converters → these."""
