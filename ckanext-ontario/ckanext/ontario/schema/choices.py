"""Choices of a field, from its YAML or from a table, and file formats."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import ckan.plugins.toolkit as tk

from ckanext.ontario.schema import tables
from ckanext.ontario.schema.naming import folded
from ckanext.ontario.schema.texts import Refused


def options(field: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return a field's choices: ``value``, ``label`` and, where there are any, ``aliases``."""
    return tk.h.scheming_field_choices(field) or ()


def resolved_format(written: str, address: str) -> str:
    """Return the format that is written, else the one the file's name says, else ``""``.

    Raises:
        Refused: when a format is written that the closed list does not have.
    """
    names = tables.format_names()
    if written:
        found = names.get(folded(written))
        if found is None:
            listed = ", ".join(one["value"] for one in tables.formats())
            raise Refused("choice-unknown", value=written[:100], choices=listed)
        return found
    file_name = unquote(urlsplit(address).path)
    suffix = PurePosixPath(file_name).suffix
    media_type = mimetypes.guess_type(file_name)[0] or ""
    return names.get(folded(suffix)) or names.get(folded(media_type)) or ""
