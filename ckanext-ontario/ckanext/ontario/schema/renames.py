"""Old names keep leading to a record or an organization after it is renamed.

A rename is seen where it is saved, in the same transaction, whatever action did it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import insert

from ckanext.ontario.schema.model import ALIASES

KINDS: dict[str, Any] = {"package": model.Package, "group": model.Group}
"""What can be renamed, by CKAN's table."""


def install() -> None:
    """Watch for renames; safe to repeat."""
    for entity in KINDS.values():
        if not event.contains(entity, "before_update", _remember):
            event.listen(entity, "before_update", _remember)


def _remember(mapper: Any, connection: Any, target: Any) -> None:
    history = sa.inspect(target).attrs.name.history
    for old in history.deleted or ():
        # CKAN itself renames what is deleted to its id, which is no name anybody had.
        if old and old != target.id:
            statement = insert(ALIASES).values(
                kind=mapper.local_table.name,
                name=old,
                object_id=target.id,
            )
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[ALIASES.c.kind, ALIASES.c.name],
                    set_={"object_id": statement.excluded.object_id},
                )
            )


def current_name(kind: str, name: str) -> str | None:
    """Return the present name of what was once called ``name``.

    Args:
        kind: ``package`` or ``group``.
        name: the old name.

    Returns:
        ``None`` when nothing active was called so, or when something else has the name now.
    """
    entity = KINDS[kind]
    taken = sa.select(entity.id).where(entity.name == name)
    query = (
        sa.select(entity.name)
        .join(ALIASES, sa.and_(ALIASES.c.object_id == entity.id, ALIASES.c.kind == kind))
        .where(ALIASES.c.name == name, entity.state == "active", ~sa.exists(taken))
    )
    return model.Session.execute(query).scalar()
