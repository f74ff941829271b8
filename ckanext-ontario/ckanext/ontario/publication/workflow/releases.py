"""Writing releases: frozen rows, their way out, and taking a scheduled one back.

Every function expects the working copy's row to be locked, and commits nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.ontario.publication.instants import local_day
from ckanext.ontario.publication.model import OUTBOX, RELEASE, WORKING_COPY
from ckanext.ontario.publication.workflow import copies
from ckanext.ontario.publication.workflow.content import Current
from ckanext.ontario.shared import clock


def removed(package_id: Any) -> Any:
    """Return the condition that the record of a column was removed for ever."""
    return (
        sa.exists()
        .where(sa.and_(RELEASE.c.package_id == package_id, RELEASE.c.operation == "remove"))
        .correlate_except(RELEASE)
    )


def put(
    loaded: copies.Loaded, content: Current, source: str, user_id: str, release_at: datetime
) -> int:
    """Freeze content as the record's next release; return its sequence.

    The day on which the first file opens is added here, because it follows from the instant.
    """
    frozen = content.opened_on(local_day(release_at))
    return add(
        loaded.id,
        operation="put",
        source=source,
        projection=frozen.public,
        files=frozen.files,
        content_hash=frozen.seen,
        schema_version=frozen.schema_version,
        approved_by=user_id,
        release_at=release_at,
    )


def add(package_id: str, **values: Any) -> int:
    """Write a release with the record's next sequence, and return that."""
    sequence = model.Session.scalar(
        sa.update(WORKING_COPY)
        .where(WORKING_COPY.c.package_id == package_id)
        .values(last_sequence=WORKING_COPY.c.last_sequence + 1)
        .returning(WORKING_COPY.c.last_sequence)
    )
    row = {"files": [], "approved_at": clock.now(), "state": "scheduled", **values}
    model.Session.execute(
        sa.insert(RELEASE).values(package_id=package_id, sequence=sequence, **row)
    )
    return int(sequence or 0)


def release(package_id: str, sequence: int, user_id: str, step: str = "release") -> None:
    """Hand a release to the outbox, in the transaction that says it is released."""
    now = clock.now()
    opened = model.Session.execute(
        sa.update(RELEASE)
        .where(RELEASE.c.package_id == package_id, RELEASE.c.sequence == sequence)
        .values(state="released", released_at=now)
        .returning(
            RELEASE.c.projection["opened_date"].astext,
            sa.func.coalesce(sa.func.jsonb_array_length(RELEASE.c.projection["resources"]), 0),
        )
    ).one()
    model.Session.execute(
        sa.insert(OUTBOX).values(package_id=package_id, sequence=sequence, next_at=now, created=now)
    )
    if opened[0] and opened[1]:
        model.Session.execute(
            sa.update(WORKING_COPY)
            .where(WORKING_COPY.c.package_id == package_id, WORKING_COPY.c.opened_date.is_(None))
            .values(opened_date=opened[0])
        )
    copies.record(package_id, step, user_id, sequence=sequence)


def cancel(package_id: str, sequence: int, user_id: str, reason: str, **details: Any) -> None:
    """Take a scheduled release back, with the reason."""
    model.Session.execute(
        sa.update(RELEASE)
        .where(RELEASE.c.package_id == package_id, RELEASE.c.sequence == sequence)
        .values(state="cancelled", reason=reason)
    )
    copies.record(package_id, "cancel", user_id, sequence=sequence, reason=reason, details=details)


def cancel_waiting(loaded: copies.Loaded, user_id: str, reason: str) -> list[int]:
    """Take every scheduled release of a record back; return their sequences."""
    waiting = [one["sequence"] for one in loaded.releases if one["state"] == "scheduled"]
    for sequence in waiting:
        cancel(loaded.id, sequence, user_id, reason)
    return waiting


def again(loaded: copies.Loaded, row: Mapping[str, Any], **changed: Any) -> int:
    """Write a new release with the content of an earlier one; return its sequence."""
    projection, files = copies.projection_of(loaded.id, row["sequence"])
    kept = {key: row[key] for key in ("content_hash", "schema_version")}
    return add(
        loaded.id, operation="put", projection=projection, files=files, **{**kept, **changed}
    )


def undelivered(package_id: Any) -> Any:
    """Return a query of why a record's release was set aside by the transfer; null without one.

    Args:
        package_id: an id, or the column of a query that this becomes part of.
    """
    return (
        sa.select(OUTBOX.c.reason)
        .where(OUTBOX.c.package_id == package_id, OUTBOX.c.state == "parked")
        .order_by(OUTBOX.c.sequence.desc())
        .limit(1)
        .scalar_subquery()
    )
