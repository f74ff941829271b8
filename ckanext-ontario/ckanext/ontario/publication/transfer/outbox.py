"""The worker that empties the outbox: in batches, one at a time, safe to kill anywhere.

A release stays in the outbox until the public portal has answered for it, and sending it twice
does nothing twice; so a worker that dies leaves nothing to repair.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from ckan import model
from ckan.lib import jobs
from ckan.lib.redis import connect_to_redis
from redis.exceptions import RedisError

from ckanext.ontario.publication import files
from ckanext.ontario.publication.projection import content_hash
from ckanext.ontario.publication.transfer import lock, parcels, received, waiting
from ckanext.ontario.publication.transfer.client import Client, Rejected, Unreachable
from ckanext.ontario.publication.transfer.waiting import Waiting
from ckanext.ontario.publication.transfer.wire import BATCH, Operation, Status

log = logging.getLogger(__name__)

TOO_OFTEN = 5
"""Attempts after which a release that breaks the public portal each time is parked."""

_AWAKE = "ontario:publication:awake"
_ARRIVED = frozenset({Status.APPLIED.value, Status.DUPLICATE.value})
_PATIENCE = 20
"""Half seconds that a job waits for another worker to end."""

Progress = Callable[[int], None]


def wake() -> None:
    """Ask for the outbox to be emptied soon; never fails: the scheduler does it every minute."""
    try:
        if connect_to_redis().set(f"{_AWAKE}:{_site()}", 1, nx=True, ex=60):
            jobs.enqueue(push_soon, title="publication: push")
    except RedisError:
        log.warning("The outbox waits for the scheduler: Redis does not answer")


def push_soon() -> None:
    """Empty the outbox (a job)."""
    connect_to_redis().delete(f"{_AWAKE}:{_site()}")
    for _ in range(_PATIENCE):
        if not push()["busy"]:
            return
        time.sleep(0.5)


def _site() -> str:
    from ckan.plugins import toolkit as tk  # noqa: PLC0415 -- configuration is read when it runs

    return str(tk.config["ckan.site_id"])


def push(progress: Progress = lambda _done: None) -> dict[str, Any]:
    """Send what is due; the answer is that of ``ontario_publication_push``."""
    result: dict[str, Any] = {
        "sent": 0,
        "parked": 0,
        "waiting": 0,
        "busy": False,
        "problem": None,
    }
    with lock.held(lock.PUSH, wait=False) as mine:
        result["busy"] = not mine
        if mine:
            try:
                client = Client.from_configuration()
                _empty(Worker(client, result, progress))
                parcels.empty(client, result)
            except Unreachable as err:
                result["problem"] = str(err)
    result["waiting"] = waiting.count() + parcels.count()
    model.Session.commit()
    return result


def _empty(worker: Worker) -> None:
    while batch := waiting.due(BATCH, received.generation()):
        model.Session.commit()
        worker.send(batch)


class Worker:
    """One run of the worker."""

    def __init__(self, client: Client, result: dict[str, Any], progress: Progress) -> None:
        """Remember whom to send to, and where to count."""
        self._client = client
        self._result = result
        self._progress = progress

    def send(self, batch: Sequence[Waiting]) -> None:
        """Send a batch, the files of its releases first.

        Raises:
            Unreachable: when the public portal can't be delivered to; all of it waits on.
        """
        try:
            ready = [one for one in batch if self._is_ready(one)]
            self._deliver(ready)
        except Unreachable as err:
            model.Session.rollback()
            for one in batch:
                waiting.later(one, str(err))
            model.Session.commit()
            raise

    def _is_ready(self, one: Waiting) -> bool:
        """Say whether a release is what was approved and its files are outside; park it if not."""
        item = one.item
        if item.operation is Operation.PUT and (
            content_hash(item.projection, item.files) != one.stored_hash
        ):
            self._park(one, "the content is not what was approved")
            return False
        try:
            for file in item.files:
                self._client.send_file(file["sha256"], files.path_of(file["sha256"]))
        except (Rejected, FileNotFoundError, files.NotAHash) as err:
            lost = "a file is not kept any more"
            self._park(one, str(err) if isinstance(err, Rejected) else lost)
            return False
        return True

    def _deliver(self, batch: Sequence[Waiting]) -> None:
        if not batch:
            return
        try:
            answers = self._client.deliver([one.item for one in batch])["answers"]
        except Rejected as err:
            self._rejected(batch, str(err))
            return
        by_id = {answer["id"]: answer for answer in answers}
        waiting.done([one for one in batch if self._heard(one, by_id[one.item.id])])
        model.Session.commit()

    def _rejected(self, batch: Sequence[Waiting], reason: str) -> None:
        """Find out which release of a batch breaks it, and set that one aside."""
        if len(batch) > 1:
            for one in batch:
                self._deliver([one])
        elif batch[0].attempts + 1 >= TOO_OFTEN:
            self._park(batch[0], reason)
        else:
            waiting.later(batch[0], reason)
            model.Session.commit()

    def _heard(self, one: Waiting, answer: dict[str, Any]) -> bool:
        """Say whether a release is delivered; note what became of it if it is not."""
        status, reason = answer["status"], str(answer.get("reason") or answer["status"])
        if status in _ARRIVED or (status == Status.OLDER.value and self._is_overtaken(one, answer)):
            self._result["sent"] += 1
            self._progress(self._result["sent"])
            return True
        if status == Status.AGAIN.value:
            waiting.later(one, reason)
        else:
            self._park(one, reason)
        return False

    @staticmethod
    def _is_overtaken(one: Waiting, answer: dict[str, Any]) -> bool:
        # When nothing here is that late, this database was restored: a person has to say so.
        return waiting.has_later(one, int((answer.get("known") or {}).get("sequence", 0)))

    def _park(self, one: Waiting, reason: str) -> None:
        waiting.park(one, reason)
        model.Session.commit()
        self._result["parked"] += 1
        log.warning("Release %s of record %s is parked: %s", one.item.sequence, one.item.id, reason)
