"""All that the harvests of one source leave behind, without what differs from run to run."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.lib.search.common import make_connection
from ckan.tests.helpers import call_action
from ckanext.activity.model import Activity
from ckanext.harvest.model import HarvestJob, HarvestObject

from ckanext.ontario.harvest import ingest
from ckanext.ontario.harvest import model as tables

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:[\d.]+(Z|\+00:00)?")
_IDENTITY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VOLATILE = {"_version_", "index_id", "indexed_ts", "revision_id"}
_TEXTS_OF_JSON = {"data_dict", "validated_data_dict"}


def footprint(source_id: str) -> dict[str, Any]:
    """Datasets, records, Solr documents, activity, and what is left undone."""
    model.Session.rollback()
    model.Session.expire_all()
    query = sa.select(tables.RECORD).where(tables.RECORD.c.source_id == source_id)
    records = [dict(row) for row in model.Session.execute(query).mappings()]
    packages = {
        record["guid"]: call_action("package_show", {"use_cache": False}, id=record["package_id"])
        for record in records
    }
    strays = [
        row[0]
        for row in model.Session.query(model.Package.name)
        .join(model.PackageExtra, model.PackageExtra.package_id == model.Package.id)
        .filter(model.PackageExtra.key == "harvest_source_id")
        .filter(model.PackageExtra.value == source_id)
        .filter(model.Package.id.not_in([package["id"] for package in packages.values()]))
    ]
    names = _names(source_id, packages)
    runs = ingest.call("run_list", {"source_id": source_id})
    return {
        "packages": _plain(packages, names),
        "records": _plain(sorted(records, key=lambda record: record["guid"]), names),
        "solr": _plain({guid: _document(each["id"]) for guid, each in packages.items()}, names),
        "activity": {guid: _activity(each["id"]) for guid, each in packages.items()},
        "strays": strays,
        "waiting for the index": model.Session.scalar(
            sa.text("SELECT count(*) FROM ontario_ingest_pending")
        ),
        "running": [run["status"] for run in runs if run["status"] == "running"],
        "jobs": sorted({job.status for job in HarvestJob.filter(source_id=source_id)}),
        "payloads": model.Session.query(tables.HarvestBatch)
        .filter(tables.HarvestBatch.source_id == source_id)
        .filter(tables.HarvestBatch.payload.is_not(None))
        .count(),
        "copies of records": model.Session.query(HarvestObject)
        .filter(HarvestObject.harvest_source_id == source_id)
        .filter(HarvestObject.content.is_not(None))
        .count(),
    }


def _document(package_id: str) -> dict[str, Any]:
    solr = make_connection()
    solr.commit()
    found = list(solr.search(f'id:"{package_id}"', fl="*"))
    assert len(found) <= 1
    return found[0] if found else {}


def _activity(package_id: str) -> dict[str, int]:
    query = model.Session.query(Activity.activity_type).filter_by(object_id=package_id)
    return dict(Counter(kind for (kind,) in query))


def _names(source_id: str, packages: dict[str, dict[str, Any]]) -> dict[str, str]:
    names = {source_id: "the source"}
    for guid, package in packages.items():
        names[package["id"]], names[package["name"]] = f"id of {guid}", f"name of {guid}"
        for number, resource in enumerate(package["resources"]):
            names[resource["id"]] = f"resource {number} of {guid}"
    return names


def _plain(value: Any, names: dict[str, str]) -> Any:
    text = json.dumps(_opened(value), default=str, sort_keys=True)
    for identity, name in names.items():
        text = text.replace(identity, name)
    return json.loads(_IDENTITY.sub("an id", _INSTANT.sub("an instant", text)))


def _opened(value: Any) -> Any:
    """Return Solr's texts of JSON as what they say, without volatile keys."""
    if isinstance(value, dict):
        return {
            key: json.loads(item) if key in _TEXTS_OF_JSON else _opened(item)
            for key, item in value.items()
            if key not in _VOLATILE
        }
    return [_opened(item) for item in value] if isinstance(value, list) else value


def differences(left: Any, right: Any, path: str = "") -> list[str]:
    """Where two footprints differ, and how."""
    if isinstance(left, dict) and isinstance(right, dict):
        keys = sorted(left.keys() | right.keys(), key=str)
        each = (differences(left.get(k), right.get(k), f"{path}/{k}") for k in keys)
        return [found for some in each for found in some]
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        pairs = enumerate(zip(left, right, strict=True))
        return [found for n, (a, b) in pairs for found in differences(a, b, f"{path}/{n}")]
    return [] if left == right else [f"{path}: {left!r} is not {right!r}"]
