"""What can be asked about a record's workflow: status, preview, history."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.types import Context, DataDict

from ckanext.ontario.publication.instants import local_text
from ckanext.ontario.publication.model import HISTORY
from ckanext.ontario.publication.workflow import (
    access,
    content,
    messages,
    people,
    status,
)

__all__ = ["ontario_release_history", "ontario_release_preview", "ontario_release_show"]


@tk.side_effect_free
def ontario_release_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return where a record stands and what the caller may do next.

    Args:
        context: CKAN's; the caller may read the record or has a part in its workflow.
        data_dict: ``id``, the record's id or name.

    Returns:
        ``{"id", "name", "state": "draft"|"in_review"|"approved"|"returned", "since", "public":
        "none"|"scheduled"|"live"|"withdrawn"|"removed", "next_steps": [step]}``; a step is
        ``submit``, ``approve``, ``return``, ``schedule``, ``restore``, ``withdraw`` or
        ``remove``. Those concerned with the ministry's records get more: ``reason`` (of a
        return), ``public_reason`` (of a withdrawal or removal), ``shared``, ``withheld``,
        ``submitted_by`` and ``edited_by`` (``{"id", "name", "display_name"}`` or null),
        ``released``, ``scheduled`` and ``cancelled`` (``{"sequence", "source", "content_hash",
        "approved_at", "release_at", "released_at"}`` or null; ``cancelled`` has a ``reason``),
        ``undelivered`` (why the public portal did not take the last release, or null). Instants
        are ISO 8601 with Toronto's offset.

    Raises:
        ObjectNotFound: when there is no such record or the caller may not know of it.
    """
    tk.check_access("ontario_release_show", context, data_dict)
    loaded, actor = access.found(context, data_dict)
    return status.shown(loaded, actor)


@tk.side_effect_free
def ontario_release_preview(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return a record as the public would see it if it were released now.

    Args:
        context: CKAN's; the caller has a part in the workflow of the record's ministry.
        data_dict: ``id``, the record's id or name.

    Returns:
        ``{"id", "content_hash", "public": {...}, "kept_inside": [path], "changes": [{"path",
        "before", "after", "approval": "content"|"refresh"}], "issues": [...], "files":
        [{"resource_id", "sha256", "size", "filename"}], "opens": bool, "status": {...},
        "next_steps": [step]}``. ``changes`` are those since what the public had last; all of it
        when that is nothing. ``issues`` are as ``ontario_dataset_check`` returns them. ``opens``
        says that ``opened_date`` will be added at release. ``content_hash`` is what an approval
        names.

    Raises:
        ObjectNotFound: when there is no such record or the caller may not know of it.
        NotAuthorized: when the caller has no part in its workflow.
        ValidationError: when it can't be shown: an uploaded file is missing.
    """
    tk.check_access("ontario_release_preview", context, data_dict)
    loaded, actor = access.found(context, data_dict)
    with messages.spoken():
        current = content.current(loaded)
    record = tk.get_action("package_show")(Context(ignore_auth=True, user=""), {"id": loaded.id})
    checked = tk.get_action("ontario_dataset_check")(
        Context(ignore_auth=True, user=""), {"dataset": record}
    )
    shown = status.shown(loaded, actor)
    return {
        "id": loaded.id,
        "content_hash": current.seen,
        "public": current.public,
        "kept_inside": current.kept_inside,
        "changes": [asdict(one) for one in content.changes(loaded, current)],
        "issues": checked["issues"],
        "files": current.files,
        "opens": current.opens,
        "status": shown,
        "next_steps": shown["next_steps"],
    }


MOST = 1000
"""Rows of history one call returns."""


@tk.side_effect_free
def ontario_release_history(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Return every step of a record's workflow, the latest first.

    Args:
        context: CKAN's; the caller has a part in the workflow of the record's ministry.
        data_dict: ``id``; optional ``limit`` (at most 1,000) and ``offset``.

    Returns:
        ``[{"at", "step", "user": {"id", "name", "display_name"}|null, "sequence", "reason",
        "details"}]``. Nobody can change or delete a row of it, in the database either.

    Raises:
        ObjectNotFound: when there is no such record or the caller may not know of it.
        NotAuthorized: when the caller has no part in its workflow.
    """
    tk.check_access("ontario_release_history", context, data_dict)
    loaded, _actor = access.found(context, data_dict)
    query = (
        sa.select(HISTORY)
        .where(HISTORY.c.package_id == loaded.id)
        .order_by(HISTORY.c.id.desc())
        .limit(access.number(data_dict, "limit", MOST, MOST))
        .offset(access.number(data_dict, "offset", 0, 1_000_000))
    )
    rows = list(model.Session.execute(query).mappings())
    known = people.names(row["user_id"] for row in rows)
    return [
        {
            "at": local_text(row["at"]),
            "step": row["step"],
            "user": known.get(row["user_id"]),
            "sequence": row["sequence"],
            "reason": messages.cancellation(row["reason"]) if row["reason"] else None,
            "details": row["details"],
        }
        for row in rows
    ]
