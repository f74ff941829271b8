"""What is remembered of a resource's table: how its last load went, and its dictionary meanwhile.

Rows of CKAN's own ``task_status``, one for each (resource, key).
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.model.task_status import task_status_table
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import insert

from ckanext.ontario.shared import clock

OURS = "ontario_data"
LOAD, DICTIONARY = "load", "dictionary"

_TABLE: Any = task_status_table


def read(resource_id: str, key: str) -> Any:
    """Return what was kept under a key, or ``None``."""
    value = model.Session.execute(
        sa.select(_TABLE.c.value).where(
            _TABLE.c.entity_id == resource_id, _TABLE.c.task_type == OURS, _TABLE.c.key == key
        )
    ).scalar()
    return json.loads(value) if value else None


def keep(resource_id: str, key: str, value: Any) -> None:
    """Keep a value of JSON's kinds under a key, in a transaction of its own."""
    row = {
        "id": make_uuid(),
        "entity_id": resource_id,
        "entity_type": "resource",
        "task_type": OURS,
        "key": key,
        "value": json.dumps(value, ensure_ascii=False),
        "last_updated": clock.now().replace(tzinfo=None),
    }
    changed = {name: row[name] for name in ("value", "last_updated")}
    with model.ensure_engine().begin() as connection:
        connection.execute(
            insert(_TABLE)
            .values(**row)
            .on_conflict_do_update(index_elements=["entity_id", "task_type", "key"], set_=changed)
        )


def forget(resource_id: str) -> None:
    """Forget everything of a resource, the loader's own status included."""
    with model.ensure_engine().begin() as connection:
        connection.execute(
            sa.delete(_TABLE).where(
                _TABLE.c.entity_id == resource_id, _TABLE.c.task_type.in_((OURS, "xloader"))
            )
        )
