"""The entries in the activity stream that ckanext-activity would write for each record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.ontario.ingest.bulk import rows, showing
from ckanext.ontario.shared import clock


def write(kinds: Mapping[str, str], user: Any) -> None:
    """Write one entry for each record, in the session's transaction.

    Args:
        kinds: record's id → ``new`` or ``changed``, in the order of the writing.
        user: who wrote.
    """
    from ckanext.activity.model import Activity  # noqa: PLC0415 -- its table is there with it alone

    with showing.reading(list(kinds)) as reader:
        entries = [
            {
                "id": rows.new_id(),
                "timestamp": clock.naive(),
                "user_id": user.id,
                "object_id": package_id,
                "revision_id": None,
                "activity_type": f"{kind} package",
                "data": {"package": reader.shown(package_id), "actor": user.name},
                "permission_labels": reader.labels(package_id),
            }
            for package_id, kind in kinds.items()
        ]
    table: Any = Activity.__table__
    if entries:
        model.Session.execute(sa.insert(table), entries)
