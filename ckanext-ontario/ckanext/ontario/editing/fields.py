"""Fields of the dataset schema as editing needs them: names, labels, values in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, cast
from zoneinfo import ZoneInfo

import ckan.plugins.toolkit as tk
from babel import dates
from flask_babel import force_locale

from ckanext.ontario.shared.bilingual import LANGUAGES, pick

DATASET, RESOURCE = "dataset_fields", "resource_fields"

TORONTO = ZoneInfo("America/Toronto")

Field = Mapping[str, Any]
Text2 = dict[str, str]


def every(level: str) -> list[Field]:
    """Return the fields of datasets or of their files, in the schema's order."""
    schema = tk.h.scheming_get_dataset_schema("dataset") or {}
    return list(schema.get(level, ()))


def names(level: str) -> list[str]:
    """Return the names of the fields of datasets or of their files."""
    return [str(field["field_name"]) for field in every(level)]


def on_forms(level: str) -> list[str]:
    """Return the names of the fields that a form shows and so can overwrite."""
    return [
        str(field["field_name"])
        for field in every(level)
        if field.get("form_snippet", "") is not None
    ]


def by_name(level: str) -> dict[str, Field]:
    """Return the fields by name."""
    return {str(field["field_name"]): field for field in every(level)}


def label(level: str, name: str) -> Text2:
    """Return a field's label in both languages; its name when there is none."""
    found = by_name(level).get(name, {}).get("label")
    if isinstance(found, Mapping):
        return dict(cast("Mapping[str, str]", found))
    return dict.fromkeys(LANGUAGES, name)


def choices(field: Field) -> dict[str, Text2]:
    """Return a field's choices: value → label in both languages."""
    listed = cast("Sequence[Mapping[str, Any]]", tk.h.scheming_field_choices(field) or ())
    return {
        str(one["value"]): dict(cast("Mapping[str, str]", one["label"]))
        for one in listed
        if isinstance(one.get("label"), Mapping)
    }


def in_words(field: Field, value: Any, language: str) -> list[tuple[str, str]]:
    """Return a value as lines to show: ``(language of the line or "", text)``.

    Args:
        field: the field of the schema.
        value: as ``package_show`` answers it, or as a form sent it.
        language: the reader's; labels of choices are in it.
    """
    if field.get("field_name") == "owner_org" and value:
        return [("", _ministry(str(value), language))]
    return list(_lines(choices(field), value, language))


def _ministry(identifier: str, language: str) -> str:
    found = cast("Mapping[str, Any]", tk.h.get_organization(identifier) or {})
    return pick(found.get("title_translated"), language) or identifier


def _lines(known: Mapping[str, Text2], value: Any, language: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        texts = cast("Mapping[str, Any]", value)
        if set(texts) <= set(LANGUAGES):
            for code in LANGUAGES:
                if texts.get(code):
                    yield code, _joined(texts[code])
        elif texts:
            yield "", str(value)
    elif isinstance(value, list):
        words = [_word(known, one, language) for one in cast("list[Any]", value)]
        if words:
            yield "", ", ".join(words)
    elif value not in (None, ""):
        yield "", _word(known, value, language)


def _word(known: Mapping[str, Text2], value: Any, language: str) -> str:
    return pick(known.get(str(value)), language) or str(value)


def _joined(value: Any) -> str:
    return ", ".join(map(str, cast("list[Any]", value))) if isinstance(value, list) else str(value)


def when(instant: datetime, language: str) -> str:
    """Return an instant (naive UTC) in words, by the clock of Toronto."""
    local = instant.replace(tzinfo=timezone.utc).astimezone(TORONTO)
    locale = f"{language}_CA"
    day = dates.format_date(local, "long", locale=locale)
    return f"{day}, {dates.format_time(local, 'short', tzinfo=TORONTO, locale=locale)}"


def both(text: str, **values: object) -> Text2:
    """Return a message of the catalogue in both languages.

    Args:
        text: the message in English, marked with :func:`marked` where it is written.
        values: what stands for its placeholders.
    """
    found: Text2 = {}
    for code in LANGUAGES:
        with force_locale(code):
            found[code] = str(tk._(text)).format(**values)
    return found
