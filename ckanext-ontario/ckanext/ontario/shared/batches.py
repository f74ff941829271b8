"""What slices do once for many records, where CKAN's hooks ask or write for each.

Whoever reads or writes many records together (ingest) calls these besides, or instead of, the
hooks of ``IPackageController``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import ckan.plugins as p
from ckan.plugins.interfaces import Interface
from ckan.types import Context

Record = dict[str, Any]


class IRecordBatches(Interface):
    """Do for many records at once what hooks do for each."""

    def reading_records(self, package_ids: Collection[str]) -> AbstractContextManager[Any]:
        """Return a block in which hooks answer for these records without asking the database.

        Nothing is written inside it.

        Args:
            package_ids: ids of records, each once.
        """
        return contextlib.nullcontext(package_ids)

    def records_saved(
        self, context: Context, created: Sequence[Record], updated: Sequence[Record]
    ) -> None:
        """Do what ``after_dataset_create`` and ``after_dataset_update`` do, for all of them.

        Called instead of those two hooks of the same plugin, in the transaction of the change.

        Args:
            context: CKAN's, with the user.
            created: validated records with their ids, as the hooks get them.
            updated: the same of records that were there.
        """


@contextlib.contextmanager
def reading(package_ids: Collection[str]) -> Iterator[None]:
    """Read these records together inside the block."""
    with contextlib.ExitStack() as stack:
        for plugin in p.PluginImplementations(IRecordBatches):
            stack.enter_context(plugin.reading_records(package_ids))
        yield
