"""Template helpers of the harvest pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.ontario.harvest import owned, source_form
from ckanext.ontario.harvest.harvester import harvesters
from ckanext.ontario.harvest.owned import Owned
from ckanext.ontario.harvest.source_form import SourceForm
from ckanext.ontario.shared.bilingual import language_of, pick

__all__ = [
    "ontario_harvest_form",
    "ontario_harvest_kinds",
    "ontario_harvest_owned",
    "ontario_harvest_profiles",
    "ontario_harvest_progress",
    "ontario_harvest_progress_words",
]


def ontario_harvest_profiles() -> list[dict[str, str]]:
    """Return the profiles as options of a select field, in the reader's language."""
    language = language_of(str(tk.h.lang()))
    found = tk.get_action("ontario_harvest_profile_list")(Context(), {})
    return [{"value": each["name"], "text": pick(each["title"], language) or ""} for each in found]


def ontario_harvest_kinds() -> list[dict[str, str]]:
    """Return the kinds of source with their titles, in the reader's language."""
    return [harvester.info() for harvester in harvesters().values()]


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
    minutes = -(-int(progress["remaining"] or 0) // 60)
    return " ".join(parts).format_map({**progress, "minutes": minutes})
