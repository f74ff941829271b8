"""Releases that are no record (``shared.release_kinds``): their outbox, and taking them outside."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from ckanext.ontario.publication.model import PARCEL, RELEASE
from ckanext.ontario.publication.transfer import received
from ckanext.ontario.publication.transfer.client import Client, Rejected, Unreachable
from ckanext.ontario.publication.transfer.waiting import DONE, PARKED, SHOWN, WAITING, pause
from ckanext.ontario.publication.transfer.wire import BATCH, Operation
from ckanext.ontario.shared import clock, release_kinds
from ckanext.ontario.shared.release_kinds import Taken

log = logging.getLogger(__name__)

TOO_OFTEN = 5
"""Attempts after which one that breaks the public portal each time is parked."""

KEYS = ("kind", "package_id", "sequence", "content")
_LONGEST_KIND = 100
_LARGEST = 2**31


def queued(_sender: Any, **event: Any) -> None:
    """Write down what another slice approved (``signals.kind_released``), once."""
    now = clock.now()
    row = {key: event[key] for key in KEYS}
    values = insert(PARCEL).values(**row, created=now, next_at=now)
    model.Session.execute(values.on_conflict_do_nothing())


def empty(client: Client, result: dict[str, Any]) -> None:
    """Send what is due, oldest first; one that is refused keeps no other waiting.

    Raises:
        Unreachable: when nothing can be delivered; all of it waits on.
    """
    while rows := _due():
        model.Session.commit()
        try:
            _deliver(client, rows, result)
        except Unreachable as err:
            model.Session.rollback()
            for row in rows:
                _later(row, str(err))
            model.Session.commit()
            raise


def _due() -> list[dict[str, Any]]:
    query = (
        sa.select(PARCEL)
        .where(PARCEL.c.state == WAITING, PARCEL.c.next_at <= clock.now())
        .order_by(PARCEL.c.created, PARCEL.c.kind, PARCEL.c.package_id, PARCEL.c.sequence)
        .limit(BATCH)
    )
    return [dict(row) for row in model.Session.execute(query).mappings()]


def _deliver(client: Client, rows: Sequence[dict[str, Any]], result: dict[str, Any]) -> None:
    try:
        sent = [{key: row[key] for key in KEYS} for row in rows]
        answers = client.deliver_kinds(sent)["answers"]
    except Rejected as err:
        if len(rows) > 1:
            for row in rows:
                _deliver(client, [row], result)
        elif rows[0]["attempts"] + 1 >= TOO_OFTEN:
            _park(rows[0], str(err), result)
        else:
            _later(rows[0], str(err))
        model.Session.commit()
        return
    for row, answer in zip(rows, answers, strict=True):
        _heard(row, answer, result)
    model.Session.commit()


def _heard(row: Mapping[str, Any], answer: Mapping[str, Any], result: dict[str, Any]) -> None:
    status, reason = answer["status"], str(answer.get("reason") or answer["status"])
    if status in {Taken.APPLIED.value, Taken.DUPLICATE.value}:
        _set(row, state=DONE, done=clock.now(), reason=None)
        result["sent"] += 1
    elif status == Taken.AGAIN.value:
        _later(row, reason)
    else:
        _park(row, reason, result)


def _later(row: Mapping[str, Any], reason: str) -> None:
    attempts = row["attempts"]
    next_at = clock.now() + pause(attempts)
    _set(row, attempts=attempts + 1, next_at=next_at, reason=reason[:1000])


def _park(row: Mapping[str, Any], reason: str, result: dict[str, Any]) -> None:
    _set(row, state=PARKED, attempts=row["attempts"] + 1, reason=reason[:1000])
    result["parked"] += 1
    log.warning("%(kind)s %(sequence)s of record %(package_id)s is parked", row)


def _set(row: Mapping[str, Any], **values: Any) -> None:
    mine = (PARCEL.c[key] == row[key] for key in ("kind", "package_id", "sequence"))
    model.Session.execute(sa.update(PARCEL).where(*mine).values(**values))


def retry(package_id: str | None) -> int:
    """Let parked ones wait again, of one record or of all; return how many."""
    query = sa.update(PARCEL).where(PARCEL.c.state == PARKED)
    if package_id:
        query = query.where(PARCEL.c.package_id == package_id)
    values = {"state": WAITING, "attempts": 0, "next_at": clock.now()}
    done: Any = model.Session.execute(query.values(**values))
    return int(done.rowcount)


def again() -> None:
    """Let what arrived go out once more: what is there still is not changed by it.

    So a public portal that was restored gets what it lost. Records that were removed for ever are
    passed over.
    """
    removed = sa.select(RELEASE.c.package_id).where(
        RELEASE.c.operation == Operation.REMOVE.value, RELEASE.c.state == "released"
    )
    query = sa.update(PARCEL).where(PARCEL.c.state == DONE, PARCEL.c.package_id.notin_(removed))
    values = {"state": WAITING, "attempts": 0, "next_at": clock.now()}
    model.Session.execute(query.values(**values))


def count() -> int:
    """Return how many wait."""
    query = sa.select(sa.func.count()).select_from(PARCEL).where(PARCEL.c.state == WAITING)
    return int(model.Session.scalar(query) or 0)


def parked() -> list[dict[str, Any]]:
    """Return those that are parked, the oldest first, with the reason."""
    names = ("kind", "package_id", "sequence", "reason", "attempts", "created")
    query = sa.select(*(PARCEL.c[name] for name in names)).where(PARCEL.c.state == PARKED)
    rows = model.Session.execute(query.order_by(PARCEL.c.created).limit(SHOWN)).mappings()
    return [{**row, "created": row["created"].isoformat()} for row in rows]


# --- outside ---------------------------------------------------------------------------------


def receive(given: Sequence[Any]) -> list[dict[str, Any]]:
    """Take releases of kinds, each in a transaction of its own; answer for each, in order."""
    receivers = release_kinds.receivers()
    return [_take(one, receivers) for one in given]


def _take(given: Any, receivers: Mapping[str, release_kinds.Receiver]) -> dict[str, Any]:
    values = cast("Mapping[str, Any]", given) if isinstance(given, Mapping) else {}
    if not _is_well_formed(values):
        return _answer(Taken.REFUSED, "malformed")
    receiver = receivers.get(values["kind"])
    if receiver is None:  # this portal may be older than the other
        return _answer(Taken.AGAIN, "unknown kind")
    if received.is_removed(values["package_id"]):
        return _answer(Taken.REFUSED, "removed")
    try:
        taken = receiver(values["package_id"], values["sequence"], values["content"])
        model.Session.commit()
    except Exception as err:  # whatever a plugin raises is this one's answer
        model.Session.rollback()
        log.exception("A release of kind %s could not be taken", values["kind"])
        passing = isinstance(err, SQLAlchemyError | OSError)
        return _answer(Taken.AGAIN if passing else Taken.REFUSED, type(err).__name__)
    return _answer(taken, taken.value)


def _is_well_formed(values: Mapping[str, Any]) -> bool:
    sequence = values.get("sequence")
    return (
        set(values) == set(KEYS)
        and all(isinstance(values[key], str) for key in ("kind", "package_id"))
        and len(values["kind"]) <= _LONGEST_KIND
        and isinstance(sequence, int)
        and not isinstance(sequence, bool)
        and 0 < sequence < _LARGEST
        and isinstance(values["content"], dict)
    )


def _answer(taken: Taken, reason: str) -> dict[str, Any]:
    return {"status": taken.value, "reason": reason}
