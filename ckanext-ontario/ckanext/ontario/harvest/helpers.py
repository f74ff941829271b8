"""Template helpers of the harvest pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.ontario.harvest import owned, records, source_form, times
from ckanext.ontario.harvest.harvester import harvesters
from ckanext.ontario.harvest.list_pages import Paging, asked_page
from ckanext.ontario.harvest.owned import Owned
from ckanext.ontario.harvest.source_form import SourceForm
from ckanext.ontario.shared.bilingual import language_of, pick

__all__ = [
    "ontario_harvest_datasets",
    "ontario_harvest_day",
    "ontario_harvest_form",
    "ontario_harvest_job_counts",
    "ontario_harvest_kind",
    "ontario_harvest_kinds",
    "ontario_harvest_moment",
    "ontario_harvest_number",
    "ontario_harvest_owned",
    "ontario_harvest_profiles",
    "ontario_harvest_progress",
    "ontario_harvest_progress_words",
    "ontario_harvest_seconds",
]

_DATASETS = 20


@dataclass(frozen=True)
class Datasets:
    """A page of the datasets that came from a source."""

    packages: list[dict[str, Any]]
    paging: Paging


def ontario_harvest_datasets(source_id: str) -> Datasets:
    """Return the page that the address asks for, without those that the reader may not see.

    Which source a dataset has is internal and not in the index, so the engine's records say it.
    """
    page = Paging(asked_page(), _DATASETS, 0)
    rows, total = records.search(source_id, "", page.offset, page.size)
    ids = [row["package_id"] for row in rows if row["package_id"]]
    packages: list[dict[str, Any]] = []
    if ids:
        data = {
            "fq": f"id:({' OR '.join(ids)})",
            "include_private": True,
            "rows": len(ids),
            "sort": "metadata_modified desc",
        }
        packages = tk.get_action("package_search")(Context(for_view=True), data)["results"]
    return Datasets(packages, Paging(page.number, page.size, total))


def ontario_harvest_profiles() -> list[dict[str, str]]:
    """Return the profiles as options of a select field, in the reader's language."""
    language = language_of(str(tk.h.lang()))
    found = tk.get_action("ontario_harvest_profile_list")(Context(), {})
    return [{"value": each["name"], "text": pick(each["title"], language) or ""} for each in found]


def ontario_harvest_kinds() -> list[dict[str, str]]:
    """Return the kinds of source with their titles, in the reader's language."""
    return [harvester.info() for harvester in harvesters().values()]


def ontario_harvest_job_counts() -> list[tuple[str, str]]:
    """Return what is counted of a job: its name in ckanext-harvest's statistics, and in words."""
    return [
        ("added", tk._("New")),
        ("updated", tk._("Changed")),
        ("not modified", tk._("Unchanged")),
        ("errored", tk._("Refused")),
        ("deleted", tk._("Made inactive")),
    ]


def ontario_harvest_kind(name: str) -> str:
    """Return the title of a kind of source in the reader's language; its name if it is not ours."""
    harvester = harvesters().get(name)
    return str(harvester.info()["title"]) if harvester else name


def ontario_harvest_form(data: Mapping[str, Any], errors: Mapping[str, Any]) -> SourceForm:
    """Return what the form of a source shows: the fields its kind declares, with their values."""
    return source_form.shown(data, errors)


def ontario_harvest_owned(dataset: Mapping[str, Any]) -> Owned | None:
    """Return which fields of a dataset are its harvest source's, for those who may edit it.

    It has the ``title`` of the source (``None`` for those who may not read it), a ``link``
    to the source's record, for those who may edit the source, ``files`` (whether the source brings
    files) and ``notes``: what becomes of a change, by field. ``None`` for other datasets.
    """
    return owned.found(dataset)


def ontario_harvest_progress_words() -> dict[str, str]:
    """Return how each stage of a run is said, with places for its numbers."""
    return {
        "download": tk._("Fetching the document."),
        "read": tk._("Reading the document: {done} rows so far."),
        "plan": tk._("Comparing the document with the catalogue."),
        "write": tk._("Writing: {done} of {total} records."),
        "index": tk._("Renewing the search; {total} records are written."),
        "rate": tk._("{rate} records a second."),
        "remaining": tk._("About {minutes} min left."),
    }


def ontario_harvest_progress(progress: Mapping[str, Any]) -> str:
    """Return how far a run is, in words."""
    words = ontario_harvest_progress_words()
    parts = [words.get(str(progress["stage"]), words["plan"])]
    parts += [words["rate"]] if progress["rate"] else []
    parts += [words["remaining"]] if progress["remaining"] is not None else []
    numbers = {**progress, "minutes": -(-int(progress["remaining"] or 0) // 60)}
    shown = {
        key: times.number(value) if isinstance(value, int | float) else value
        for key, value in numbers.items()
    }
    return " ".join(parts).format_map(shown)


def ontario_harvest_day(value: datetime | str | None) -> str:
    """Return the day of an instant in the reader's language, by the clock of Toronto."""
    return times.day(value)


def ontario_harvest_moment(value: datetime | str | None) -> str:
    """Return the day and time of an instant in the reader's language, by the clock of Toronto."""
    return times.moment(value)


def ontario_harvest_number(value: float) -> str:
    """Return a number with the separators of the reader's language."""
    return times.number(value)


def ontario_harvest_seconds(value: float) -> str:
    """Return how long something took, in seconds or minutes."""
    return times.seconds(value)
