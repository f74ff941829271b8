"""The bulk writer: validated records become rows, many to a statement.

Records that rows alone do not make (uploads, renames, deleted ones) go through the action writer
in their place; so does whatever the database refuses, to be told apart from its neighbours.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import uploader
from ckan.types import Context

from ckanext.ontario.ingest import config
from ckanext.ontario.ingest.bulk import activity, known, rows, saving, stored
from ckanext.ontario.ingest.bulk.lookups import REPLACED, Lookups, Memory
from ckanext.ontario.ingest.bulk.plan import Plan
from ckanext.ontario.ingest.bulk.plans import Plans
from ckanext.ontario.shared import batches, clock, portal

log = logging.getLogger(__name__)

Record = Mapping[str, Any]
PLANS = Plans(REPLACED)
"""Plans for saving; kept in the process."""

GUARD = "ontario_visibility"
"""Keeps every package of the internal portal private."""


class NotByRows(Exception):
    """A record that the action writer must write, or refuse."""


@dataclass
class Ready:
    """A record that is validated."""

    record: Record
    data: rows.Row
    before: stored.Stored | None
    uploads: list[Any] = field(default_factory=list[Any])


@dataclass
class Bulk:
    """Writes the records of one batch, in order.

    Args:
        user: who writes.
        singly: writes one record through CKAN's actions and returns what became of it.
        written: told the record and its id when it is written.
    """

    user: Any
    singly: Callable[[Record], None]
    written: Callable[[Record, str], None]
    views: list[rows.Row] = field(default_factory=list[rows.Row])
    memory: Memory = field(default_factory=Memory)

    def write(self, records: Sequence[Record]) -> None:
        """Write records; those that must be written singly keep their place."""
        for run in _distinct(records):
            self._write_run(run)

    def doubtful(self, records: Sequence[Record]) -> list[Record]:
        """Return the records that CKAN's own way must judge, most to refuse them; write nothing."""
        lookups = Lookups([record["dataset"] for record in records])
        before = stored.read(lookups.ids)
        found: list[Record] = []
        for record in records:
            try:
                self._validated(record, lookups, before)
            except NotByRows:  # noqa: PERF203 -- each record stands for itself
                found.append(record)
        return found

    def _write_run(self, run: Sequence[Record]) -> None:
        datasets = [record["dataset"] for record in run]
        lookups = Lookups(datasets)
        before = stored.read(lookups.ids, lock=True)
        ready: list[Ready] = []
        for record in run:
            try:
                ready.append(self._validated(record, lookups, before))
            except NotByRows:  # noqa: PERF203 -- each record stands for itself
                self._save(ready)
                ready = []
                self.singly(record)
                lookups = Lookups(datasets)
        self._save(ready)

    def _validated(
        self, record: Record, lookups: Lookups, stored_records: Mapping[str, stored.Stored]
    ) -> Ready:
        dataset = _copied(record["dataset"])
        old = None if is_new(record) else stored_records.get(str(dataset["id"]))
        if not is_new(record) and old is None:
            raise NotByRows
        if not known.is_plain(dataset, old) or self._is_taken_by_deleted(dataset, lookups):
            raise NotByRows
        if old is not None:
            dataset |= {"id": old.package.id, "type": old.package.type}
        record_type = str(dataset.get("type") or "")
        plan = _plan(record_type, "package_create" if old is None else "package_update")
        more: dict[str, Any] = {} if old is None else {"package": old.package}
        context: Any = Context(
            session=model.Session,
            user=self.user.name,
            ignore_auth=True,
            **lookups.context(self.memory),
            **more,
        )
        uploads = [] if old is None else _uploads(dataset)
        try:
            data, wrong = plan.validate(dataset, context)
        except Exception as err:  # as below
            raise NotByRows from err
        if wrong or any("id" in one or "name" not in one for one in data.get("groups") or ()):
            raise NotByRows
        if any(one.get("vocabulary_id") for one in data.get("tags") or ()):
            raise NotByRows
        if old is None:
            data["id"] = data.get("id") or rows.new_id()
        lookups.take(str(data["id"]), data["name"], _identified(data))
        return Ready(record, data, old, uploads)

    @staticmethod
    def _is_taken_by_deleted(dataset: rows.Row, lookups: Lookups) -> bool:
        """Say whether CKAN would first rename a deleted record, or must make up a name."""
        name = dataset.get("name")
        other = lookups.by_name.get(str(name))
        return not name or (other is not None and lookups.packages[other][1] == "deleted")

    def _save(self, ready: Sequence[Ready]) -> None:
        if not ready:
            return
        savepoint = model.Session.begin_nested()
        try:
            self._put(ready)
            model.Session.flush()
        except Exception:  # whatever it is, the action writer says whose fault it is
            savepoint.rollback()
            log.info("%s records are written one by one", len(ready), exc_info=True)
            for one in ready:
                self.singly(one.record)
            return
        savepoint.commit()
        for one in ready:
            self.written(one.record, str(one.data["id"]))
        self.views += [one.data for one in ready if one.before is None and _files(one)]

    def _put(self, ready: Sequence[Ready]) -> None:
        batch = rows.Batch(
            private=p.plugin_loaded(GUARD) and portal.is_internal(),
            now=clock.naive(),
            tags=saving.tag_ids(_names(ready, "tags")),
            groups=saving.group_ids(_names(ready, "groups")),
        )
        for one in ready:
            if one.before is None:
                batch.create(one.data, self.user.id)
            else:
                batch.update(one.data, one.before)
        saving.save(batch)
        for one in ready:
            for resource, upload in zip(_files(one), one.uploads, strict=False):
                upload.upload(resource["id"], uploader.get_max_resource_size())
        self._follow(ready)

    def _follow(self, ready: Sequence[Ready]) -> None:
        """Do what follows from the saves: hooks of other slices, and the activity stream."""
        context: Any = Context(
            model=model, session=model.Session, user=self.user.name, ignore_auth=True
        )
        created = [one.data for one in ready if one.before is None]
        updated = [one.data for one in ready if one.before is not None]
        for plugin in p.PluginImplementations(batches.IRecordBatches):
            plugin.records_saved(context, created, updated)
        if config.writes_activity() and known.has_activity():
            kinds = {str(o.data["id"]): "new" if o.before is None else "changed" for o in ready}
            activity.write(kinds, self.user)


