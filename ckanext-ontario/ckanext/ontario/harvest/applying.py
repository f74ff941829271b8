"""Writing one batch: claimed, written, remembered and reported in one transaction."""

from __future__ import annotations

import logging
import zlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
import orjson
from ckan import model as core

from ckanext.ontario.harvest import changes, ingest, model, ownership
from ckanext.ontario.harvest.locks import source_lock
from ckanext.ontario.harvest.planning import refuse_elsewhere
from ckanext.ontario.harvest.preparing import Prepared, current_dataset, prepare
from ckanext.ontario.harvest.reader import Issue, Reader, Severity
from ckanext.ontario.harvest.source import Source, load
from ckanext.ontario.harvest.stopwatch import Stopwatch
from ckanext.ontario.shared import collecting

log = logging.getLogger(__name__)

Row = dict[str, Any]


def packed(content: Any) -> bytes:
    """Return a batch's content as it is stored."""
    return zlib.compress(orjson.dumps(content), 6)


def unpacked(payload: bytes) -> Any:
    """Return what :func:`packed` stored."""
    return orjson.loads(zlib.decompress(payload))


@collecting.seldom()
def apply_batch(batch_id: str, source_id: str, reader: Reader) -> None:
    """Write a batch, once however often it is delivered; then index what was written.

    A second consumer waits for the first one's transaction and then finds nothing to do; one that
    dies leaves the batch as it was.
    """
    source = load(source_id, reader)
    with source_lock(source_id, shared=True):
        try:
            views = _apply(batch_id, source, reader)
        except Exception as err:
            core.Session.rollback()
            if not _is_broken(err):
                raise
            log.warning("A plugin ended the transaction of batch %s: records one by one", batch_id)
            views = _apply_singly(batch_id, source, reader)
    _after_commit(views)


def give_up(batch_id: str) -> None:
    """Note that a batch can't be written by a fault of ours; its records wait for the next run."""
    batch = model.claim_batch(batch_id)
    if batch is not None:
        issues = ingest.Issues(batch["run_id"])
        issues.add(Issue(Severity.ERROR, "batch_failed", params={"count": batch["size"]}))
        _end(batch, Counter({"refused": batch["size"]}), issues)
    core.Session.commit()


def _is_broken(err: Exception) -> bool:
    # Slices know each other by their actions alone, so by name.
    return type(err).__name__ == "BatchBroken"


def _apply(batch_id: str, source: Source, reader: Reader) -> list[Row]:
    batch = _claimed(batch_id)
    if batch is None:
        core.Session.rollback()
        return []
    issues, watch = ingest.Issues(batch["run_id"]), Stopwatch()
    records = unpacked(batch["payload"])
    with watch.stage("write"):
        if batch["kind"] == "gone":
            outcome, views = _write_gone(records, batch, source, issues), []
        else:
            outcome, views = _write(records, source, reader, issues)
    outcome["milliseconds"] = int(watch.seconds["write"] * 1000)
    _end(batch, outcome, issues)
    core.Session.commit()
    return views


def _claimed(batch_id: str) -> Row | None:
    core.Session.expire_all()  # what another process changed meanwhile is read anew
    batch = model.claim_batch(batch_id)
    if batch is None:
        return None
    run = ingest.run_of(id=batch["run_id"])
    if run is None or (run["status"] != "running" and batch["kind"] != "gone"):
        model.end_batch(batch_id, "discarded", {})
        core.Session.commit()
        return None
    return batch


def _end(batch: Row, outcome: Counter[str], issues: ingest.Issues) -> None:
    issues.flush()
    counts = {
        **outcome,
        **{f"severity.{name}": number for name, number in issues.severities.items()},
    }
    model.end_batch(batch["id"], "applied", counts)


def _apply_singly(batch_id: str, source: Source, reader: Reader) -> list[Row]:
    """Write the records of a batch in a transaction each, because together they can't be."""
    batch = _claimed(batch_id)
    core.Session.rollback()
    if batch is None:
        return []
    issues, outcome, views = ingest.Issues(batch["run_id"]), Counter[str](), list[Row]()
    for record in unpacked(batch["payload"]):
        try:
            done, more = _write([record], source, reader, issues)
            core.Session.commit()
        except Exception as err:
            core.Session.rollback()
            log.warning("Record %s could not be written", record["guid"], exc_info=True)
            reason = type(err).__name__
            issue = Issue(Severity.ERROR, "record_unreadable", params={"reason": reason})
            issues.add(issue, row=record["row"], guid=record["guid"])
            done, more = Counter({"refused": 1}), []
        outcome += done
        views += more
    _end(batch, outcome, issues)
    core.Session.commit()
    return views


