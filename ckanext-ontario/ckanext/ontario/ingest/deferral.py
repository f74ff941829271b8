"""Letting a batch be written first and indexed afterwards.

CKAN indexes inside the database's ``before_commit``: for every package touched one
``package_show``, one connection and one hard commit, and when Solr fails the commit fails. Inside
:func:`deferred` that one observer stands aside *for this session*; all other observers go on.
The mark lives in the session's ``info``: ``Session.remove()`` drops it, and then CKAN's own way is
back, which is slow and right.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import ckan.plugins as p
from ckan import model

_KEY = "ontario_ingest_deferral"
_INSTALLED = "_ontario_ingest_gated"


@dataclass
class Deferral:
    """What a session puts off."""

    activity: bool = True
    """Whether entries in the activity stream are written all the same."""
    views: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """New datasets whose default views are to be made after the commit: making one commits."""
    packages: set[str] = field(default_factory=set[str])
    """Packages that CKAN would have indexed."""


def current() -> Deferral | None:
    """Return what this session puts off, or ``None`` when it puts off nothing."""
    return model.Session.info.get(_KEY)


@contextlib.contextmanager
def deferred(*, activity: bool = True) -> Generator[Deferral, None, None]:
    """Put indexing and default views off for this session, inside the block."""
    _gate_search()
    deferral = Deferral(activity=activity)
    model.Session.info[_KEY] = deferral
    try:
        yield deferral
    finally:
        model.Session.info.pop(_KEY, None)


def _gate_search() -> None:
    """Give CKAN's indexing observer a ``notify`` that heeds the mark, once per instance."""
    plugin: Any = p.get_plugin("synchronous_search")
    if getattr(plugin, _INSTALLED, False):
        return
    notify = plugin.notify

    def gated(entity: Any, operation: str) -> None:
        deferral = current()
        if deferral is None:
            notify(entity, operation)
        elif isinstance(entity, model.Package):
            deferral.packages.add(entity.id)

    plugin.notify = gated
    setattr(plugin, _INSTALLED, True)
