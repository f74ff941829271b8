"""Records that keep their identity: whose ids and names are free, and whose are not.

A source with ``takeover`` moves a catalogue here without breaking its addresses. It takes nothing
that is somebody's already: not another source's records, nor a person's, nor a file of another
record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model as core

from ckanext.ontario.harvest import ingest
from ckanext.ontario.harvest.reader import Issue, Severity
from ckanext.ontario.harvest.source import Source

Row = dict[str, Any]


def taken(records: Sequence[Row], known: Mapping[str, Row], source: Source) -> dict[str, Issue]:
    """Return the error of each record whose identity, or a file's, is another record's."""
    if not source.config.takeover:
        return {}
    identities = [r["identity"] for r in records if r["guid"] not in known and r.get("identity")]
    packages = _packages(identities)
    owners = _owners_of_files([id_ for record in records for id_ in _file_ids(record)])
    found: dict[str, Issue] = {}
    for record in records:
        before = known.get(record["guid"])
        home = before["package_id"] if before else record["identity"].get("id")
        others = [id_ for id_ in _file_ids(record) if owners.setdefault(id_, home) != home]
        if before is None:
            others += _others(record, packages, source)
        if others:
            issue = Issue(Severity.ERROR, "takeover_taken", params={"taken": others[0]})
            found[record["guid"]] = issue
    return found


def _file_ids(record: Row) -> list[str]:
    return [each["id"] for each in record["dataset"].get("resources") or () if each.get("id")]


def _packages(identities: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return the ids of the packages that there are, by id and by name."""
    ids, names = ([each[key] for each in identities] for key in ("id", "name"))
    table = core.package_table
    query = sa.select(table.c.id, table.c.name).where(
        sa.or_(table.c.id.in_(ids), table.c.name.in_(names))
    )
    return {key: id_ for id_, name in core.Session.execute(query) for key in (id_, name)}


def _owners_of_files(ids: Sequence[str]) -> dict[str, str]:
    table = core.resource_table
    query = sa.select(table.c.id, table.c.package_id).where(table.c.id.in_(ids))
    return {row.id: row.package_id for row in core.Session.execute(query)}


def _others(record: Row, packages: Mapping[str, str], source: Source) -> list[str]:
    """Return the parts of a new record's identity that are not free.

    A package that this very record became in a run that did not live to remember it is its own.
    """
    identity = record["identity"]
    there = {key: packages[key] for key in identity.values() if key in packages}
    if not there:
        return []
    if set(there.values()) == {identity["id"]} and _made_by(identity["id"], record, source):
        return []
    return [identity["name"] if identity["name"] in there else identity["id"]]


def _made_by(package_id: str, record: Row, source: Source) -> bool:
    package = tk.get_action("package_show")(ingest.context(use_cache=False), {"id": package_id})
    made = (package.get("harvest_source_id"), package.get("harvest_guid"))
    return made == (source.id, record["guid"])