def _write(
    records: Sequence[Row], source: Source, reader: Reader, issues: ingest.Issues
) -> tuple[Counter[str], list[Row]]:
    kept = refuse_elsewhere(records, source, issues, hold=True)
    prepared = prepare(kept, source)
    context = ingest.context(auth_user_obj=core.User.get(ingest.site_user()))
    for each in prepared:
        issues.add_all(each.issues(context), row=each.record["row"], guid=each.key)
    refused = [each for each in prepared if each.refusal is not None]
    by_key = {each.key: each for each in prepared if not each.deleted and each not in refused}
    batch = [each.write for each in by_key.values()]
    answer = ingest.call("write", {"records": batch})
    rows = [
        each.row(source, reader.mapping_version, each.package_id or "")
        for each in prepared
        if each.deleted
    ]
    for result in answer["results"]:
        each = by_key[result["key"]]
        if result["status"] == "refused":
            _report_refusal(each, result["errors"], issues)
        else:
            rows.append(each.row(source, reader.mapping_version, result["id"]))
    model.save_records(rows)
    changes.keep(issues.run_id, source.id, by_key, answer["results"])
    outcome = Counter(str(result["status"]) for result in answer["results"])
    outcome["kept"] += len(prepared) - len(by_key) - len(refused)
    if turned_away := len(refused) + len(records) - len(kept):
        outcome["refused"] += turned_away
    return outcome, answer["views"]


def _report_refusal(each: Prepared, errors: Sequence[Row], issues: ingest.Issues) -> None:
    for error in errors:
        params = {"message": error["message"], "field": error["field"]}
        issue = Issue(Severity.ERROR, "invalid_value", column=error["field"], params=params)
        issues.add(issue, row=each.record["row"], guid=each.key)


def _write_gone(
    guids: Sequence[str], batch: Row, source: Source, issues: ingest.Issues
) -> Counter[str]:
    guids = _still_gone(guids, batch["run_id"], source)
    for guid in guids:
        issues.add(Issue(Severity.WARNING, "record_gone", guid=guid))
    return set_inactive(source.id, guids)


def _still_gone(guids: Sequence[str], run_id: str, source: Source) -> list[str]:
    """Leave out what was written since: harvested alone, while a person still had to decide."""
    run = ingest.run_of(id=run_id) or {}
    planned = datetime.fromisoformat(run["started"])
    known = model.records_by_guid(source.id, guids)
    return [guid for guid in guids if guid not in known or known[guid]["changed"] <= planned]


def set_inactive(source_id: str, guids: Sequence[str]) -> Counter[str]:
    """Set the datasets of records inactive and the records missing; nothing is deleted.

    Returns:
        How many were set ``inactive`` and ``refused``; nothing is committed.
    """
    known = model.records_by_guid(source_id, guids)
    changes: list[Row] = []
    for guid, record in known.items():
        try:
            dataset = current_dataset(record["package_id"])
        except tk.ObjectNotFound:
            log.info("Package %s was purged in the catalogue", record["package_id"])
            continue
        if dataset.get("state") == core.State.ACTIVE:
            changes.append({"key": guid, "dataset": {**dataset, ownership.STATUS: "inactive"}})
    answer = ingest.call("write", {"records": changes})
    refused = {result["key"] for result in answer["results"] if result["status"] == "refused"}
    model.mark_missing(source_id, [guid for guid in known if guid not in refused])
    return Counter({"inactive": len(known) - len(refused), "refused": len(refused)})


def _after_commit(views: Sequence[Row]) -> None:
    """Make default views and index; what fails here is repaired by the next run."""
    for dataset in views:
        tk.get_action("package_create_default_resource_views")(
            {"ignore_auth": True, "user": ingest.site_user()}, {"package": dict(dataset)}
        )
    ingest.call("index", {"commit": "never"})
