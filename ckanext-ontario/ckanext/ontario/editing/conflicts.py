"""A conflict of two saves as the form shows it: who saved, which fields, theirs beside mine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.editing import fields, versions
from ckanext.ontario.shared.bilingual import LANGUAGES, language_of, pick

Lines = list[tuple[str, str]]
"""A value in words: ``(language or "", text)`` for each line."""


@dataclass(frozen=True)
class Row:
    """One field that the other save changed."""

    name: str
    label: str
    theirs: Lines
    mine: Lines
    untouched: bool
    """Whether the form still holds what was there before both."""


@dataclass(frozen=True)
class Conflict:
    """What the editor has to know to decide."""

    message: str
    rows: list[Row]
    save_over: str
    """The version of the other's save: sent along, it says that one may be replaced."""
    original: str
    """Address of the form with what is saved now."""


def version(data: Mapping[str, Any]) -> str:
    """Return the version a form is made from: the one it was sent with, when it comes back."""
    sent = data.get(versions.EXPECTED)
    if sent:
        return str(sent)
    if not data.get("id") or not data.get("metadata_modified"):
        return ""
    return str(versions.version_of(data, fields.on_forms(_level(data))))


def conflict(data: Mapping[str, Any], errors: Mapping[str, Any] | None) -> Conflict | None:
    """Return the conflict that a form came back with, or ``None``."""
    said = (errors or {}).get(versions.EXPECTED)
    if not said or not data.get("id"):
        return None
    try:
        expected = versions.read(data.get(versions.SAVE_OVER) or data.get(versions.EXPECTED))
    except versions.Unreadable:
        return None
    level = _level(data)
    action = "resource_show" if level == fields.RESOURCE else "package_show"
    now = tk.get_action(action)({}, {"id": data["id"]})
    shown = fields.on_forms(level)
    changed = set(versions.changed_fields(expected, now, shown) or ())
    # The marks the form was first made with tell what its editor left alone.
    base = versions.read(data.get(versions.EXPECTED))
    rows = [_row(level, name, now, data, base) for name in shown if name in changed]
    return Conflict(
        str(said[0]), rows, str(versions.version_of(now, shown)), _original(level, data)
    )


def _level(data: Mapping[str, Any]) -> str:
    return fields.RESOURCE if "package_id" in data else fields.DATASET


def _original(level: str, data: Mapping[str, Any]) -> str:
    if level == fields.RESOURCE:
        wanted = {"id": data["package_id"], "resource_id": data["id"]}
        return str(tk.url_for("dataset_resource.edit", **wanted))
    return str(tk.url_for("dataset.edit", id=data["id"]))


def _row(
    level: str,
    name: str,
    now: Mapping[str, Any],
    data: Mapping[str, Any],
    base: versions.Version,
) -> Row:
    language = language_of(str(tk.h.lang()))
    field = fields.by_name(level)[name]
    mine = _typed(field, name, data)
    return Row(
        name,
        pick(fields.label(level, name), language) or name,
        fields.in_words(field, now.get(name), language),
        fields.in_words(field, mine, language),
        versions.mark(mine) == (base.marks or {}).get(name, ""),
    )


def _typed(field: fields.Field, name: str, data: Mapping[str, Any]) -> Any:
    """Return what a form holds for a field, in the shape in which records have it."""
    kind = field.get("kind")
    parts = {code: data[f"{name}-{code}"] for code in LANGUAGES if f"{name}-{code}" in data}
    if parts and kind == "keywords":
        return {code: _words(value) for code, value in parts.items()}
    if parts:
        return {code: _text(value) for code, value in parts.items()}
    value = data.get(name)
    if kind in {"choices", "texts", "organizations"} and not isinstance(value, list):
        value = [one for one in str(value or "").splitlines() if one.strip()]
    if isinstance(value, list):
        return [one for one in value if one]
    return _text(value)


def _text(value: Any) -> Any:
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def _words(value: Any) -> list[str]:
    words = (word.strip() for word in str(value or "").split(","))
    return list(dict.fromkeys(word for word in words if word))
