"""The public portal's side: releases are checked, ordered and written, many to a transaction."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from sqlalchemy.exc import SQLAlchemyError

from ckanext.ontario.publication import files
from ckanext.ontario.publication.projection import schema_version
from ckanext.ontario.publication.transfer import (
    admission,
    hiding,
    lock,
    mapping,
    ordering,
    owners,
    placing,
    received,
    staging,
    stamping,
    wire,
)
from ckanext.ontario.publication.transfer.wire import Item, Operation, Status

log = logging.getLogger(__name__)

Answer = dict[str, Any]
"""``{"id", "sequence", "status", "reason", "known"}``; ``known`` is what is here already."""


def receive(given: Sequence[Any]) -> list[Answer]:
    """Apply releases and say of each what became of it, in order.

    Raises:
        ValidationError: when there are too many, or a record is there twice.
    """
    if len(given) > wire.BATCH:
        message = tk._("At most {number} releases come at once.").format(number=wire.BATCH)
        raise tk.ValidationError({"records": [message]})
    read = [_read(one) for one in given]
    items = [one for one in read if isinstance(one, Item)]
    if any(count > 1 for count in Counter(item.id for item in items).values()):
        raise tk.ValidationError({"records": [tk._("A record comes twice in one delivery.")]})
    with lock.held(lock.RECEIVE, wait=True):
        found = iter(_apply(items))
    staging.prune()
    return [next(found) if isinstance(one, Item) else one for one in read]


def _read(given: Any) -> Item | Answer:
    try:
        return wire.read(given)
    except wire.Malformed as err:
        return _malformed(given, str(err))


def _apply(items: Sequence[Item]) -> list[Answer]:
    known = received.known(item.id for item in items)
    generation = received.generation()
    verdicts = {item.id: ordering.verdict(known.get(item.id), generation, item) for item in items}
    model.Session.commit()
    answers: dict[str, Answer] = {}
    wanted: list[Item] = []
    repeated: list[Item] = []
    for item in items:
        verdict = verdicts[item.id]
        before = known.get(item.id)
        if verdict is Status.DUPLICATE and item.operation is Operation.PUT:
            repeated.append(item)
        elif verdict is Status.DUPLICATE:
            answers[item.id] = {**_hidden(item), "status": Status.DUPLICATE.value}
        elif verdict is not Status.APPLIED:
            reason = "generation" if item.generation < generation else verdict.value
            answers[item.id] = _answer(item, verdict, reason, before)
        elif item.operation is not Operation.PUT:
            answers[item.id] = _hidden(item)
        elif refusal := _refusal(item):
            answers[item.id] = _answer(item, *refusal, before)
        else:
            wanted.append(item)
    answers |= {one["id"]: one for one in [*_repeated(repeated), *_put(wanted, known)]}
    return [answers[item.id] for item in items]


def _refusal(item: Item) -> tuple[Status, str] | None:
    """Say why a release can't be taken (now), by the second lock and for want of its files."""
    schema = tk.h.scheming_get_dataset_schema("dataset", expanded=False)
    unknown = sorted(
        admission.unknown_keys(
            item.projection,
            schema,
            tk.h.scheming_get_organization_schema("organization", expanded=False)["fields"],
            tk.h.scheming_get_group_schema("group", expanded=False)["fields"],
        )
    )
    if unknown:
        # After an upgrade this portal may know them; by the same schema it never will.
        later = item.schema_version != schema_version(schema)
        return Status.AGAIN if later else Status.REFUSED, f"unknown: {', '.join(unknown)}"
    wrong = sorted(admission.problems(item.projection, item.files))
    if wrong:
        return Status.REFUSED, f"wrong: {', '.join(wrong)}"
    lacking = files.missing(one["sha256"] for one in item.files)
    return (Status.AGAIN, f"files: {', '.join(lacking)}") if lacking else None


# --- writing ---------------------------------------------------------------------------------


def _put(items: Sequence[Item], known: Mapping[str, ordering.Known]) -> list[Answer]:
    if not items:
        return []
    answers, ready = owners.ensure(items)
    refused = [_answer(item, Status.REFUSED, answers[item.id]) for item in items
               if item.id in answers]  # fmt: skip
    items = [item for item in items if item.id in ready]
    try:
        return refused + _write(items, ready, known)
    except Exception:  # one bad record must not keep the others of its batch out
        model.Session.rollback()
        log.exception("A delivery of %s releases is taken one by one", len(items))
    return refused + [answer for item in items for answer in _write_alone(item, ready, known)]


