"""Which formats may be uploaded, by which file extensions, and under which media type.

The one list is ``schemas/formats.yaml``; a format with ``content`` there may be uploaded.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from typing import Any

import yaml

from .refusal import Refused

ZIPPED = frozenset({"shapefile", "geodatabase", "gtfs"})
"""Contents that are several files, and so are uploaded as one ZIP archive."""

BINARY = "application/octet-stream"

TABULAR = ("CSV", "TSV", "XLSX")
"""Formats whose files become tables."""


@dataclass(frozen=True)
class Uploadable:
    """A format whose files may be uploaded."""

    name: str
    content: str
    """How the file must prove what it is: a key of :mod:`.content`."""
    extensions: tuple[str, ...]
    media_type: str


@cache
def uploadable() -> Mapping[str, Uploadable]:
    """Return the formats that may be uploaded, by name."""
    text = resources.files("ckanext.ontario.schemas").joinpath("formats.yaml").read_text("utf-8")
    rows = yaml.safe_load(text)["formats"]
    return {row["value"]: _format(row) for row in rows if "content" in row}


@cache
def _written() -> Mapping[str, str]:
    """Return each way to write a format that may be uploaded, in lower case, with its name."""
    text = resources.files("ckanext.ontario.schemas").joinpath("formats.yaml").read_text("utf-8")
    return {
        str(name).casefold(): row["value"]
        for row in yaml.safe_load(text)["formats"]
        for name in (*row["aliases"], row["value"])
    }


def _format(row: Mapping[str, Any]) -> Uploadable:
    aliases = [str(alias) for alias in row["aliases"]]
    content = row["content"]
    dotted = tuple(alias for alias in aliases if alias.startswith("."))
    media = next((alias for alias in aliases if "/" in alias and " " not in alias), BINARY)
    if content in ZIPPED:
        return Uploadable(row["value"], content, (".zip",), "application/zip")
    return Uploadable(row["value"], content, dotted, media if media.islower() else BINARY)


def extensions() -> list[str]:
    """Return every extension that a file may have, in alphabetical order."""
    return sorted({one for row in uploadable().values() for one in row.extensions})


def extension_of(name: str) -> str:
    """Return a file name's extension in lower case, with its dot; ``""`` when it has none."""
    return PurePosixPath(name.replace("\\", "/")).suffix.lower()


def chosen(name: str, declared: str) -> Uploadable:
    """Return the format that a file's name and what was declared agree on.

    Args:
        name: the file's name, as the browser sent it.
        declared: the resource's format in any of its written forms, or ``""``.

    Raises:
        Refused: ``extension``, ``not-uploadable`` or ``format-mismatch``.
    """
    extension = extension_of(name)
    matching = [row for row in uploadable().values() if extension in row.extensions]
    if not matching:
        raise Refused("extension", name=name, extension=extension, extensions=extensions())
    if not declared.strip():
        return min(matching, key=lambda row: row.content in ZIPPED)
    wanted = _written().get(declared.strip().casefold(), declared.strip())
    if wanted not in uploadable():
        raise Refused("not-uploadable", format=wanted)
    if wanted not in {row.name for row in matching}:
        raise Refused(
            "format-mismatch", name=name, format=wanted, expected=uploadable()[wanted].extensions
        )
    return uploadable()[wanted]


def is_tabular(declared: str) -> bool:
    """Say whether files of a format become tables."""
    return _written().get(declared.strip().casefold(), declared) in TABULAR
