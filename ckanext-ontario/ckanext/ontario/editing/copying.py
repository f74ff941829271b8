"""What a copy of a record takes over, and what belongs to the original alone.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from ckanext.ontario.shared.bilingual import LANGUAGES

TITLES = {"en": "Copy of {title}", "fr": "Copie de {title}"}
"""How a copy's title begins; each language in its own words, whoever copies."""

FILES_TO_ADD = {"en": "Files to add: {names}", "fr": "Fichiers à ajouter\u00a0: {names}"}
"""The internal note on files whose content was not copied."""

TITLE_MAX = 200
"""Characters of a title (schema)."""

FIELDS_LEFT_OUT = frozenset(
    {"name", "harvest_source_id", "harvest_guid", "opened_date", "date_created", "current_as_of"}
    | {"record_status", "owner_org"}
)
"""What is the original's own: address, origin, history."""

FILE_FIELDS_LEFT_OUT = frozenset(
    {"harvested_resource", "publically_available_date", "hash", "size", "mimetype"}
)
"""What is the original file's own; the copy is neither harvested nor public."""


def copied(
    record: Mapping[str, Any], names: Iterable[str], file_names: Iterable[str]
) -> tuple[dict[str, Any], list[str]]:
    """Return a new record like ``record``, and the names of the uploaded files it lacks.

    Args:
        record: as ``package_show`` answers it.
        names: the fields of the schema.
        file_names: the fields of its files.
    """
    values = _only(record, set(names) - FIELDS_LEFT_OUT)
    values["title_translated"] = copy_title(record)
    wanted = set(file_names) - FILE_FIELDS_LEFT_OUT
    links: list[dict[str, Any]] = []
    uploads: list[str] = []
    for file in cast("list[Mapping[str, Any]]", record.get("resources") or []):
        if file.get("url_type"):
            uploads.append(_file_name(file))
        else:
            links.append(_only(file, wanted))
    values["resources"] = links
    if uploads:
        note = "\n".join(FILES_TO_ADD[c].format(names=", ".join(uploads)) for c in LANGUAGES)
        notes = record.get("colby_notes")
        values["colby_notes"] = f"{note}\n\n{notes}" if notes else note
    return values, uploads


def _only(record: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name in names and value}


def copy_title(record: Mapping[str, Any]) -> dict[str, str]:
    """Return a title that says it is a copy, in each language the original has."""
    titles = cast("Mapping[str, str]", record.get("title_translated") or {})
    if not titles:
        titles = {"en": str(record.get("title") or record.get("name") or "")}
    return {
        code: TITLES[code].format(title=title)[:TITLE_MAX].rstrip()
        for code, title in titles.items()
        if title
    }


def _file_name(file: Mapping[str, Any]) -> str:
    last = str(file.get("url") or "").rstrip("/").rpartition("/")[2]
    return str(file.get("name") or last or file.get("id"))