def _write_alone(
    item: Item, owner_ids: Mapping[str, str], known: Mapping[str, ordering.Known]
) -> list[Answer]:
    try:
        return _write([item], owner_ids, known)
    except Exception as err:  # whatever a plugin raises is this record's answer
        model.Session.rollback()
        log.exception("Release %s of record %s could not be written", item.sequence, item.id)
        passing = isinstance(err, SQLAlchemyError | OSError)
        status = Status.AGAIN if passing else Status.REFUSED
        return [_answer(item, status, type(err).__name__)]


def _write(
    items: Sequence[Item], owner_ids: Mapping[str, str], known: Mapping[str, ordering.Known]
) -> list[Answer]:
    """Write records in one transaction, their files before its commit, the rest after it."""
    if not items:
        return []
    schema = tk.h.scheming_get_dataset_schema("dataset")
    before = stamping.modified(items)
    records = [
        {
            "key": item.id,
            "create": item.id not in before,
            "dataset": mapping.dataset(item.projection, schema, owner_ids[item.id]),
        }
        for item in items
    ]
    context = placing.as_the_portal()
    context["defer_commit"] = True
    result = tk.get_action("ontario_ingest_write")(context, {"records": records})
    by_id = {item.id: item for item in items}
    written = [by_id[one["key"]] for one in result["results"] if one["status"] != "refused"]
    model.Session.flush()
    stamping.stamp(written, known, before)
    received.remember(written)
    changed = {item.id: placing.place(item) for item in written}
    received.raise_generation(max(item.generation for item in items))
    model.Session.commit()
    answers = _settled(written, changed, Status.APPLIED)
    _index()
    refused = [one for one in result["results"] if one["status"] == "refused"]
    return answers + [_answer(by_id[one["key"]], Status.REFUSED, _said(one)) for one in refused]


def _settled(
    items: Sequence[Item], changed: Mapping[str, set[str]], status: Status
) -> list[Answer]:
    """Bring what is beside the records into line, and answer for each of them."""
    if not items:
        return []
    try:
        left = placing.unsettled(items)
    except Exception:  # whatever it is, the record that it comes from says so
        model.Session.rollback()
        log.exception("%s releases are settled one by one", len(items))
        left = {item.id for item in items}
    failed = {
        item.id: answer
        for item in items
        if item.id in left
        and (answer := _failed(item, partial(placing.settle, item, changed[item.id])))
    }
    return [failed.get(item.id) or _answer(item, status) for item in items]


def _repeated(items: Sequence[Item]) -> list[Answer]:
    """Answer releases that are here already, and finish what a crash may have left undone."""
    changed: dict[str, set[str]] = {}

    def place(item: Item) -> None:
        changed[item.id] = placing.place(item)

    failed = [answer for item in items if (answer := _failed(item, partial(place, item)))]
    placed = [item for item in items if item.id in changed]
    return failed + _settled(placed, changed, Status.DUPLICATE)


def _failed(item: Item, work: Callable[[], None]) -> Answer | None:
    """Do something about a record's files; return its answer when that is not possible now."""
    try:
        work()
    except Exception as err:  # Redis or the DataStore is down: it is sent again, and done then
        model.Session.rollback()
        log.exception("Files of record %s are not settled", item.id)
        return _answer(item, Status.AGAIN, f"files: {type(err).__name__}")
    return None


def _hidden(item: Item) -> Answer:
    try:
        hiding.hide(item)
    except Exception as err:  # as above
        model.Session.rollback()
        log.exception("Record %s could not be hidden", item.id)
        return _answer(item, Status.AGAIN, type(err).__name__)
    return _answer(item, Status.APPLIED)


def _index() -> None:
    """Show what was written in searches; what Solr misses now, the scheduler sends later."""
    try:
        tk.get_action("ontario_ingest_index")(placing.as_the_portal(), {"commit": "auto"})
    except Exception:  # it stays marked as waiting for the index
        model.Session.rollback()
        log.exception("Releases are written and wait for the index")


def _said(result: Mapping[str, Any]) -> str:
    errors = (f"{one['field']}: {one['message']['en']}" for one in result["errors"])
    return "; ".join(errors)[:1000]


def _malformed(given: Any, reason: str) -> Answer:
    values = given if isinstance(given, Mapping) else {}
    return {
        "id": values.get("id"),
        "sequence": values.get("sequence"),
        "status": Status.REFUSED.value,
        "reason": f"malformed: {reason}",
        "known": None,
    }


def _answer(
    item: Item, status: Status, reason: str = "", known: ordering.Known | None = None
) -> Answer:
    here = {"generation": known.generation, "sequence": known.sequence} if known else None
    return {
        "id": item.id,
        "sequence": item.sequence,
        "status": status.value,
        "reason": reason,
        "known": here,
    }
