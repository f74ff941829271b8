"""The reader of ``data.json`` documents: DCAT-US 1.1 and 3.0 → records and issues.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ckanext.ontario.harvest.reader import Issue, Record, Severity
from ckanext.ontario.harvesters.mapping import json_stream, options, words
from ckanext.ontario.harvesters.mapping.json_stream import Around, Found, Place, fatal

from . import mapping

MAPPING = 1
"""Raise by one whenever the code of this folder maps the same document to other datasets."""

KNOWN: Mapping[str, options.Check] = {**options.LANGUAGE, **options.PUBLISHERS}


Mapped = Callable[[Any, int, str, str], Record | Issue]
"""A dataset with its number, its pointer and the default language → a record."""


class DcatUsReader:
    """Reads ``data.json``: a catalogue with its datasets, and catalogues inside it.

    Options: ``language`` (of texts that name none; ``en``), ``only_publishers`` (a list of names;
    records of others are passed over).
    """

    kind = "dcat_us"
    known: Mapping[str, options.Check] = KNOWN

    def __init__(self) -> None:
        self.mapping_version = f"{MAPPING}-{words.version()}"

    def check_options(self, given: Mapping[str, Any]) -> list[Issue]:
        """Return what is wrong with a source's options, for its form."""
        return list(options.wrong(given, self.known))

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Issue]:
        """Yield records in document order, and issues that belong to no record.

        Raises:
            DocumentError: for no JSON, a truncated document, an error in place of a catalogue, and
                a catalogue without datasets. Raised while iterating.
        """
        yield from self.items(path, options, mapping.mapped)

    def items(
        self, path: Path, options: Mapping[str, Any], mapped: Mapped
    ) -> Iterator[Record | Issue]:
        """Yield what :meth:`read` does, each dataset mapped by ``mapped``."""
        around = Around()
        yield from records(json_stream.objects(path, is_dataset, around), options, mapped)
        yield from left_out(around)


def records(
    found: Iterator[Found], given: Mapping[str, Any], mapped: Mapped
) -> Iterator[Record | Issue]:
    """Yield the record of each dataset whose publisher is wanted."""
    language, publishers = options.language(given), options.Publishers(given)
    for number, item in enumerate(found, 1):
        made = mapped(item.value, number, item.pointer, language)
        if isinstance(made, Record) and not publishers.take(made.organization):
            continue
        yield made if item.whole else _too_large(made, number, item.pointer)
    yield from publishers.issues()


def _too_large(made: Record | Issue, number: int, pointer: str) -> Issue:
    guid = made.guid if isinstance(made, Record) else None
    return Issue(Severity.ERROR, "record_too_large", number, pointer, guid)


def is_dataset(place: Place) -> bool:
    """Say whether a dataset is at ``place``: in a catalogue's list, or alone in its stead."""
    while place[:2] == ("catalog", "*"):
        place = place[2:]
    return place in {("dataset", "*"), ("dataset",)}


def left_out(around: Around) -> Iterator[Issue]:
    """Yield what a document holds beside datasets; refuse one that is no catalogue.

    Raises:
        DocumentError: for an error in place of a catalogue, and for a catalogue without datasets.
    """
    if not around.found:
        reason = around.reason()
        if reason is not None:
            raise fatal("source_said_error", reason=reason)
        lists = {place for place in around.places if place[-1:] == ("dataset",)}
        raise fatal("catalogue_empty" if lists else "catalogue_not_found")
    for list_, code in (("service", "services_left_out"), ("datasetSeries", "series_left_out")):
        if any(place[-1:] == (list_,) for place in around.places):
            yield Issue(Severity.WARNING, code, column=f"/{list_}")
