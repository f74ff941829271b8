"""The reader of another CKAN: pages of ``package_search`` → records and issues.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from ckanext.ontario.harvest.reader import Issue, Record, Severity, pages
from ckanext.ontario.harvesters.mapping import json_stream, options, words
from ckanext.ontario.harvesters.mapping.json_stream import Around, Found, Place, fatal

from . import addresses, mapping

MAPPING = 1
"""Raise by one whenever the code of this folder maps the same record to another dataset."""


def _is_page_size(value: Any) -> bool:
    return isinstance(value, int) and 0 < value <= addresses.MAX_PAGE_SIZE


KNOWN: Mapping[str, options.Check] = {
    **options.LANGUAGE,
    **options.PUBLISHERS,
    "page_size": _is_page_size,
}


class CkanPortalReader:
    """Reads another CKAN, page by page in the order of the ids.

    Options: ``language`` (of texts that name none; ``en``), ``only_publishers`` (organizations, by
    name or title), ``page_size`` (100).
    """

    kind = "ckan_portal"
    accept = "application/json"
    known = KNOWN

    def __init__(self) -> None:
        self.mapping_version = f"{MAPPING}-{words.version()}"

    def check_options(self, given: Mapping[str, Any]) -> list[Issue]:
        """Return what is wrong with a source's options, for its form."""
        return list(options.wrong(given, self.known))

    def first_page(self, url: str, options: Mapping[str, Any]) -> str:
        """Return the address of the first records."""
        return addresses.search(url, options)

    def next_page(self, page: Path, address: str, options: Mapping[str, Any]) -> str | None:
        """Return the address of the records after those of ``page``; ``None`` after the last.

        Raises:
            DocumentError: for a page that is none, and for a portal that does not keep the order.
        """
        around, last = Around(), addresses.after_of(address)
        for item in json_stream.objects(page, is_record, around):
            id_ = _id_of(item.value)
            if not addresses.ID.fullmatch(id_) or id_ <= last:
                raise fatal("ckan_pages_unordered")
            last = id_
        _require(around)
        if _count(around) <= around.found:
            return None
        if not around.found:
            raise fatal("ckan_count_differs", count=_count(around), found=0)
        return addresses.following(address, options, last)

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Issue]:
        """Yield records in the order of their ids, and issues that belong to no record.

        Raises:
            DocumentError: for an error in place of an answer, and for a portal without records.
                Raised while iterating.
        """
        yield from _Reading(options).records(path)


class _Reading:
    """One reading of all pages."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._language = options.language(given)
        self._publishers = options.Publishers(given)
        self._number = 0

    def records(self, path: Path) -> Iterator[Record | Issue]:
        """Yield what the pages hold; say when that is not what the portal counted."""
        counted: int | None = None
        for page in pages(path):
            around = Around()
            for item in json_stream.objects(page, is_record, around):
                self._number += 1
                yield from self._record(item)
            _require(around)
            counted = _count(around) if counted is None else counted
        if not self._number:
            raise fatal("catalogue_empty")
        if counted != self._number:
            params = {"count": counted, "found": self._number}
            yield Issue(Severity.ERROR, "ckan_count_differs", params=params)
        yield from self._publishers.issues()

    def _record(self, item: Found) -> Iterator[Record | Issue]:
        if not isinstance(item.value, Mapping):
            yield Issue(Severity.ERROR, "record_not_object", self._number, item.pointer)
            return
        package = cast("Mapping[str, Any]", item.value)
        guid = _id_of(package)
        if not guid:
            where = f"{item.pointer}/id"
            yield Issue(Severity.ERROR, "record_without_identifier", self._number, where)
        elif not item.whole:
            yield Issue(Severity.ERROR, "record_too_large", self._number, item.pointer, guid)
        elif self._publishers.take(*mapping.publisher_names(package)):
            made = mapping.mapped(package, self._number, item.pointer, self._language)
            yield replace(made, identity=_identity(package))


def is_record(place: Place) -> bool:
    """Say whether a record is at ``place``."""
    return place == ("result", "results", "*")


def _id_of(value: Any) -> str:
    found: Any = cast("Mapping[str, Any]", value).get("id") if isinstance(value, Mapping) else None
    return found.strip() if isinstance(found, str) else ""


def _identity(package: Mapping[str, Any]) -> dict[str, str]:
    """Return what a record may keep: its id and name, where they are ones of CKAN's."""
    found = {key: package.get(key) for key in ("id", "name")}
    fits = all(isinstance(each, str) and addresses.ID.fullmatch(each) for each in found.values())
    return cast("dict[str, str]", found) if fits else {}


def _require(around: Around) -> None:
    """Refuse an answer that is none of ``package_search``."""
    if around.values.get(("success",)) is True and ("result", "results") in around.places:
        return
    reason = around.reason()
    if reason is not None:
        raise fatal("source_said_error", reason=reason)
    raise fatal("catalogue_not_found")


def _count(around: Around) -> int:
    count = around.values.get(("result", "count"))
    return count if isinstance(count, int) else -1
