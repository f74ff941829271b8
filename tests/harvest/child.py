"""A portal's process that harvests on demand, each time in a child that may be killed.

Run by :mod:`children`: one JSON request a line on the standard input, one answer a line on the
descriptor that the first argument names.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from functools import partial
from pathlib import Path
from typing import Any

from ckanext.ontario.stack.application import flask_of, load  # first: CKAN needs its libmagic

# isort: split
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config
from ckan.lib.search import SolrSettings
from ckanext.harvest import queue as queues
from ckanext.harvest.model import HarvestObject, HarvestSource
from footprint import footprint

from ckanext.ontario.harvest import acquiring, download, sources
from ckanext.ontario.harvest.harvester import harvesters

SLICES = "ckanext.ontario"


def main() -> None:
    """Answer requests until there are no more."""
    app = load()
    model.Session.remove()
    model.ensure_engine().dispose()
    answers = os.fdopen(int(sys.argv[1]), "w")
    print(json.dumps("ready"), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "wait":
            _pid, status = os.waitpid(request["pid"], 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = os.fork() or child(app, request)
        print(json.dumps(answer), file=answers, flush=True)


def child(app: Any, request: dict[str, Any]) -> int:
    """Do one thing and end."""
    code = 1
    try:
        with flask_of(app).test_request_context():
            prepare(request)
            WORK[request["do"]](**request["with"])
        code = 0
    except BaseException:  # noqa: BLE001 -- whatever it is, it ends here
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


# --- what it does ----------------------------------------------------------------------------


def harvest(source_id: str) -> None:
    """Harvest, as ``ckan ontario-harvest run`` does."""
    sources.run_now(source_id, harvesters()[HarvestSource.get(source_id).type])


def consume(queue: str) -> None:
    """Do what a consumer does, until the queue is empty."""
    consumer = getattr(queues, f"get_{queue}_consumer")()
    while True:
        method, header, body = consumer.basic_get("")
        if body is None:
            return
        getattr(queues, f"{queue}_callback")(consumer, method, header, body)


def tick() -> None:
    """Do what the scheduler does every minute."""
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    tk.get_action("harvest_jobs_run")({"ignore_auth": True, "user": site_user}, {})


def minutes(count: int) -> None:
    """Let so many minutes go by: the scheduler's tick, and the consumers' work after it."""
    for _minute in range(count):
        tick()
        consume("gather")
        consume("fetch")


def order(source_id: str) -> None:
    """Ask for a harvest, as the button does."""
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    context = {"ignore_auth": True, "user": site_user}
    tk.get_action("harvest_job_create")(context, {"source_id": source_id, "run": True})


def deliver(carrier: str) -> None:
    """Do what a consumer does with one batch."""
    queues.fetch_and_import_stages(harvesters()["inventory"], HarvestObject.get(carrier))


def look(source_id: str, file: str) -> None:
    """Write down what a source's harvests have left in this process's database."""
    Path(file).write_text(json.dumps(footprint(source_id)))


WORK = {each.__name__: each for each in (harvest, consume, tick, minutes, order, deliver, look)}


# --- where it ends or waits ------------------------------------------------------------------


def prepare(request: dict[str, Any]) -> None:
    """Set the child up as the request says."""
    config.update(request["config"])
    SolrSettings.init(config["solr_url"], None, None)
    tempfile.tempdir = request["folder"]
    # A site that does not answer is asked again at once.
    acquiring.download.Policy = partial(download.Policy, backoff=0.01)  # type: ignore[misc]
    if request["largest_file"]:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["largest_file"],) * 2)
    if request["at"]:
        interrupt(**request["at"])


def interrupt(place: str, call: int, when: str, gate: str | None) -> None:
    """Kill the process at a call of a function, or let it wait there for the test.

    Args:
        place: ``slice.module:function`` or ``slice.module:Class.method``.
        call: at which call; 0 for each.
        when: ``before`` or ``after`` what the function does.
        gate: a file that is made when the place is reached; the process goes on when it is gone.
    """
    module, _colon, path = place.partition(":")
    owner: Any = importlib.import_module(f"{SLICES}.{module}")
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    original, calls = getattr(owner, name), [0]

    def reached() -> None:
        if gate is None:
            os.kill(os.getpid(), signal.SIGKILL)
        marker = Path(str(gate))
        marker.touch()
        while marker.exists():
            time.sleep(0.01)

    def interrupted(*args: Any, **kwargs: Any) -> Any:
        calls[0] += 1
        here = call in {0, calls[0]}
        if here and when == "before":
            reached()
        answer = original(*args, **kwargs)
        if here and when == "after":
            reached()
        return answer

    setattr(owner, name, interrupted)


if __name__ == "__main__":
    main()
