"""All background work of one portal: ``python -m ckanext.ontario.stack.worker``.

CKAN's job queues and ckanext-harvest's two consumers are separate loops. CKAN is loaded once and
each loop gets a forked child (memory is shared); one that dies is started again.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from importlib import import_module
from types import FrameType
from typing import Any

import ckan.plugins as p
from ckan import model
from ckan.lib import jobs
from ckan.types import CKANApp

from .application import flask_of, load

log = logging.getLogger(__name__)

QUEUES = (jobs.DEFAULT_QUEUE_NAME, "priority", "bulk")
"""CKAN's own queue, and ckanext-harvest's neighbours' customary ones."""

PAUSE_BEFORE_RESTART = 2.0


def main() -> int:
    """Run until SIGTERM or SIGINT, then end the children and return 0."""
    app = load()
    loops: dict[str, Callable[[], None]] = {"jobs": _work_jobs}
    if p.plugin_loaded("harvest"):
        loops |= {"gather": lambda: _consume("gather"), "fetch": lambda: _consume("fetch")}
    model.ensure_engine().dispose()  # children must not share a database connection
    children = {_fork(loop, app): name for name, loop in loops.items()}
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while children:
        pid, status = os.wait()
        name = children.pop(pid, None)
        if not name or stopping:
            continue
        log.warning("the %s consumer ended (status %s); starting it again", name, status)
        time.sleep(PAUSE_BEFORE_RESTART)
        if not stopping:
            children[_fork(loops[name], app)] = name
    return 0


def _fork(loop: Callable[[], None], app: CKANApp) -> int:
    pid = os.fork()
    if pid:
        return pid
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        with flask_of(app).test_request_context():
            loop()
    except BaseException:
        log.exception("a consumer failed")
        raise
    finally:
        # A child must never run on into its parent's code.
        os._exit(1)


def _work_jobs() -> None:
    jobs.Worker(QUEUES).work()


def _consume(stage: str) -> None:
    """Take ckanext-harvest's messages of one stage as they come."""
    # Imported late: its models need a portal that has the plugin.
    queue: Any = import_module("ckanext.harvest.queue")
    consumer = getattr(queue, f"get_{stage}_consumer")()
    name = getattr(queue, f"get_{stage}_queue_name")()
    callback = getattr(queue, f"{stage}_callback")
    for method, header, body in consumer.consume(name):
        callback(consumer, method, header, body)


if __name__ == "__main__":
    sys.exit(main())