def is_new(record: Record) -> bool:
    """Say whether a record is to be created: it has no id, or says so."""
    return bool(record.get("create")) or not record["dataset"].get("id")


def _distinct(records: Sequence[Record]) -> Iterator[list[Record]]:
    """Cut a batch where a record comes again, so that the second finds what the first left."""
    run: list[Record] = []
    seen: set[str] = set()
    for record in records:
        key = str(record["dataset"].get("id") or "")
        if key and key in seen:
            yield run
            run, seen = [], set()
        seen.add(key)
        run.append(record)
    if run:
        yield run


def _plan(record_type: str, action: str) -> Plan:
    plan = PLANS.find(record_type, action) if record_type else None
    if plan is None or not tk.h.scheming_get_dataset_schema(record_type):
        raise NotByRows
    return plan


def _copied(dataset: Mapping[str, Any]) -> rows.Row:
    """Return a copy whose lists of objects may be changed."""
    return {
        name: [dict(one) if isinstance(one, dict) else one for one in value]
        if isinstance(value, list)
        else value
        for name, value in dataset.items()
    }


def _uploads(dataset: rows.Row) -> list[Any]:
    """Do what ``package_update`` does about files, which there are none of here."""
    found: list[Any] = []
    for resource in dataset.get("resources") or []:
        upload: Any = uploader.get_resource_uploader(resource)
        if "mimetype" not in resource and hasattr(upload, "mimetype"):
            resource["mimetype"] = upload.mimetype
        if "url_type" in resource and hasattr(upload, "filesize"):
            resource["size"] = upload.filesize
        found.append(upload)
    return found


def _files(one: Ready) -> list[rows.Row]:
    return one.data.get("resources") or []


def _identified(data: rows.Row) -> list[rows.Row]:
    return [one for one in data.get("resources") or [] if one.get("id")]


def _names(ready: Sequence[Ready], part: str) -> set[str]:
    return {str(item["name"]) for one in ready for item in one.data.get(part) or []}
