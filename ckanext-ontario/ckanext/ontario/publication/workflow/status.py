"""A record's status as the API and the pages show it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.ontario.publication import derived, domain, roles
from ckanext.ontario.publication.instants import local_text
from ckanext.ontario.publication.workflow import copies, messages, people, releases


def of(package_id: str, user_id: str) -> dict[str, Any]:
    """Return the status of a record for somebody, read afresh."""
    loaded = copies.load(package_id)
    if loaded is None:
        raise tk.ObjectNotFound
    return shown(loaded, people.actor_in(loaded.package["owner_org"], user_id))


def shown(loaded: copies.Loaded, actor: roles.Actor) -> dict[str, Any]:
    """Return the status of a record; its people and reasons only for those concerned."""
    copy, row = loaded.copy, loaded.row
    plain: dict[str, Any] = {
        "id": loaded.id,
        "name": loaded.package["name"],
        "state": copy.state.value,
        "since": _when(row.get("since")),
        "public": copy.public.value,
        "next_steps": [step.value for step in domain.next_steps(copy, actor)],
    }
    if not loaded.exists:
        plain["next_steps"] = [one for one in plain["next_steps"] if one in _LATER]
    return {**plain, **_inside(loaded)} if actor.concerned else plain


_LATER = {"withdraw", "remove"}
"""Steps that a deleted record still allows: what is public can be taken back."""


def _inside(loaded: copies.Loaded) -> dict[str, Any]:
    copy, row = loaded.copy, loaded.row
    known = people.names([copy.submitted_by, copy.edited_by])
    last, waiting = loaded.last_put, loaded.waiting
    public = derived.public_side(copy.releases)
    ended = [
        one for one in loaded.releases if one["operation"] != "put" and one["state"] == "released"
    ]
    latest = max(loaded.releases, key=lambda one: one["sequence"], default=None)
    cancelled = latest if latest and latest["state"] == "cancelled" else None
    return {
        "reason": row.get("reason") if copy.state is domain.State.RETURNED else None,
        "public_reason": ended[-1]["reason"] if ended and public.value in _ENDED else None,
        "shared": copy.shared,
        "withheld": copy.withheld,
        "submitted_by": known.get(copy.submitted_by or ""),
        "edited_by": known.get(copy.edited_by or ""),
        "released": _release(last),
        "scheduled": _release(waiting),
        "cancelled": {**(_release(cancelled) or {}), "reason": _why(cancelled)}
        if cancelled
        else None,
        "undelivered": model.Session.scalar(sa.select(releases.undelivered(loaded.id))),
    }


_ENDED = {"withdrawn", "removed"}


def _why(row: Any) -> str:
    return messages.cancellation(str(row["reason"] or ""))


def _release(row: Any) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "sequence": row["sequence"],
        "source": row["source"],
        "content_hash": row["content_hash"],
        "approved_at": _when(row["approved_at"]),
        "release_at": _when(row["release_at"]),
        "released_at": _when(row["released_at"]),
    }


def _when(instant: datetime | None) -> str | None:
    return local_text(instant) if instant else None
