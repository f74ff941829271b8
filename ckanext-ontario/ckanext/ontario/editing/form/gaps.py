"""What a record lacks before it can be published, each with the place where it is mended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.ontario.editing.form import anchors
from ckanext.ontario.shared.bilingual import LANGUAGES, language_of, pick

FILES = "resources"
"""What rules about files are reported under: no field of the form."""


@dataclass(frozen=True)
class Gap:
    """One rule of publication that a record does not meet."""

    field: str
    message: str
    suggestion: str
    link: str
    """An anchor of the form, or the address of a page where it is mended."""


@dataclass(frozen=True)
class Checklist:
    """What keeps a record from being published, and what would make it better."""

    needed: tuple[Gap, ...]
    advised: tuple[Gap, ...]

    @property
    def fields(self) -> frozenset[str]:
        """Names of the fields in which something is to be done."""
        return frozenset(gap.field for gap in (*self.needed, *self.advised))


def checklist(record: Mapping[str, Any], form_url: str = "") -> Checklist:
    """Return the gaps of a record; asks the database nothing.

    Args:
        record: a dataset as ``package_show`` answers it.
        form_url: the address of the record's form; empty on the form itself.
    """
    answer = tk.get_action("ontario_dataset_check")(Context(), {"dataset": dict(record)})
    schema = tk.h.scheming_get_dataset_schema("dataset")
    fields = {field["field_name"]: field for field in schema["dataset_fields"]}
    language = language_of(str(tk.h.lang()))
    found: dict[str, list[Gap]] = {"error": [], "warning": []}
    for issue in answer["issues"]:
        gap = Gap(
            issue["field"],
            pick(issue["message"], language) or "",
            pick(issue["suggestion"], language) or "",
            _link(issue, record, fields, form_url),
        )
        found[issue["level"]].append(gap)
    return Checklist(tuple(found["error"]), tuple(found["warning"]))


def _link(
    issue: Mapping[str, Any],
    record: Mapping[str, Any],
    fields: Mapping[str, Mapping[str, Any]],
    form_url: str,
) -> str:
    if issue["field"] == FILES:
        return _file_link(str(issue["code"]), record)
    field = fields[issue["field"]]
    return f"{form_url}#{anchors.anchor(field, lacking(record.get(issue['field'])))}"


def _file_link(code: str, record: Mapping[str, Any]) -> str:
    """Return the form of the first file that is wrong, or of a new one where one is missing."""
    record_name = str(record.get("name") or record.get("id"))
    for file in record.get(FILES) or ():
        names, public = file.get("name_translated"), file.get("publically_available_date")
        if code == "file-names" and not all((names or {}).get(each) for each in LANGUAGES):
            end = f"field-name_translated-{lacking(names)}"
        elif code == "closed-files" and public:
            end = "field-publically_available_date"
        else:
            continue
        edit = tk.url_for("dataset_resource.edit", id=record_name, resource_id=file["id"])
        return f"{edit}#{end}"
    return str(tk.url_for("dataset_resource.new", id=record_name))


def lacking(value: object) -> str:
    """Return the language to write in: the reader's, unless only the other one is missing."""
    reader = language_of(str(tk.h.lang()))
    order = sorted(LANGUAGES, key=reader.__ne__)
    texts: Mapping[str, object] = value if isinstance(value, Mapping) else {}
    return next((code for code in order if not texts.get(code)), reader)
