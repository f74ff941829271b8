"""Withdrawing and removing: what the public portal had of a record is gone, at once.

A withdrawn record may come back; then its release brings everything again, files included. So
nothing of it stays here meanwhile: not in the database, the index, the store or the DataStore.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib import search

from ckanext.ontario.publication.transfer import placing, received
from ckanext.ontario.publication.transfer.wire import Item, Operation
from ckanext.ontario.shared import signals

_RESOURCE: Any = model.Resource.__table__  # type: ignore[attr-defined]
_TAG: Any = model.tag_table
_TAGGED: Any = model.package_tag_table


def hide(item: Item) -> None:
    """Take a record out of the portal and remember why. Safe to repeat, and to break off."""
    query = sa.select(_RESOURCE.c.id).where(_RESOURCE.c.package_id == item.id)
    for resource_id in [str(one) for one in model.Session.execute(query).scalars()]:
        placing.clear(resource_id)
    received.raise_generation(item.generation)
    received.remember([item])
    if model.Package.get(item.id) is None:
        model.Session.commit()
    else:
        # Commits, and with it what is remembered.
        tk.get_action("dataset_purge")(placing.as_the_portal(), {"id": item.id})
    _drop_unused_tags()
    search.clear(item.id)
    final = item.operation is Operation.REMOVE
    signals.records_hidden.send(None, ids=[item.id], final=final)


def _drop_unused_tags() -> None:
    """Delete the keywords that no record has: CKAN leaves those of a purged one behind."""
    unused = sa.and_(
        _TAG.c.vocabulary_id.is_(None), ~sa.exists().where(_TAGGED.c.tag_id == _TAG.c.id)
    )
    statement = sa.delete(_TAG).where(unused).execution_options(synchronize_session=False)
    model.Session.execute(statement)
    model.Session.commit()
