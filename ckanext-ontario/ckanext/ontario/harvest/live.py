"""How far a run is, for whoever watches: what its plan has read, and how much is written."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.lib.redis import connect_to_redis
from redis import RedisError

from ckanext.ontario.harvest.model import BATCH
from ckanext.ontario.harvest.planning import Progress
from ckanext.ontario.shared import clock

Row = dict[str, Any]

_KEPT = 3600
_EVERY = 0.5


def progress(job_id: str) -> Progress:
    """Return a function that tells watchers how far the plan of a job is.

    A plan is one transaction, so nobody sees its rows before it ends; Redis carries the number.
    A watcher's number is worth no failure: without Redis there is none.
    """
    told = 0.0

    def tell(stage: str, done: int, total: int | None) -> None:
        nonlocal told
        now = time.monotonic()
        if done and now - told < _EVERY:
            return
        told = now
        with suppress(RedisError):
            text = json.dumps({"stage": stage, "done": done, "total": total})
            connect_to_redis().set(_key(job_id), text, ex=_KEPT)

    return tell


def _key(job_id: str) -> str:
    return f"ontario_harvest:progress:{job_id}"


def show(run: Mapping[str, Any]) -> Row | None:
    """Return ``{"stage", "done", "total", "rate", "remaining"}`` of a run that is under way.

    ``rate`` is records a second and ``remaining`` seconds, both ``None`` while nobody knows.
    """
    if run["status"] != "running":
        return None
    if run["phase"] == "plan":
        told = _told(str(run["job_id"]))
        seconds = _elapsed(run, {})
        rate = told["done"] / seconds if told["stage"] == "read" and seconds > 1 else None
        return {**told, "rate": _rounded(rate), "remaining": None}
    done, total = _written(str(run["id"]))
    if run["phase"] != "apply" or done == total:
        return {"stage": "index", "done": done, "total": total, "rate": None, "remaining": None}
    seconds = _elapsed(run, run["timings"])
    rate = done / seconds if done and seconds > 0 else None
    remaining = round((total - done) / rate) if rate else None
    return {
        "stage": "write",
        "done": done,
        "total": total,
        "rate": _rounded(rate),
        "remaining": remaining,
    }


def _rounded(rate: float | None) -> float | None:
    return round(rate, 1) if rate else None


def _told(job_id: str) -> Row:
    with suppress(RedisError, ValueError):
        text: Any = connect_to_redis().get(_key(job_id))
        if text:
            return dict(json.loads(text))
    return {"stage": "plan", "done": 0, "total": None}


def _elapsed(run: Mapping[str, Any], before: Mapping[str, float]) -> float:
    """Return the seconds since a run began, without those of the stages that are over."""
    started = datetime.fromisoformat(str(run["started"]))
    over = sum(before.get(stage, 0.0) for stage in ("download", "read", "plan"))
    return (clock.now() - started).total_seconds() - over


def _written(run_id: str) -> tuple[int, int]:
    applied = sa.func.sum(sa.case((BATCH.c.state == "applied", BATCH.c.size), else_=0))
    query = sa.select(applied, sa.func.sum(BATCH.c.size))
    done, total = model.Session.execute(
        query.where(BATCH.c.run_id == run_id, BATCH.c.kind == "write")
    ).one()
    return int(done or 0), int(total or 0)
