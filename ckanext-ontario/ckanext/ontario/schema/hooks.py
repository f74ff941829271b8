"""What happens when records and organizations are saved, in the transaction of the change."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from ckanext.ontario.schema import index_lookups, organizations, topics
from ckanext.ontario.shared.batches import Record


class RecordHooks:
    """The parts of ``IPackageController`` and ``IRecordBatches`` that follow saves."""

    def after_dataset_create(self, _context: Context, pkg_dict: dict[str, Any]) -> None:
        """Link a new record to the groups of its topics."""
        _link([pkg_dict])

    def after_dataset_update(self, _context: Context, pkg_dict: dict[str, Any]) -> None:
        """Link a changed record to the groups of its topics."""
        _link([pkg_dict])

    def reading_records(self, _package_ids: Collection[str]) -> AbstractContextManager[None]:
        """Need nothing: what the index asks for is kept in the process."""
        return nullcontext()

    def records_saved(
        self, _context: Context, created: Sequence[Record], updated: Sequence[Record]
    ) -> None:
        """Link many records to the groups of their topics."""
        _link([*created, *updated])


def _link(records: Sequence[Record]) -> None:
    wanted = {
        record["id"]: json.loads(value) if isinstance(value, str) else value
        for record in records
        if tk.h.scheming_get_dataset_schema(str(record.get("type") or "dataset"))
        for value in [record.get("topics") or []]
    }
    if wanted:
        topics.link(wanted)


class OrganizationHooks:
    """The part of ``IOrganizationController`` that keeps the names of organizations.

    CKAN calls ``create`` and ``edit`` of every kind of controller with whatever was saved.
    """

    def create(self, entity: Any) -> None:
        """Keep the names of a new organization."""
        _refresh(entity)

    def edit(self, entity: Any) -> None:
        """Keep the names of a changed organization."""
        _refresh(entity)


def _refresh(entity: Any) -> None:
    if isinstance(entity, model.Group) and entity.is_organization:
        model.Session.flush()
        organizations.refresh(entity)
        index_lookups.forget_publishers()
