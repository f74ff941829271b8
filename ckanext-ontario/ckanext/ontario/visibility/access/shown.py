"""Requests as actions and pages show them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from ckan import model
from ckan.types import Context

from ckanext.ontario.shared import clock
from ckanext.ontario.shared.timing import DEFAULT_ZONE
from ckanext.ontario.visibility.model import Row
from ckanext.ontario.visibility.reading import readable


def today() -> date:
    """Return the day in Ontario."""
    return clock.now().astimezone(ZoneInfo(DEFAULT_ZONE)).date()


def of(context: Context, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return requests with the names of their records and people; a few statements for all.

    Args:
        context: CKAN's, of the reader; a record they may not read is left out (``None``).
        rows: requests as the table has them.
    """
    visible = set(readable(context, {row["package_id"] for row in rows})) if rows else set()
    titles = _titles(visible)
    people = _people({row[key] for row in rows for key in ("user_id", "decided_by") if row[key]})
    return [_shown(row, titles, people) for row in rows]


def _shown(row: Row, titles: dict[str, Any], people: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "package_id": row["package_id"],
        "dataset": titles.get(row["package_id"]),
        "user": people.get(row["user_id"]),
        "reason": row["reason"],
        "state": row["state"],
        "requested_at": row["requested_at"].isoformat(),
        "decided_by": people.get(row["decided_by"]),
        "decided_at": row["decided_at"].isoformat() if row["decided_at"] else None,
        "decision_reason": row["decision_reason"],
        "until": row["until"].isoformat() if row["until"] else None,
    }


def _titles(package_ids: set[str]) -> dict[str, dict[str, Any]]:
    packages, extras = model.package_table, model.package_extra_table
    if not package_ids:
        return {}
    found = model.Session.execute(
        sa.select(packages.c.id, packages.c.name, packages.c.title, extras.c.value)
        .select_from(
            packages.outerjoin(
                extras,
                sa.and_(extras.c.package_id == packages.c.id, extras.c.key == "title_translated"),
            )
        )
        .where(packages.c.id.in_(package_ids))
    )
    return {
        row.id: {
            "name": row.name,
            "title_translated": json.loads(row.value) if row.value else {"en": row.title or ""},
        }
        for row in found
    }


def _people(user_ids: set[str]) -> dict[str, dict[str, str]]:
    user: Any = model.User
    found = model.Session.query(user).filter(user.id.in_(user_ids)) if user_ids else ()
    return {
        one.id: {"id": one.id, "name": one.name, "display_name": one.display_name} for one in found
    }
