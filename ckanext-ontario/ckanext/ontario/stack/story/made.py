"""Datasets that an editor made by hand, each with an uploaded table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from ckan import model
from werkzeug.datastructures import FileStorage

from ckanext.ontario.stack.story.acting import Row, Stage
from ckanext.ontario.stack.story.people import editor_of

FOLDER = Path(__file__).parent


def records() -> list[Row]:
    """Return the records of ``records.yaml``."""
    return yaml.safe_load((FOLDER / "records.yaml").read_text(encoding="utf-8"))["records"]


def make(stage: Stage, record: Row) -> None:
    """Make a record and upload its file, as far as that is not done yet."""
    editor = editor_of(record["organization"])
    package = model.Package.get(record["name"])
    has_file = bool(package and package.resources)
    model.Session.remove()
    if package is None:
        stage.call(editor, "package_create", **_values(record))
    if not has_file:
        with (FOLDER / "files" / record["file"]).open("rb") as stream:
            upload = FileStorage(stream, record["file"], content_type="text/csv")
            stage.call(editor, "resource_create", upload=upload, **_file(record))


def _values(record: Row) -> dict[str, Any]:
    return {
        "name": record["name"],
        "owner_org": record["organization"],
        "title_translated": record["title"],
        "short_description_translated": record["short"],
        "notes_translated": record["notes"],
        "keywords": record["keywords"],
        "topics": record["topics"],
        "other_title": record["other_title"],
        "colby_notes": record["colby_notes"],
        "asset_type": "dataset",
        "access_level": "open",
        "license_id": "OGL-ON-1.0",
        "exemption": "none",
        "update_frequency": "yearly",
        "geographic_coverage_translated": {"en": "Ontario", "fr": "Ontario"},
        "maintainer_translated": {"en": "Open data desk", "fr": "Bureau des données ouvertes"},
        "maintainer_email": f"data.{record['organization']}@ontario.ca",
    }


def _file(record: Row) -> dict[str, Any]:
    return {
        "package_id": record["name"],
        "url": record["file"],
        "format": "CSV",
        "type": "data",
        "language": "english",
        "name_translated": record["file_title"],
    }
