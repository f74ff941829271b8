"""From records to datasets: new ones get a name, known ones are merged with what is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model as core
from ckan.types import Context

from ckanext.ontario.harvest import domain, messages, model, ownership, single, takeover
from ckanext.ontario.harvest.planning import identified
from ckanext.ontario.harvest.reader import Issue, Severity
from ckanext.ontario.harvest.source import Source
from ckanext.ontario.shared import clock
from ckanext.ontario.shared.bilingual import pick

Row = dict[str, Any]


@dataclass
class Prepared:
    """A record that is ready to be written."""

    record: Row
    dataset: Row
    package_id: str | None
    """The package it is already, if any."""
    deleted: bool = False
    """Somebody deleted the package in the catalogue: it is left as it is."""
    before: Row | None = None
    """The dataset as it is in the catalogue, where it is there already."""
    conflicts: Sequence[ownership.Conflict] = ()
    """What was changed by hand and the source has its own mind about."""
    refusal: Issue | None = None
    """Why the record can't be written at all."""

    @property
    def write(self) -> Row:
        """The record as the writer wants it."""
        new = self.package_id is None and bool(self.dataset.get("id"))
        return {"key": self.key, "dataset": self.dataset, **({"create": True} if new else {})}

    @property
    def key(self) -> str:
        """What it is called in a batch."""
        return str(self.record["guid"])

    def issues(self, context: Context) -> list[Issue]:
        """Return why it can't be written, or conflicts by field and what keeps it unpublished."""
        if self.refusal is not None:
            return [self.refusal]
        if self.deleted:
            return [Issue(Severity.WARNING, "record_deleted_here")]
        answer = tk.get_action("ontario_dataset_check")(
            tk.fresh_context(context), {"dataset": {**self.dataset, "id": self.package_id or ""}}
        )
        found = [_conflict_issue(conflict) for conflict in self.conflicts]
        return found + [_publish_issue(issue) for issue in answer["issues"]]

    def row(self, source: Source, mapping_version: str, package_id: str) -> Row:
        """Return the row by which the record is known from now on."""
        now = clock.now()
        return {
            "source_id": source.id,
            "guid": self.record["guid"],
            "hash": self.record["hash"],
            "mapping_version": mapping_version,
            "package_id": package_id,
            "fields": ownership.marks(self.record["dataset"]),
            "first_seen": now,
            "changed": now,
            "missing_since": None,
        }


def _conflict_issue(conflict: ownership.Conflict) -> Issue:
    code = "field_kept" if conflict.kept else "field_overwritten"
    params = {"field": conflict.field, "here": conflict.here}
    return Issue(Severity.WARNING, code, column=conflict.field, params=params)


def _publish_issue(issue: Mapping[str, Any]) -> Issue:
    severity = Severity.PUBLISH if issue["level"] == "error" else Severity.WARNING
    text = {"message": issue["message"], "suggestion": issue["suggestion"]}
    return Issue(severity, issue["code"], column=issue["field"], params={messages.TEXT: text})


def prepare(records: Sequence[Row], source: Source) -> list[Prepared]:
    """Return what is to be written of ``records``; what was written already is left out."""
    known = model.records_by_guid(source.id, [record["guid"] for record in records])
    todo = [record for record in records if not _is_done(record, known.get(record["guid"]))]
    packages = _packages(todo, known, source)
    taken = takeover.taken(todo, known, source)
    return [
        Prepared(record, record["dataset"], None, refusal=taken[record["guid"]])
        if record["guid"] in taken
        else _prepared(record, known.get(record["guid"]), packages, source)
        for record in todo
    ]


def _is_done(record: Row, known: Row | None) -> bool:
    if record.get(single.FORCE):  # it is claimed with its batch, so it is written once all the same
        return False
    return bool(known and known["hash"] == record["hash"] and known["missing_since"] is None)


def _packages(
    records: Sequence[Row], known: Mapping[str, Row], source: Source
) -> dict[str, tuple[str, str, datetime]]:
    """Return ``(id, state, last change)`` of the packages that there are, by id and by name.

    A package that has the name of a new record was made by a run that did not live to remember
    it: names hold the source and the identifier.
    """
    ids = [known[r["guid"]]["package_id"] for r in records if r["guid"] in known]
    names = [name_of(r, source) for r in records]
    table = core.package_table
    columns = (table.c.id, table.c.name, table.c.state, table.c.metadata_modified)
    query = sa.select(*columns).where(sa.or_(table.c.id.in_(ids), table.c.name.in_(names)))
    found: dict[str, tuple[str, str, datetime]] = {}
    for package_id, name, state, modified in core.Session.execute(query):
        found[package_id] = found[name] = (package_id, state, modified)
    return found


def name_of(record: Row, source: Source) -> str:
    """Return the name a record's dataset gets when it is new."""
    if record.get("identity"):
        return str(record["identity"]["name"])
    dataset = record["dataset"]
    title = pick(dataset.get("title_translated"), "en") or dataset.get("title") or ""
    return domain.dataset_name(str(title), source.id, record["guid"])


def _prepared(
    record: Row,
    known: Row | None,
    packages: Mapping[str, tuple[str, str, datetime]],
    source: Source,
) -> Prepared:
    incoming = identified(record, source)
    name = name_of(record, source)
    package = packages.get(known["package_id"] if known else name)
    if package is None:
        kept = {"id": record["identity"]["id"]} if record.get("identity") else {}
        return Prepared(record, {**incoming, **kept, "name": name}, None)
    package_id, state, modified = package
    if state == core.State.DELETED:
        return Prepared(record, incoming, package_id, deleted=True)
    current = current_dataset(package_id)
    before = known["fields"] if known else ()
    local = source.config.local_fields if known else ()
    dataset = ownership.merged(current, incoming, before, local)
    dataset["private"] = True
    if known and known["missing_since"] and ownership.STATUS not in record["dataset"]:
        dataset[ownership.STATUS] = "active"
    prepared = Prepared(record, dataset, package_id, before=current)
    if known and isinstance(before, Mapping) and _edited_since(known, modified):
        prepared.conflicts = ownership.conflicts(current, incoming, before, local)
    return prepared


def _edited_since(known: Row, modified: datetime) -> bool:
    """Say whether somebody else has written a package since the last harvest did."""
    return modified > known["changed"].astimezone(timezone.utc).replace(tzinfo=None)


def current_dataset(package_id: str) -> Row:
    """Return a package as it is in the database, in the form in which it can be sent back."""
    context = Context(
        model=core,
        session=core.Session,
        user="",
        ignore_auth=True,
        use_cache=False,
        for_update=True,
    )
    return dict(tk.get_action("package_show")(context, {"id": package_id}))
