"""All background work of one portal: ``python -m ckanext.ontario.stack.worker``.

CKAN's job queues and ckanext-harvest's two consumers are separate loops. CKAN is loaded once and
each loop gets a forked child (memory is shared); one that dies is started again.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

import pylibmagic  # noqa: F401 -- imported for its effect: `magic` finds libmagic through it

import ckan.plugins as p
from ckan import model
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app
from ckan.lib import jobs

log = logging.getLogger(__name__)

PAUSE_BEFORE_RESTART = 2.0


def main() -> int:
    """Run until SIGTERM or SIGINT, then end the children and return 0."""
    app = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
    loops: dict[str, Callable[[], None]] = {"jobs": _work_jobs}
    if p.plugin_loaded("harvest"):
        loops |= {"gather": _gather, "fetch": _fetch}
    model.meta.engine.dispose()  # children must not share a database connection
    children = {_fork(loop, app): name for name, loop in loops.items()}
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        for pid in children:
            os.kill(pid, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while children:
        try:
            pid, status = os.wait()
        except ChildProcessError:
            break
        name = children.pop(pid, None)
        if name and not stopping:
            log.warning("the %s consumer ended (status %s); starting it again", name, status)
            time.sleep(PAUSE_BEFORE_RESTART)
            children[_fork(loops[name], app)] = name
    return 0


def _fork(loop: Callable[[], None], app: object) -> int:
    pid = os.fork()
    if pid:
        return pid
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        with app._wsgi_app.test_request_context():  # type: ignore[attr-defined]  # CKAN's wrapper is untyped
            loop()
    except BaseException:  # noqa: BLE001 -- a child must never run on into its parent's code
        log.exception("a consumer failed")
    finally:
        os._exit(1)


def _work_jobs() -> None:
    queues = [jobs.DEFAULT_QUEUE_NAME, "priority", "bulk"]
    jobs.Worker(queues).work()


def _gather() -> None:
    from ckanext.harvest.queue import gather_callback, get_gather_consumer, get_gather_queue_name

    _consume(get_gather_consumer(), get_gather_queue_name(), gather_callback)


def _fetch() -> None:
    from ckanext.harvest.queue import fetch_callback, get_fetch_consumer, get_fetch_queue_name

    _consume(get_fetch_consumer(), get_fetch_queue_name(), fetch_callback)


def _consume(consumer: object, queue: str, callback: Callable[..., object]) -> None:
    for method, header, body in consumer.consume(queue):  # type: ignore[attr-defined]  # untyped
        callback(consumer, method, header, body)


if __name__ == "__main__":
    sys.exit(main())
