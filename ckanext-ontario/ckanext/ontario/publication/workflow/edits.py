"""What a save does to the workflow: an edit of public content makes a draft again.

Forms, the API and harvests all save through CKAN's actions, whose hooks run in the transaction
of the save. Nothing here commits.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.types import Context
from sqlalchemy.dialects.postgresql import insert

from ckanext.ontario.publication.domain import State
from ckanext.ontario.publication.model import WORKING_COPY
from ckanext.ontario.publication.projection import OPEN
from ckanext.ontario.publication.workflow import access, copies, deleting
from ckanext.ontario.publication.workflow.content import OPENED
from ckanext.ontario.publication.workflow.fingerprint import Stored
from ckanext.ontario.shared import clock, portal

STATUS = "publication_status"
HARVESTED = "harvest_source_id"


class EditHooks:
    """The part of ``IPackageController`` that follows saves on the internal portal."""

    def after_dataset_create(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        """Begin a working copy."""
        _saved(context, pkg_dict)

    def after_dataset_update(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        """Make a draft again of what was edited where the public will see it."""
        _saved(context, pkg_dict)

    def after_dataset_show(self, _context: Context, pkg_dict: dict[str, Any]) -> None:
        """Show the workflow's state, and the day publication opened the first file."""
        if not _concerns(pkg_dict):
            return
        row = model.Session.execute(
            sa.select(WORKING_COPY.c.state, WORKING_COPY.c.opened_date).where(
                WORKING_COPY.c.package_id == pkg_dict["id"]
            )
        ).first()
        pkg_dict[STATUS] = str(row.state) if row else State.DRAFT.value
        if row and row.opened_date and not pkg_dict.get(OPENED):
            pkg_dict[OPENED] = str(row.opened_date)


def shared(package_ids: Any) -> set[str]:
    """Return which of these records are shared with their audience (``IRecordSharing``)."""
    ids = list(package_ids)
    if not ids:
        return set()
    rows = model.Session.execute(
        sa.select(WORKING_COPY.c.package_id).where(
            WORKING_COPY.c.package_id.in_(ids), WORKING_COPY.c.shared.is_(True)
        )
    )
    return {str(row.package_id) for row in rows}


def touched(package_id: str, context: Context) -> bool:
    """Take note of a change beside the record; return whether the public would see it."""
    stored = Stored(package_id)
    seen = bool(_concerns(stored.package)) and stored.extras.get("access_level") == OPEN
    if seen:
        _edit(stored, stored.fingerprint, _user_id(context))
    return seen


def _concerns(pkg_dict: dict[str, Any]) -> bool:
    record_type = str(pkg_dict.get("type") or "dataset")
    return portal.is_internal() and bool(tk.h.scheming_get_dataset_schema(record_type))


def _saved(context: Context, pkg_dict: dict[str, Any]) -> None:
    if not _concerns(pkg_dict):
        return
    stored = Stored(str(pkg_dict["id"]))
    if stored.package["state"] == model.State.DELETED:
        with access.undone():
            deleting.end(stored.package["id"], _user_id(context) or "")
        return
    fingerprint = stored.fingerprint
    if stored.copy is None:
        _begin(stored, fingerprint, _user_id(context))
    elif stored.copy["fingerprint"] != fingerprint:
        _edit(stored, fingerprint, _user_id(context))
    if stored.copy is not None and _is_to_be_shared(stored):
        model.Session.execute(
            sa.update(WORKING_COPY)
            .where(WORKING_COPY.c.package_id == stored.package["id"])
            .values(shared=True)
        )


def _begin(stored: Stored, fingerprint: str, user_id: str | None) -> None:
    model.Session.execute(
        insert(WORKING_COPY)
        .values(
            package_id=stored.package["id"],
            state=State.DRAFT.value,
            since=clock.now(),
            shared=_harvested(stored),
            edited_by=user_id,
            fingerprint=fingerprint,
        )
        .on_conflict_do_nothing()
    )


def _harvested(stored: Stored) -> bool:
    """Say whether a ministry's inventory sent the record; its word shares it with staff."""
    return bool(stored.extras.get(HARVESTED)) and stored.package["state"] == "active"


def _is_to_be_shared(stored: Stored) -> bool:
    copy = stored.copy or {}
    fresh = not copy["shared"] and copy["state"] != State.RETURNED.value
    return fresh and _harvested(stored)


def _edit(stored: Stored, fingerprint: str, user_id: str | None) -> None:
    """Record the edit, with the working copy's row locked against steps at the same time."""
    copies.ensure(stored.package["id"])
    where = WORKING_COPY.c.package_id == stored.package["id"]
    query = sa.select(WORKING_COPY.c.state).where(where).with_for_update()
    before = State(model.Session.scalar(query))
    after = before if before is State.RETURNED else State.DRAFT
    values: dict[str, Any] = {"fingerprint": fingerprint, "edited_by": user_id}
    if after is not before:
        values |= {"state": after.value, "since": clock.now()}
        copies.record(stored.package["id"], "edit", user_id or "")
    model.Session.execute(sa.update(WORKING_COPY).where(where).values(**values))


def _user_id(context: Context) -> str | None:
    user: Any = context.get("auth_user_obj")
    if user is not None and getattr(user, "id", None):
        return str(user.id)
    name = context.get("user")
    if not name:
        return None
    table = model.user_table
    return model.Session.scalar(sa.select(table.c.id).where(table.c.name == str(name)))
