"""The tables of ``schemas/``: rules, licences, formats, organizations and topics, read once.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from .values import names_of

PACKAGE = "ckanext.ontario.schemas"
"""Where the tables are, as an import path."""

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where PyYAML was built with it: ten times faster, the same result."""

Text2 = Mapping[str, str]
"""A text in both languages."""


@dataclass(frozen=True)
class Rule:
    """One row of the table of rules.

    ``level`` is ``always`` (a value that breaks it is refused), ``error`` (keeps a record from
    being submitted) or ``warning``.
    """

    code: str
    level: str
    message: Text2
    suggestion: Text2
    field: str = ""
    hint: bool = False


def read(name: str) -> Any:
    """Return the content of a file of ``schemas/``; JSON is YAML too."""
    text = resources.files(PACKAGE).joinpath(name).read_text(encoding="utf-8")
    if name.endswith(".json"):
        return json.loads(text)
    return yaml.load(text, Loader=LOADER)  # noqa: S506 -- libyaml's safe loader, see LOADER


def path(name: str) -> str:
    """Return where a file of ``schemas/`` is on disk."""
    return str(resources.files(PACKAGE).joinpath(name))


@cache
def rules() -> Mapping[str, Rule]:
    """Return every rule by code, in the table's order."""
    content = read("rules.yaml")
    rows: list[dict[str, Any]] = [
        *({"level": "always", "suggestion": {}, **row} for row in content["always"]),
        *content["publish"],
    ]
    return {row["code"]: Rule(**row) for row in rows}


@cache
def publish_rules() -> tuple[Rule, ...]:
    """Return the rules of publication, in the table's order."""
    return tuple(rule for rule in rules().values() if rule.level != "always")


@cache
def licences() -> tuple[Mapping[str, Any], ...]:
    """Return the licences as choices: ``value``, ``label``, ``aliases``, ``open``, ``url``."""
    return tuple(
        {
            "value": row["id"],
            "label": row["title_translated"],
            "aliases": row["aliases"],
            "open": row["od_conformance"] == "approved",
            "url": row.get("url_translated") or dict.fromkeys(("en", "fr"), row["url"]),
        }
        for row in read("licences.json")
    )


@cache
def open_licences() -> frozenset[str]:
    """Return the ids of the licences that are open."""
    return frozenset(one["value"] for one in licences() if one["open"])


@cache
def formats() -> tuple[Mapping[str, Any], ...]:
    """Return the file formats as choices; a format's name is the same in both languages."""
    return tuple(
        {**row, "label": dict.fromkeys(("en", "fr"), row["value"])}
        for row in read("formats.yaml")["formats"]
    )


@cache
def format_names() -> Mapping[str, str]:
    """Return each way to write a format, folded, with the format it means."""
    return {name: row["value"] for row in formats() for name in names_of(row)}


@cache
def organizations() -> tuple[Mapping[str, Any], ...]:
    """Return the organizations that every installation has: fields of ``organization.yaml``."""
    content = read("organizations.yaml")
    found = [{"category": "ministry", **row} for row in content["ministries"]]
    found += content["agencies"]
    return tuple(
        {
            "name": row["name"],
            "title_translated": row["title"],
            "jurisdiction": "provincial",
            "category": row["category"],
            "acronym": row.get("acronym", ""),
            "former_names": row.get("former_names", []),
            "responsible_ministry": row.get("responsible_ministry", ""),
        }
        for row in found
    )


@cache
def topic_labels() -> Mapping[str, Text2]:
    """Return each topic's name with its title, from the choices of the field ``topics``."""
    fields = read("dataset.yaml")["dataset_fields"]
    (topics,) = (field for field in fields if field["field_name"] == "topics")
    return {choice["value"]: choice["label"] for choice in topics["choices"]}


@cache
def topics() -> tuple[Mapping[str, Any], ...]:
    """Return the topics that every installation has: fields of ``group.yaml``."""
    return tuple(
        {
            "name": row["name"],
            "title_translated": topic_labels()[row["name"]],
            "description_translated": row["description"],
        }
        for row in read("topics.yaml")["topics"]
    )
