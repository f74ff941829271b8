"""Comparing the portals every night, and repairing what differs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.ontario.publication.model import RELEASE
from ckanext.ontario.publication.transfer import (
    comparing,
    lock,
    outbox,
    parcels,
    received,
    waiting,
)
from ckanext.ontario.publication.transfer.client import Client, Rejected, Unreachable
from ckanext.ontario.publication.transfer.comparing import Inside, Outside
from ckanext.ontario.publication.transfer.wire import BATCH, Item, Operation
from ckanext.ontario.shared import clock

PAGE = 1000


@dataclass(frozen=True)
class Wanted:
    """What the caller asks for besides comparing."""

    dry_run: bool = False
    after_restore: bool = False
    purge_unknown: bool = False


def reconcile(wanted: Wanted, progress: Callable[[int], None]) -> dict[str, Any]:
    """Compare the portals; the answer is that of ``ontario_publication_reconcile``.

    Raises:
        ValidationError: when the public portal can't be asked, or too much would be purged.
    """
    try:
        client = Client.from_configuration()
        with lock.held(lock.PUSH, wait=True):  # nothing is on its way meanwhile
            result = _reconcile(client, wanted, progress)
    except (Unreachable, Rejected) as err:
        model.Session.rollback()
        message = tk._("The public portal can’t be compared with: {reason}")
        raise tk.ValidationError({"message": [message.format(reason=err)]}) from err
    if result["repaired"]:
        outbox.wake()
    return result


def _reconcile(client: Client, wanted: Wanted, progress: Callable[[int], None]) -> dict[str, Any]:
    outside, their_generation = _outside(client, progress)
    found = comparing.compare(_inside(), outside, after_restore=wanted.after_restore)
    purge = found.unknown if wanted.purge_unknown else []
    shown = sum(one.content_hash is not None or one.operation is None for one in outside.values())
    if not comparing.may_purge(len(purge), shown):
        message = tk._("{number} of {all} public records would be hidden; at most a tenth may be.")
        told = message.format(number=len(purge), all=shown)
        raise tk.ValidationError({"purge_unknown": [told]})
    purged: list[str] = []
    if not wanted.dry_run:
        if wanted.after_restore:
            received.raise_generation(max(received.generation(), their_generation) + 1)
        _repair(found)
        parcels.again()
        model.Session.commit()
        purged = _purge(client, purge, outside)
    return {
        "compared": len(outside),
        "same": found.same,
        "repaired": found.repair,
        "ahead": found.ahead,
        "hidden_outside": found.hidden_outside,
        "unknown": found.unknown,
        "purged": purged,
        "generation": received.generation(),
    }


def _inside() -> dict[str, Inside]:
    query = (
        sa.select(
            RELEASE.c.package_id, RELEASE.c.operation, RELEASE.c.sequence, RELEASE.c.content_hash
        )
        .where(RELEASE.c.state == "released")
        .distinct(RELEASE.c.package_id)
        .order_by(RELEASE.c.package_id, RELEASE.c.sequence.desc())
    )
    found: dict[str, Inside] = {}
    for identifier, name, sequence, digest in model.Session.execute(query):
        operation = Operation(name)
        put = operation is Operation.PUT
        found[identifier] = Inside(operation, sequence, digest if put else None)
    return found


def _outside(client: Client, progress: Callable[[int], None]) -> tuple[dict[str, Outside], int]:
    found: dict[str, Outside] = {}
    after = ""
    while True:
        status = client.status(after, PAGE)
        for row in status["rows"]:
            operation = Operation(row["operation"]) if row["operation"] else None
            shown = operation is Operation.PUT
            digest = row["content_hash"] if shown else None
            found[row["id"]] = Outside(operation, row["sequence"], digest)
        progress(len(found))
        if len(status["rows"]) < PAGE:
            return found, int(status["generation"])
        after = status["rows"][-1]["id"]


def _repair(found: comparing.Comparison) -> None:
    latest = sa.select(RELEASE.c.package_id, sa.func.max(RELEASE.c.sequence)).where(
        RELEASE.c.package_id.in_(found.repair), RELEASE.c.state == "released"
    )
    for identifier, sequence in model.Session.execute(latest.group_by(RELEASE.c.package_id)).all():
        waiting.again(identifier, sequence)


def _purge(client: Client, ids: list[str], outside: Mapping[str, Outside]) -> list[str]:
    now, generation = clock.now(), received.generation()
    items = [
        Item(
            id=identifier,
            name=identifier,
            operation=Operation.WITHDRAW,
            generation=generation,
            sequence=(outside[identifier].sequence or 0) + 1,
            schema_version="",
            released=now,
            created=now,
        )
        for identifier in ids
    ]
    purged: list[str] = []
    for start in range(0, len(items), BATCH):
        answers = client.deliver(items[start : start + BATCH])["answers"]
        purged += [answer["id"] for answer in answers if answer["status"] == "applied"]
    return purged
