"""From records to datasets: new ones get a name, known ones are merged with what is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model as core
from ckan.types import Context

from ckanext.ontario.harvest import domain, ingest, messages, model, ownership
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

    @property
    def key(self) -> str:
        """What it is called in a batch."""
        return str(self.record["guid"])

    def issues(self) -> list[Issue]:
        """Return what keeps the dataset from being published, as the publish rules say it."""
        if self.deleted:
            return [Issue(Severity.WARNING, "record_deleted_here")]
        answer = tk.get_action("ontario_dataset_check")(
            ingest.context(), {"dataset": {**self.dataset, "id": self.package_id or ""}}
        )
        return [_publish_issue(issue) for issue in answer["issues"]]

    def row(self, source: Source, mapping_version: str, package_id: str) -> Row:
        """Return the row by which the record is known from now on."""
        now = clock.now()
        return {
            "source_id": source.id,
            "guid": self.record["guid"],
            "hash": self.record["hash"],
            "mapping_version": mapping_version,
            "package_id": package_id,
            "fields": ownership.provided(self.record["dataset"]),
            "first_seen": now,
            "changed": now,
            "missing_since": None,
        }


def _publish_issue(issue: Mapping[str, Any]) -> Issue:
    severity = Severity.PUBLISH if issue["level"] == "error" else Severity.WARNING
    text = {"message": issue["message"], "suggestion": issue["suggestion"]}
    return Issue(severity, issue["code"], column=issue["field"], params={messages.TEXT: text})


def prepare(records: Sequence[Row], source: Source) -> list[Prepared]:
    """Return what is to be written of ``records``; what was written already is left out."""
    known = model.records_by_guid(source.id, [record["guid"] for record in records])
    todo = [record for record in records if not _is_done(record, known.get(record["guid"]))]
    packages = _packages(todo, known, source)
    return [_prepared(record, known.get(record["guid"]), packages, source) for record in todo]


def _is_done(record: Row, known: Row | None) -> bool:
    return bool(known and known["hash"] == record["hash"] and known["missing_since"] is None)


def _packages(
    records: Sequence[Row], known: Mapping[str, Row], source: Source
) -> dict[str, tuple[str, str]]:
    """Return ``(id, state)`` of the packages that there are, by id and by name.

    A package that has the name of a new record was made by a run that did not live to remember
    it: names hold the source and the identifier.
    """
    ids = [known[r["guid"]]["package_id"] for r in records if r["guid"] in known]
    names = [name_of(r, source) for r in records]
    table = core.package_table
    query = sa.select(table.c.id, table.c.name, table.c.state).where(
        sa.or_(table.c.id.in_(ids), table.c.name.in_(names))
    )
    found: dict[str, tuple[str, str]] = {}
    for package_id, name, state in core.Session.execute(query):
        found[package_id] = found[name] = (package_id, state)
    return found


def name_of(record: Row, source: Source) -> str:
    """Return the name a record's dataset gets when it is new."""
    dataset = record["dataset"]
    title = pick(dataset.get("title_translated"), "en") or dataset.get("title") or ""
    return domain.dataset_name(str(title), source.id, record["guid"])


def _prepared(
    record: Row,
    known: Row | None,
    packages: Mapping[str, tuple[str, str]],
    source: Source,
) -> Prepared:
    incoming = identified(record, source)
    name = name_of(record, source)
    package_id, state = packages.get(known["package_id"] if known else name, (None, ""))
    if package_id is None:
        return Prepared(record, {**incoming, "name": name}, None)
    if state == core.State.DELETED:
        return Prepared(record, incoming, package_id, deleted=True)
    current = current_dataset(package_id)
    before = known["fields"] if known else ()
    dataset = ownership.merged(current, incoming, before)
    dataset["private"] = True
    if known and known["missing_since"] and ownership.STATUS not in record["dataset"]:
        dataset[ownership.STATUS] = "active"
    return Prepared(record, dataset, package_id, before=current)


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
