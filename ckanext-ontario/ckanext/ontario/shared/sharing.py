"""Which records are shared with their audience: the slice that keeps workflow answers.

A working copy that was never submitted, or came back and was not submitted again, is read by the
editors and Directors of its ministry alone. Where no plugin answers, every record is shared.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from contextvars import ContextVar

import ckan.plugins as p
from ckan.plugins.interfaces import Interface
from flask import g, has_request_context, request

_together: ContextVar[dict[str, bool] | None] = ContextVar("ontario_sharing", default=None)
_REMEMBERED = "ontario_sharing_remembered"


class IRecordSharing(Interface):
    """Say which records are shared with their audience."""

    def shared(self, package_ids: Collection[str]) -> set[str]:
        """Return which of these records are shared.

        One that is not in the answer, because nothing is known of it, is not shared. Called with
        all the records of a page or a batch at once.

        Args:
            package_ids: ids of records, each once.
        """
        return set(package_ids)


def shared(package_ids: Collection[str]) -> set[str]:
    """Return which of these records are shared; those that every plugin that answers says are.

    Args:
        package_ids: ids of records.
    """
    known = _memory()
    wanted = set(package_ids)
    if unknown := wanted - known.keys():
        found = _ask(unknown)
        known.update({one: one in found for one in unknown})
    return {one for one in wanted if known[one]}


def is_shared(package_id: str) -> bool:
    """Say whether a record is shared (see :func:`shared`)."""
    return package_id in shared([package_id])


@contextlib.contextmanager
def asked_together(package_ids: Collection[str]) -> Iterator[None]:
    """Ask for many records at once; inside the block :func:`is_shared` knows the answers."""
    mark = _together.set({})
    try:
        shared(package_ids)
        yield
    finally:
        _together.reset(mark)


def _ask(package_ids: set[str]) -> set[str]:
    found = set(package_ids)
    for plugin in p.PluginImplementations(IRecordSharing):
        found &= plugin.shared(found)
    return found


def _memory() -> dict[str, bool]:
    """Return what is remembered: in a block that asked together, or by a request that reads."""
    block = _together.get()
    if block is not None:
        return block
    if not has_request_context() or request.method not in {"GET", "HEAD"}:
        return {}
    if _REMEMBERED not in g:
        setattr(g, _REMEMBERED, {})
    return getattr(g, _REMEMBERED)
