"""The schema's closed lists, read where the schema keeps them.

A harvester may not use the schema's code, and must not keep a second list of the same facts: it
reads the same files. Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

_SCHEMAS = "ckanext.ontario.schemas"


@dataclass(frozen=True)
class Choice:
    """One value of a closed list."""

    value: str
    label: Mapping[str, str]
    words: tuple[str, ...]
    """Every way to write it that the schema knows: value, labels, aliases."""


@cache
def choices() -> Mapping[str, tuple[Choice, ...]]:
    """Return the values of each field that has a closed list, by field."""
    schema = yaml.safe_load(_text("dataset.yaml"))
    # A resource's fields first: a dataset's field of the same name is the one that is meant.
    found = {
        str(field["field_name"]): tuple(_choice(entry) for entry in field["choices"])
        for field in (*schema["resource_fields"], *schema["dataset_fields"])
        if "choices" in field
    }
    licences = json.loads(_text("licences.json"))
    found["license_id"] = tuple(_choice(entry) for entry in _like_choices(licences))
    return found


@cache
def formats() -> Mapping[str, tuple[str, ...]]:
    """Return each file format's name with every way to write it."""
    entries = yaml.safe_load(_text("formats.yaml"))["formats"]
    return {str(e["value"]): (str(e["value"]), *map(str, e["aliases"])) for e in entries}


@cache
def licence_addresses() -> Mapping[str, tuple[str, ...]]:
    """Return the web addresses of each licence's text."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in json.loads(_text("licences.json")):
        urls = [entry["url"], *(entry.get("url_translated") or {}).values()]
        found[str(entry["id"])] = tuple(dict.fromkeys(url for url in urls if url))
    return found


@cache
def open_licences() -> frozenset[str]:
    """Return the ids of the licences that are open (opendefinition.org)."""
    entries = json.loads(_text("licences.json"))
    return frozenset(str(e["id"]) for e in entries if e["od_conformance"] == "approved")


def _text(name: str) -> str:
    return (resources.files(_SCHEMAS) / name).read_text(encoding="utf-8")


def _choice(entry: Mapping[str, Any]) -> Choice:
    value, label = str(entry["value"]), dict(entry["label"])
    words = (value, *label.values(), *(str(alias) for alias in entry.get("aliases") or ()))
    return Choice(value, label, words)


def _like_choices(licences: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for licence in licences:
        label, aliases = licence["title_translated"], licence.get("aliases")
        yield {"value": licence["id"], "label": label, "aliases": aliases}
