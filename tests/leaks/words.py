"""What planted records say: a word of their own in every text.

Imports nothing of a portal: mapping harvest's tables would break the public one, which has none.
"""

from __future__ import annotations

from typing import Any


def texts(word: str) -> dict[str, Any]:
    """Return a record's texts, internal ones too, each with ``word`` in it."""
    both = {"en": f"{word} in English", "fr": f"{word} en français"}
    return {
        "title_translated": both,
        "notes_translated": both,
        "short_description_translated": both,
        "keywords": {"en": [f"{word} tag"], "fr": [f"{word} mot"]},
        "maintainer_translated": both,
        "maintainer_email": f"{word}@ontario.ca",
        "geographic_coverage_translated": both,
        "access_instructions": both,
        **internal_texts(word),
    }


def internal_texts(word: str) -> dict[str, Any]:
    """Return every internal field of a dataset that takes a text, with a word for each."""
    names = ("other_title", "colby_notes", "custodian_name", "author", "retention_schedule")
    more = ("cluster_application_id", "go_program_id")
    found = {name: f"{word}{name.replace('_', '')}" for name in (*names, *more)}
    return {**found, "author_email": f"{word}authoremail@ontario.ca"}


def table(column: str, word: str) -> dict[str, Any]:
    """Return the fields and records of a table that can be drawn as a chart and as a map."""
    numbers = ("latitude", "longitude", "level")
    cells = [{column: f"{word}cell", "latitude": 45, "longitude": -79, "level": n} for n in (1, 2)]
    more = {column: f"{word}other", "latitude": 46, "longitude": -80, "level": 3}
    return {
        "fields": [
            {"id": column, "type": "text"},
            *({"id": n, "type": "numeric"} for n in numbers),
        ],
        "records": [*cells, more],
    }
