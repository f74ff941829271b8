"""Releasing what is due, and refreshing what a standing approval covers (a scheduled job)."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.types import Context, DataDict

from ckanext.ontario.publication import domain, gathering
from ckanext.ontario.publication.model import RELEASE
from ckanext.ontario.publication.workflow import copies, effects, mails, people, refresh, releases
from ckanext.ontario.shared import clock

__all__ = ["ontario_release_due"]

log = logging.getLogger(__name__)

MOST = 1000
"""Releases one run hands over; the next run goes on."""

LATE = timedelta(minutes=5)
"""A release that goes out this much after its instant is told of: nothing ran then."""


def ontario_release_due(context: Context, data_dict: DataDict) -> dict[str, int]:
    """Release what is due, and refresh what standing approvals cover; safe to repeat.

    A record that was changed, withdrawn, removed, withheld or deleted since its approval is not
    released: its release is cancelled with the reason, and those concerned get a mail. What was
    missed while nothing ran goes out now, with a mail.

    Args:
        context: CKAN's; the scheduler calls it as the site user.
        data_dict: nothing.

    Returns:
        ``{"released", "cancelled", "refreshed", "failed"}``, numbers of records.
    """
    tk.check_access("ontario_release_due", context, data_dict)
    done: Counter[str] = Counter(released=0, cancelled=0, refreshed=0, failed=0)
    for package_id, sequence in _due():
        done[_guarded(package_id, lambda i=package_id, s=sequence: _release(i, s))] += 1
    with gathering.together():
        for package_id in refresh.candidates():
            done[_guarded(package_id, lambda i=package_id: refresh.refresh(i))] += 1
    if done["released"] or done["refreshed"]:
        effects.wake()
    return {key: done[key] for key in ("released", "cancelled", "refreshed", "failed")}


def _guarded(package_id: str, work: Any) -> str:
    """Do one record's work in a transaction of its own; its failure keeps no other back."""
    try:
        outcome = str(work())
        model.Session.commit()
    except Exception:
        log.exception("Record %s could not be released", package_id)
        model.Session.rollback()
        return "failed"
    return outcome


def _due() -> list[tuple[str, int]]:
    query = (
        sa.select(RELEASE.c.package_id, RELEASE.c.sequence)
        .where(RELEASE.c.state == "scheduled", RELEASE.c.release_at <= clock.now())
        .order_by(RELEASE.c.release_at, RELEASE.c.package_id)
        .limit(MOST)
    )
    return [(str(row.package_id), int(row.sequence)) for row in model.Session.execute(query)]


def _release(package_id: str, sequence: int) -> str:
    loaded = copies.load(package_id, lock=True)
    user_id = _site_user_id()
    if loaded is None:  # the record was purged
        releases.cancel(package_id, sequence, user_id, "deleted")
        return "cancelled"
    row = next((one for one in loaded.releases if one["sequence"] == sequence), None)
    if row is None or row["state"] != "scheduled" or row["release_at"] > clock.now():
        return "unchanged"  # somebody else was faster
    why = domain.why_not(loaded.copy, sequence, exists=loaded.exists)
    readers = {row["approved_by"], loaded.copy.submitted_by}
    if why is not None:
        releases.cancel(package_id, sequence, user_id, why)
        if why in {"withheld", "deleted"}:
            copies.save(package_id, domain.cancelled(loaded.copy), loaded.copy)
        told = people.active(one for one in readers if one)
        mails.queue("cancelled", told, package_id, str(sequence), why=why)
        return "cancelled"
    releases.release(package_id, sequence, user_id)
    if clock.now() - row["release_at"] > LATE:
        mails.queue("late", readers, package_id, str(sequence))
    return "released"


def _site_user_id() -> str:
    name = tk.get_action("get_site_user")(Context(ignore_auth=True), {})["name"]
    user: Any = model.User.get(name)
    return str(user.id)
