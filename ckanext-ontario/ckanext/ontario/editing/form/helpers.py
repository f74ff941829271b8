"""Template helpers of the forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.editing.form import anchors, gaps, layout
from ckanext.ontario.shared.bilingual import language_of, pick

__all__ = [
    "ontario_editing_checklist",
    "ontario_editing_mistakes",
    "ontario_editing_sections",
]


@dataclass(frozen=True)
class ShownSection:
    """A section of a form for the reader: ``anchor``, ``title`` and the YAML's fields."""

    anchor: str
    title: str
    fields: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class ShownMistake:
    """A line of the summary of errors for the reader."""

    label: str
    message: str
    anchor: str
    """Id of the input to mend; empty when the form has none."""


def ontario_editing_sections(kind: str) -> list[ShownSection]:
    """Return the sections of the form of a ``dataset`` or a ``resource``, in order.

    Each has ``anchor``, ``title`` in the reader's language, and ``fields``.
    """
    language = _language()
    return [
        ShownSection(f"section-{one.name}", pick(one.title, language) or one.name, one.fields)
        for one in layout.sections(_schema(), kind)
    ]


def ontario_editing_mistakes(errors: Mapping[str, object], kind: str) -> list[ShownMistake]:
    """Return the summary of a form's errors: each with ``label``, ``message`` and ``anchor``.

    Args:
        errors: a validation error's, by field.
        kind: ``dataset`` or ``resource``.
    """
    fields = {
        field["field_name"]: field
        for section in layout.sections(_schema(), kind)
        for field in section.fields
    }
    return [
        ShownMistake(_label(one, fields), one.message, one.anchor)
        for one in anchors.mistakes(errors, fields, _languages_of(errors))
    ]


def _languages_of(errors: Mapping[str, object]) -> dict[str, list[str]]:
    reader = _language()
    return {
        text: sorted(tk.h.ontario_schema_error_languages([text]), key=reader.__ne__)
        for text in anchors.texts_in(errors)
    }


def _label(mistake: anchors.Mistake, fields: Mapping[str, Mapping[str, Any]]) -> str:
    others = {field["field_name"]: field for field in _schema()["dataset_fields"]}
    field = fields.get(mistake.field) or others.get(mistake.key)
    return pick(field["label"], _language()) or mistake.key if field else mistake.key


def ontario_editing_checklist(
    record: Mapping[str, Any], *, on_form: bool = False
) -> gaps.Checklist | None:
    """Return what a record lacks before it can be published, ``None`` for those who may not edit.

    ``needed`` keeps it from being published, ``advised`` would make it better; each gap has
    ``field``, ``message``, ``suggestion`` and ``link``.

    Args:
        record: a dataset as ``package_show`` answers it.
        on_form: whether the links lead to inputs of the same page.
    """
    if on_form:  # CKAN shows the form only to those who may edit
        return gaps.checklist(record)
    if not tk.h.check_access("package_update", {"id": record["id"]}):
        return None
    return gaps.checklist(record, str(tk.url_for("dataset.edit", id=record["name"])))


def _schema() -> Mapping[str, Any]:
    return tk.h.scheming_get_dataset_schema("dataset")


def _language() -> str:
    return language_of(str(tk.h.lang()))
