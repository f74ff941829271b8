"""Counts and answers on records: shown, found by a search, in the index. A query each a page."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from ckan.types import Context

from ckanext.ontario.shared import portal
from ckanext.ontario.shared.batches import Record
from ckanext.ontario.votes import counting
from ckanext.ontario.votes.counting import NONE, Counts
from ckanext.ontario.votes.ministry import demand, responses

TYPE = "dataset"
INDEXED = "vote_count"

RESPONSES = "vote_responses"


@dataclass(frozen=True)
class Known:
    """What is known of the votes of some records."""

    counts: Mapping[str, Counts]
    ranks: Mapping[str, int | None]
    """Inside alone, where counts are those that were pulled."""
    responses: Mapping[str, list[dict[str, Any]]]


_together: ContextVar[Known | None] = ContextVar("ontario_votes", default=None)


class RecordHooks:
    """The parts of ``IPackageController`` and ``IRecordBatches`` that add counts and answers."""

    def after_dataset_show(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        """Add them to a record that is shown; what goes to the index gets them there."""
        if context.get("validate", True) and not context.get("for_update"):
            _add([pkg_dict])

    def after_dataset_search(
        self, search_results: dict[str, Any], _search_params: dict[str, Any]
    ) -> dict[str, Any]:
        """Add them as they are now to the records of a search."""
        _add(one for one in search_results["results"] if "resources" in one)
        return search_results

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        """Add what the index of the public portal sorts and filters by."""
        if pkg_dict.get("type") == TYPE and not portal.is_internal():
            identifier = str(pkg_dict["id"])
            together = _together.get()
            found = counting.counts([identifier]) if together is None else together.counts
            pkg_dict[INDEXED] = found.get(identifier, NONE).all
        return pkg_dict

    @contextlib.contextmanager
    def reading_records(self, package_ids: Collection[str]) -> Iterator[None]:
        """Know what is added to records that are shown or indexed inside the block."""
        mark = _together.set(_known(package_ids))
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
    known = _together.get() or _known([str(one["id"]) for one in records])
    inside = portal.is_internal()
    for one in records:
        identifier = str(one["id"])
        votes = known.counts.get(identifier, NONE)
        one[INDEXED] = votes.all
        one["vote_count_user"] = votes.user
        one["vote_count_anonymous"] = votes.anonymous
        one[RESPONSES] = known.responses.get(identifier, [])
        if inside:
            one["vote_rank"] = known.ranks.get(identifier)


def _known(package_ids: Collection[str]) -> Known:
    answers = responses.shown(package_ids)
    if not portal.is_internal():
        return Known(counting.counts(package_ids), {}, answers)
    pulled = demand.counts(package_ids)
    counts = {one: votes for one, (votes, _rank) in pulled.items()}
    return Known(counts, {one: rank for one, (_votes, rank) in pulled.items()}, answers)
