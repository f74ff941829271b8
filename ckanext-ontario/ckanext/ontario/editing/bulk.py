"""Changing the same fields of many records: which fields, and what becomes of a record.

``bulk.yaml`` is the list of fields that may be changed so. Pure: imports neither CKAN nor
SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

from ckanext.ontario.shared.bilingual import LANGUAGES

MOST = 500
"""Records that one change may cover."""

SET, ADD, REMOVE = "set", "add", "remove"

Changes = Mapping[str, Mapping[str, Any]]
"""``{field: {"set": value}}`` or ``{field: {"add": […], "remove": […]}}``; keywords by language."""

TWINS = {"keywords": "tags", "topics": "groups"}
"""What core keeps of a field of ours: sent along unchanged it would contradict the change."""


@dataclass
class Problems(Exception):
    """What is wrong with the changes asked for: ``(field, code, detail)``."""

    found: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])


@cache
def fields() -> Mapping[str, tuple[str, ...]]:
    """Return each field that may be changed in many records, with how: set, add, remove."""
    path = Path(__file__).with_name("bulk.yaml")
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: tuple(how) for name, how in content["fields"].items()}


def checked(changes: object) -> Changes:
    """Return the changes if they are understood and allowed.

    Raises:
        Problems: ``nothing``, ``unknown-field``, ``unknown-way``, ``form``.
    """
    problems: list[tuple[str, str, str]] = []
    if not isinstance(changes, Mapping) or not changes:
        raise Problems([("changes", "nothing", "")])
    for name, ways in cast("Mapping[str, Any]", changes).items():
        known = fields().get(str(name))
        if known is None:
            problems.append((str(name)[:100], "unknown-field", ", ".join(fields())))
        elif not isinstance(ways, Mapping) or not ways:
            problems.append((name, "form", ""))
        else:
            problems += _way_problems(name, cast("Mapping[str, Any]", ways), known)
    if problems:
        raise Problems(problems)
    return cast("Changes", changes)


def _way_problems(
    name: str, ways: Mapping[str, Any], known: tuple[str, ...]
) -> Iterable[tuple[str, str, str]]:
    for way, value in ways.items():
        if way not in known:
            yield name, "unknown-way", ", ".join(known)
        elif way == SET:
            if not _says_something(value):
                yield name, "form", ""
        elif not _is_list(name, value):
            yield name, "form", ""


def _says_something(value: object) -> bool:
    if isinstance(value, Mapping):
        texts = cast("Mapping[str, object]", value)
        return bool(texts) and set(texts) <= set(LANGUAGES) and all(map(_is_text, texts.values()))
    return _is_text(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_list(name: str, value: object) -> bool:
    if name == "keywords":
        if not isinstance(value, Mapping) or not value:
            return False
        lists = cast("Mapping[str, object]", value)
        return set(lists) <= set(LANGUAGES) and all(_is_words(one) for one in lists.values())
    return _is_words(value)


def _is_words(value: object) -> bool:
    return isinstance(value, list) and all(_is_text(one) for one in cast("list[object]", value))


def changed(record: Mapping[str, Any], changes: Changes) -> dict[str, Any]:
    """Return the new values of the fields that ``changes`` gives another value in ``record``.

    Doing it twice is doing it once: applied to its own result it returns nothing.
    """
    result: dict[str, Any] = {}
    for name, ways in changes.items():
        old = record.get(name)
        new = _new_value(old, ways)
        if _same(old) != _same(new):
            result[name] = new
    return result


def _same(value: Any) -> Any:
    """Return a value as it is compared: nothing, an empty list and an empty language are one."""
    if isinstance(value, Mapping):
        return {key: item for key, item in cast("Mapping[str, Any]", value).items() if item}
    return value or None


def _new_value(old: Any, ways: Mapping[str, Any]) -> Any:
    if SET in ways:
        given = ways[SET]
        if isinstance(given, Mapping):
            kept = dict(cast("Mapping[str, Any]", old)) if isinstance(old, Mapping) else {}
            stripped = {k: str(v).strip() for k, v in cast("Mapping[str, str]", given).items()}
            return {**kept, **stripped}
        return str(given).strip()
    add, remove = ways.get(ADD) or [], ways.get(REMOVE) or []
    if isinstance(add, Mapping) or isinstance(remove, Mapping):
        words = cast("Mapping[str, list[str]]", old if isinstance(old, Mapping) else {})
        more, less = cast("Any", add or {}), cast("Any", remove or {})
        return {
            code: _joined(words.get(code) or [], more.get(code) or [], less.get(code) or [])
            for code in LANGUAGES
            if code in words or code in more
        }
    return _joined(old or [], add, remove)


def _joined(old: Iterable[str], add: Iterable[str], remove: Iterable[str]) -> list[str]:
    """Return ``old`` and what is added, without what is removed and without repeats."""
    gone = {word.strip().casefold() for word in remove}
    kept = {word.strip().casefold(): word.strip() for word in reversed([*old, *add])}
    order = dict.fromkeys(word.strip().casefold() for word in [*old, *add])
    return [kept[key] for key in order if key and key not in gone]


def merged(record: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole record with new values, fit for ``package_update``."""
    dropped = {TWINS[name] for name in values if name in TWINS}
    return {k: v for k, v in record.items() if k not in dropped} | dict(values)
