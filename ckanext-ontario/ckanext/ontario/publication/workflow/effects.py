"""What follows a committed step: the index, the outbox worker."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from ckan import model
from ckan.lib import search

from ckanext.ontario.publication.transfer import outbox

log = logging.getLogger(__name__)


def committed(package_ids: Iterable[str], *, index: bool = True) -> None:
    """Commit, then index the records and tell the worker that something may wait.

    Labels of the index say who may read a record, so a record is indexed when it becomes shared
    or no longer is. An index that can't be reached must not undo a step that is taken.
    """
    model.Session.commit()
    ids = list(dict.fromkeys(package_ids))
    if index and ids:
        try:
            search.rebuild(package_ids=ids, quiet=True)
        except (search.SearchIndexError, search.SearchError):
            log.exception("The index does not know of a step with %s", ", ".join(ids[:10]))
    wake()


def wake() -> None:
    """Tell the worker that pushes; a scheduled job does so every minute anyway."""
    outbox.wake()
