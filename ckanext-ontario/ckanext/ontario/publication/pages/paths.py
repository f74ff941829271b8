"""Paths of a projection (``notes_translated``, ``resources.<id>.format``) as people call them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.publication.pages import words

DATASET, RESOURCE = "dataset_fields", "resource_fields"

WHOLE, BYTES, ORDER = "whole file", "file", "order of files"
"""What a path without a field of its own is about."""

_WITH_FIELD = 3
"""Parts of ``resources.<id>.<field>``."""


def names_of_files(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return what the files of a preview are called, gone ones included: id → name."""
    found = {
        str(one["path"]).split(".")[1]: one["before"]
        for one in answer["changes"]
        if field(str(one["path"]))[1] == WHOLE and one["before"]
    }
    found |= {str(one["id"]): one for one in answer["public"].get("resources") or ()}
    return {
        key: words.text(one.get("name_translated"), str(one.get("url") or key))
        for key, one in found.items()
    }


def field(path: str) -> tuple[str, str]:
    """Return the level and the name of the field that a path leads to."""
    parts = path.split(".")
    if parts[0] != "resources":
        return DATASET, parts[0]
    if len(parts) == 1:
        return DATASET, ORDER
    return RESOURCE, parts[2] if len(parts) >= _WITH_FIELD else WHOLE


def label(path: str, names: Mapping[str, str]) -> str:
    """Return a path in the reader's words.

    Args:
        path: of a difference, or of what stays inside.
        names: of files, by id.
    """
    parts = path.split(".")
    if parts[0] == "organization":
        return tk._("Ministry: {field}").format(field=_of_group(parts[-1]))
    if parts[0] == "groups":
        return tk._("Topic: {field}").format(field=_of_group(parts[-1]))
    level, name = field(path)
    if name == ORDER:
        return tk._("Files")
    if level == DATASET:
        return field_label(name, level)
    file = names.get(parts[1]) or tk._("a file")
    named = field_label(name, level)
    return tk._("File “{file}”: {field}").format(file=file, field=named)


def _of_group(name: str) -> str:
    return name.removesuffix("_translated").replace("_", " ")


def field_label(name: str, level: str) -> str:
    """Return a field's label in the reader's language."""
    special = {
        (RESOURCE, WHOLE): tk._("the whole file"),
        (RESOURCE, BYTES): tk._("its contents"),
        (RESOURCE, "dictionary"): tk._("data dictionary"),
        (RESOURCE, "views"): tk._("previews"),
    }.get((level, name))
    return special or words.text(tk.h.ontario_editing_field_label(name, level), name)


def order(values: Mapping[str, Any], level: str) -> list[str]:
    """Return the keys of a projection in the schema's order; those it does not know last."""
    schema = tk.h.scheming_get_dataset_schema("dataset") or {}
    known = [str(one["field_name"]) for one in schema.get(level, ())]
    return [name for name in known if name in values] + [
        name for name in values if name not in known
    ]
