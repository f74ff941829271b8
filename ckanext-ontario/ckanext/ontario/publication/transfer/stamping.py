"""When records were made and last modified: as their releases say, past CKAN, which drops it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timezone
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.ontario.publication.transfer import ordering
from ckanext.ontario.publication.transfer.wire import Item

_PACKAGE: Any = model.Package.__table__  # type: ignore[attr-defined]


def modified(items: Iterable[Item]) -> dict[str, Any]:
    """Return when each record that is here was last modified."""
    query = sa.select(_PACKAGE.c.id, _PACKAGE.c.metadata_modified).where(
        _PACKAGE.c.id.in_([item.id for item in items])
    )
    return {row[0]: row[1] for row in model.Session.execute(query)}


_STAMP = sa.text("""
    UPDATE package SET metadata_created = new.created, metadata_modified = new.modified
      FROM unnest(CAST(:ids AS text[]), CAST(:created AS timestamp[]),
                  CAST(:modified AS timestamp[])) AS new (id, created, modified)
     WHERE package.id = new.id
""")


def stamp(
    items: Sequence[Item], known: Mapping[str, ordering.Known], before: Mapping[str, Any]
) -> None:
    """Set the dates that CKAN drops on saving; the same content again modifies nothing."""
    dates = [
        before[item.id] if _is_same(item, known.get(item.id)) and before.get(item.id)
        else _naive(item.released)
        for item in items
    ]  # fmt: skip
    created = [_naive(item.created) for item in items]
    ids = [item.id for item in items]
    model.Session.execute(_STAMP, {"ids": ids, "created": created, "modified": dates})


def _is_same(item: Item, known: ordering.Known | None) -> bool:
    return known is not None and known.content_hash == item.content_hash


def _naive(instant: Any) -> Any:
    return instant.astimezone(timezone.utc).replace(tzinfo=None)
