"""What a save does to the queue: its texts are compared, in the transaction of the save."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Any

from ckan import model
from ckan.types import Context

from ckanext.ontario.shared import clock
from ckanext.ontario.shared.batches import Record
from ckanext.ontario.translation import fields, rows
from ckanext.ontario.translation.domain import Key

_agreed: ContextVar[frozenset[Key]] = ContextVar("ontario_translations", default=frozenset())


class RecordHooks:
    """The parts of ``IPackageController`` and ``IRecordBatches`` that follow saves."""

    def after_dataset_create(self, _context: Context, pkg_dict: dict[str, Any]) -> None:
        """Look at the texts of a new record."""
        _saved([pkg_dict])

    def after_dataset_update(self, _context: Context, pkg_dict: dict[str, Any]) -> None:
        """Look at the texts of a changed record."""
        _saved([pkg_dict])

    def reading_records(self, _package_ids: Collection[str]) -> AbstractContextManager[None]:
        """Need nothing: nothing of this is shown with a record."""
        return nullcontext()

    def records_saved(
        self, _context: Context, created: Sequence[Record], updated: Sequence[Record]
    ) -> None:
        """Look at the texts of many records."""
        _saved([*created, *updated])


@contextlib.contextmanager
def agreeing(keys: Iterable[Key]) -> Iterator[None]:
    """Take texts that are saved inside the block to say the same in both languages."""
    mark = _agreed.set(frozenset(keys))
    try:
        yield
    finally:
        _agreed.reset(mark)


def _saved(saved: Sequence[Record]) -> None:
    found = {
        str(one["id"]): fields.texts(one)
        for one in saved
        if str(one.get("type") or fields.TYPE) == fields.TYPE
    }
    if found:
        rows.remember(found, clock.now(), _agreed.get())


def forget_removed(_sender: Any, ids: Iterable[str], *, final: bool = False, **_more: Any) -> None:
    """Delete what is remembered of records that never come back."""
    if final:
        rows.forget(list(ids))
        model.Session.commit()
