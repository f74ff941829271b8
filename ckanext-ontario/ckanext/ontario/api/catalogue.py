"""The tables of the description, read once: actions, what is left out, answers, errors.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import yaml

from ckanext.ontario.api.domain import Action, Kind, Parameter, Text2

PACKAGE = "ckanext.ontario.api.tables"
"""Where the tables are, as an import path."""


@dataclass(frozen=True)
class Error:
    """One kind of error that a call may get."""

    key: str
    status: int
    type: str
    """CKAN's ``__type``, which programs tell errors apart by."""
    when: Text2
    remedy: Text2
    message: Text2 = field(default_factory=dict[str, str])
    """The message of the example call; empty where no call can bring the error about."""
    call: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The example: ``action``, ``data``, ``as`` (who calls), ``portal``, ``send`` (a raw body)."""
    everywhere: bool = False
    """Whether every call may get it."""


def read(name: str) -> Any:
    """Return the content of one of the tables."""
    text = resources.files(PACKAGE).joinpath(name).read_text(encoding="utf-8")
    return yaml.safe_load(text)


@cache
def actions() -> Mapping[str, Action]:
    """Return every described action by name, in the tables' order."""
    rows = {**read("reads.yaml"), **read("writes.yaml")}
    return {name: _action(name, row) for name, row in rows.items()}


@cache
def omitted() -> Mapping[str, Text2]:
    """Return each readable action that is not described, with the reason."""
    return {name: group["reason"] for group in read("omitted.yaml") for name in group["actions"]}


@cache
def errors() -> Mapping[str, Error]:
    """Return every kind of error by key, in the table's order."""
    return {key: Error(key=key, **row) for key, row in read("errors.yaml").items()}


@cache
def answers() -> Mapping[str, Any]:
    """Return the schemas of answers: ``core`` (keys CKAN adds to records) and ``schemas``."""
    return read("answers.yaml")


@cache
def topics() -> Mapping[str, Text2]:
    """Return what actions are about, by the name of the topic, in the order they are shown."""
    return read("topics.yaml")


@cache
def common() -> tuple[Parameter, ...]:
    """Return parameters that mean the same wherever they occur, for actions not described."""
    shared = read("parameters.yaml")
    return tuple(_parameter(name, {**shared[name], "required": False}) for name in ("id", "limit"))


def _action(name: str, row: Mapping[str, Any]) -> Action:
    values = {key: tuple(row[key]) for key in ("methods", "answers", "required") if key in row}
    others = {key: row[key] for key in ("record", "example") if key in row}
    return Action(
        name=name,
        topic=row["topic"],
        summary=row["summary"],
        parameters=tuple(_parameters(row["parameters"])),
        result=row["result"],
        **values,
        **others,
    )


def _parameters(rows: Mapping[str, Any]) -> Iterator[Parameter]:
    shared = read("parameters.yaml")
    for name, row in rows.items():
        own: dict[str, Any] = dict(row) if isinstance(row, Mapping) else {}
        base = row if isinstance(row, str) else own.pop("as", name)
        yield _parameter(name, {**shared.get(base, {}), **own})


def _parameter(name: str, row: Mapping[str, Any]) -> Parameter:
    values = dict(row)
    values["kind"] = Kind(values.get("kind", "text"))
    values["choices"] = tuple(values.get("choices", ()))
    return Parameter(name=name, **values)
