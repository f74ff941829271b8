"""What runs: each service with its state, address, process and version."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

from . import commands, postgres, redis, solr
from .errors import StackError
from .installation import Installation
from .portals import PORTALS
from .processes import find

RUNNING = "running"
STOPPED = "stopped"
SILENT = "does not answer"
STARTING = "starting"


@dataclass(frozen=True)
class State:
    """How one service is doing; ``state`` is ``running`` or says why not."""

    name: str
    state: str
    url: str | None
    pid: int | None
    version: str | None


@dataclass(frozen=True)
class Report:
    """How the whole stack is doing."""

    services: list[State]
    portals: dict[str, dict[str, str]]

    @property
    def all_run(self) -> bool:
        """Return whether nothing is amiss."""
        return all(service.state == RUNNING for service in self.services)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as ``ontario status --json`` prints it."""
        return {
            "services": [asdict(service) for service in self.services],
            "portals": self.portals,
        }


def report(at: Installation) -> Report:
    """Ask every service how it is."""
    ask: list[Callable[[], State]] = [
        lambda: postgres_state(at),
        lambda: redis_state(at),
        lambda: solr_state(at),
    ]
    for kind in (web_state, worker_state, scheduler_state):
        ask += [_later(kind, at, portal) for portal in PORTALS]
    with ThreadPoolExecutor(max_workers=len(ask)) as pool:
        states = list(pool.map(lambda question: question(), ask))
    portals = {
        portal: {"url": at.web_url(portal), "ini": str(at.ini(portal))} for portal in PORTALS
    }
    return Report(states, portals)


def postgres_state(at: Installation) -> State:
    """Return how Postgres is."""
    pid = postgres.pid_of(at.postgres_data)
    external = os.environ.get("ONTARIO_SQLALCHEMY_URL")
    url = external or postgres.running_url(at.postgres_data)
    if url is None:
        return State("postgres", STARTING if pid else STOPPED, None, pid, None)
    try:
        number = postgres.server_version(url)
    except StackError:
        return State("postgres", SILENT, without_password(url), pid, None)
    return State("postgres", RUNNING, without_password(url), pid, number)


def redis_state(at: Installation) -> State:
    """Return how Redis is."""
    external = bool(os.environ.get("ONTARIO_REDIS_URL"))
    service = find("redis", at.run)
    return _server_state("redis", service and service.pid, at.redis_url, redis.version, external)


def solr_state(at: Installation) -> State:
    """Return how Solr is."""
    external = bool(os.environ.get("ONTARIO_SOLR_URL"))
    service = find("solr", at.run)
    return _server_state("solr", service and service.pid, at.solr_url, solr.version, external)


def web_state(at: Installation, portal: str) -> State:
    """Return how a portal's web process is."""
    service = find(f"{portal}-web", at.run)
    state = STOPPED
    if service:
        healthy = commands.answers(f"{at.web_url(portal)}/ontario/health")
        state = RUNNING if healthy else SILENT
    return State(
        f"{portal}-web", state, at.web_url(portal), service and service.pid, version("ckan")
    )


def worker_state(at: Installation, portal: str) -> State:
    """Return how a portal's worker is; it has forked its consumers once CKAN is loaded."""
    service = find(f"{portal}-worker", at.run)
    state = STOPPED
    if service:
        state = RUNNING if service.children() else STARTING
    return State(f"{portal}-worker", state, None, service and service.pid, version("ckan"))


def scheduler_state(at: Installation, portal: str) -> State:
    """Return how a portal's scheduler is: it keeps a file fresh."""
    service = find(f"{portal}-scheduler", at.run)
    state = STOPPED
    if service:
        age = commands.heartbeat_age(at.heartbeat(portal))
        late = age is not None and age > commands.STALE
        state = STARTING if age is None else f"heartbeat is {age:.0f} s old" if late else RUNNING
    return State(f"{portal}-scheduler", state, None, service and service.pid, version("ckan"))


def without_password(url: str) -> str:
    """Return an address that can be shown."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    user = parts.username if parts.password else parts.netloc.rpartition("@")[0]
    return parts._replace(netloc=f"{user}@{host}" if user else host).geturl()


def _server_state(
    name: str,
    pid: int | None,
    url: str,
    ask: Callable[[str], str | None],
    external: bool,  # noqa: FBT001 -- one of the facts, like the others
) -> State:
    number = ask(url) if pid or external else None
    state = RUNNING if number else SILENT if pid or external else STOPPED
    return State(name, state, without_password(url), pid, number)


def _later(
    ask: Callable[[Installation, str], State], at: Installation, portal: str
) -> Callable[[], State]:
    return lambda: ask(at, portal)
