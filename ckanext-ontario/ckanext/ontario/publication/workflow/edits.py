"""What a save does to the workflow: an edit of public content makes a draft again.

Forms, the API and harvests all save through CKAN's actions, whose hooks run in the transaction
of the save. Nothing here commits.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence
from contextvars import ContextVar
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
from ckanext.ontario.publication.workflow.fingerprint import Stored, read
from ckanext.ontario.shared import clock, portal
from ckanext.ontario.shared.batches import Record

STATUS = "publication_status"
HARVESTED = "harvest_source_id"


_together: ContextVar[dict[str, Any] | None] = ContextVar("ontario_working_copies", default=None)


class EditHooks:
    """The parts of ``IPackageController`` and ``IRecordBatches`` that follow saves inside."""

    def after_dataset_create(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        """Begin a working copy."""
        _saved(context, [pkg_dict])

    def after_dataset_update(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        """Make a draft again of what was edited where the public will see it."""
        _saved(context, [pkg_dict])

    def records_saved(
        self, context: Context, created: Sequence[Record], updated: Sequence[Record]
    ) -> None:
        """Do the same for many records."""
        _saved(context, [*created, *updated])

    def after_dataset_show(self, _context: Context, pkg_dict: dict[str, Any]) -> None:
        """Show the workflow's state, and the day publication opened the first file."""
        if not _concerns(pkg_dict):
            return
        together = _together.get()
        package_id = str(pkg_dict["id"])
        row = (_rows([package_id]) if together is None else together).get(package_id)
        pkg_dict[STATUS] = str(row.state) if row else State.DRAFT.value
        if row and row.opened_date and not pkg_dict.get(OPENED):
            pkg_dict[OPENED] = str(row.opened_date)

    @contextlib.contextmanager
    def reading_records(self, package_ids: Collection[str]) -> Iterator[None]:
        """Know the workflow's state of records that are shown inside the block."""
        mark = _together.set(_rows(package_ids) if portal.is_internal() else {})
        try:
            yield
        finally:
            _together.reset(mark)


def _rows(package_ids: Collection[str]) -> dict[str, Any]:
    columns = (WORKING_COPY.c.package_id, WORKING_COPY.c.state, WORKING_COPY.c.opened_date)
    query = sa.select(*columns).where(WORKING_COPY.c.package_id.in_(list(package_ids)))
    return {str(row.package_id): row for row in model.Session.execute(query)}


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
    [stored] = read([package_id])
    seen = bool(_concerns(stored.package)) and stored.extras.get("access_level") == OPEN
    if seen:
        _edit(stored, stored.fingerprint, _user_id(context))
    return seen


def _concerns(pkg_dict: dict[str, Any]) -> bool:
    record_type = str(pkg_dict.get("type") or "dataset")
    return portal.is_internal() and bool(tk.h.scheming_get_dataset_schema(record_type))


def _saved(context: Context, saved: Sequence[Record]) -> None:
    concerned = [str(one["id"]) for one in saved if _concerns(one)]
    if not concerned:
        return
    user_id = _user_id(context)
    found: list[Stored] = []
    for one in read(concerned):
        if one.package["state"] == model.State.DELETED:
            with access.undone():
                deleting.end(one.package["id"], user_id or "")
        else:
            found.append(one)
    _begin([one for one in found if one.copy is None], user_id)
    shared_now: list[str] = []
    for one in found:
        if one.copy is None:
            continue
        if one.copy["fingerprint"] != (fingerprint := one.fingerprint):
            _edit(one, fingerprint, user_id)
        if _is_to_be_shared(one):
            shared_now.append(one.package["id"])
    if shared_now:
        where = WORKING_COPY.c.package_id.in_(shared_now)
        model.Session.execute(sa.update(WORKING_COPY).where(where).values(shared=True))


def _begin(fresh: Sequence[Stored], user_id: str | None) -> None:
    rows = [
        {
            "package_id": one.package["id"],
            "state": State.DRAFT.value,
            "since": clock.now(),
            "shared": _harvested(one),
            "edited_by": user_id,
            "fingerprint": one.fingerprint,
        }
        for one in fresh
    ]
    if rows:
        model.Session.execute(insert(WORKING_COPY).values(rows).on_conflict_do_nothing())


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
