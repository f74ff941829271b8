"""The European vocabularies and what of ours each concept stands for.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import yaml

Text2 = Mapping[str, str]
"""A text in both languages."""


@dataclass(frozen=True)
class Concept:
    """A concept of a controlled vocabulary."""

    uri: str
    label: Text2 = field(hash=False)


@dataclass(frozen=True)
class FileFormat:
    """What a format is called elsewhere, and what one does with its address."""

    file_type: str = ""
    """Address in the EU's file-type authority; empty when it has none."""
    media_type: str = ""
    """Address of the media type at IANA; empty when unknown."""
    service: bool = False
    """The address is an interface for programs."""
    page: bool = False
    """The address is for reading in a browser."""

    @property
    def downloadable(self) -> bool:
        """Whether the address gives the file itself."""
        return not (self.service or self.page)


@cache
def content() -> Mapping[str, Any]:
    """Return ``vocabularies.yaml``."""
    path = resources.files("ckanext.ontario.dcat").joinpath("vocabularies.yaml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def concepts(vocabulary: str, value: object) -> list[Concept]:
    """Return the concepts that stand for one of our values; none for a value nobody mapped."""
    table = content()["concepts"][vocabulary]
    codes = table["of"].get(value, []) if isinstance(value, str) else []
    codes = codes if isinstance(codes, list) else [codes]
    return [Concept(f"{table['at']}{code}", table["labels"][code]) for code in codes]


def concept(vocabulary: str, value: object) -> Concept | None:
    """Return the one concept that stands for a value, or ``None``."""
    return next(iter(concepts(vocabulary, value)), None)


def named(vocabulary: str, code: str) -> Concept:
    """Return a concept by its own code."""
    table = content()["concepts"][vocabulary]
    return Concept(f"{table['at']}{code}", table["labels"][code])


def values_of(vocabulary: str, uri: str) -> list[str]:
    """Return our values that a concept stands for: the way back, for reading a graph."""
    table = content()["concepts"][vocabulary]
    code = uri.removeprefix(table["at"])
    if code in table.get("back", {}):
        return [table["back"][code]]
    return [ours for ours, theirs in table["of"].items() if theirs in (code, [code])]


def file_format(name: str | None) -> FileFormat:
    """Return what is known of a format of ``schemas/formats.yaml``."""
    row: Mapping[str, Any] = content()["formats"].get(name) or {}
    at_iana = f"{content()['media_types_at']}{row['media_type']}" if "media_type" in row else ""
    in_europe = f"{content()['file_types_at']}{row['file_type']}" if "file_type" in row else ""
    return FileFormat(in_europe, at_iana, bool(row.get("service")), bool(row.get("page")))


def format_of(file_type: str) -> str | None:
    """Return our format of a file type's address, or ``None``."""
    code = file_type.removeprefix(content()["file_types_at"])
    found = (name for name, row in content()["formats"].items() if row.get("file_type") == code)
    return next(found, None)


def said(statement: str, **parts: Text2 | str) -> dict[str, str]:
    """Return a statement in both languages, its placeholders filled in.

    A part that is one text stands in both languages.
    """
    return {
        code: text.format(
            **{
                key: part if isinstance(part, str) else part.get(code) or next(iter(part.values()))
                for key, part in parts.items()
            }
        )
        for code, text in content()["statements"][statement].items()
    }
