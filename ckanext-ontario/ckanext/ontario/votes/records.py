"""Counts on records: shown, found by a search, and in the index. One query for a page."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from typing import Any

from ckan.types import Context

from ckanext.ontario.shared.batches import Record
from ckanext.ontario.votes import counting
from ckanext.ontario.votes.counting import NONE, Counts

TYPE = "dataset"
INDEXED = "vote_count"

_together: ContextVar[Mapping[str, Counts] | None] = ContextVar("ontario_votes", default=None)


class RecordHooks:
    """The parts of ``IPackageController`` and ``IRecordBatches`` that add counts."""

    def after_dataset_show(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        """Add the counts to a record that is shown; what goes to the index gets them there."""
        if context.get("validate", True):
            _add([pkg_dict])

    def after_dataset_search(
        self, search_results: dict[str, Any], _search_params: dict[str, Any]
    ) -> dict[str, Any]:
        """Add the counts as they are now to the records of a search."""
        _add(one for one in search_results["results"] if "resources" in one)
        return search_results

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        """Add what the index sorts and filters by."""
        if pkg_dict.get("type") == TYPE:
            found = _counts([str(pkg_dict["id"])])
            pkg_dict[INDEXED] = found.get(str(pkg_dict["id"]), NONE).all
        return pkg_dict

    @contextlib.contextmanager
    def reading_records(self, package_ids: Collection[str]) -> Iterator[None]:
        """Know the counts of records that are shown or indexed inside the block."""
        mark = _together.set(counting.counts(package_ids))
        try:
            yield
        finally:
            _together.reset(mark)

    def records_saved(
        self, _context: Context, created: Sequence[Record], updated: Sequence[Record]
    ) -> None:
        """Do nothing: votes are no part of a record, and a save changes none."""


def _add(shown: Iterable[dict[str, Any]]) -> None:
    records = [one for one in shown if one.get("type") == TYPE and one.get("id")]
    found = _counts([str(one["id"]) for one in records])
    for one in records:
        votes = found.get(str(one["id"]), NONE)
        one[INDEXED] = votes.all
        one["vote_count_user"] = votes.user
        one["vote_count_anonymous"] = votes.anonymous


def _counts(package_ids: Sequence[str]) -> Mapping[str, Counts]:
    together = _together.get()
    return counting.counts(package_ids) if together is None else together
