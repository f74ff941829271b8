"""Postgres, Redis and Solr of one installation: embedded, or the system's where a URL says so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

from . import configset, datastore, postgres, redis, solr
from .errors import StackError
from .installation import Installation
from .paths import config_file
from .portals import PORTALS, core_name
from .processes import Service, find, stop


def start_postgres(at: Installation) -> str:
    """Start Postgres with both databases of each portal; return the server's URL."""
    url = os.environ.get("ONTARIO_SQLALCHEMY_URL") or postgres.start(at.postgres_data)
    for portal in PORTALS:
        name = core_name(portal)
        postgres.create_database(url, name)
        datastore.create(url, name, at.secrets["portals"][portal]["secret_key"])
    return url


def start_redis(at: Installation) -> None:
    """Start Redis, or make sure that the system's own answers.

    Raises:
        StackError: when ``ONTARIO_REDIS_URL`` names a server that does not answer.
    """
    if os.environ.get("ONTARIO_REDIS_URL"):
        if redis.version(at.redis_url) is None:
            raise StackError("Redis does not answer at the address in ONTARIO_REDIS_URL")
        return
    if find("redis", at.run) is None:
        redis.start(at.folder / "redis", at.ports["redis"], at.secrets["redis"], at.run)


def assemble_solr(at: Installation, progress: Callable[[int, int], None] | None = None) -> bool:
    """Fetch and put together the embedded Solr; say whether anything had to be done."""
    if os.environ.get("ONTARIO_SOLR_URL"):
        return False
    return solr.assemble(at.solr_runtime, config_file("jgo.lock.toml"), progress)


def start_solr(at: Installation) -> Service | None:
    """Start the embedded Solr without waiting for it; ``None`` when the system's own is used.

    Cores that were made from another configset are removed first: the index is derived from the
    database and is built again.
    """
    checksum = configset.write(at.folder / "configset")
    if os.environ.get("ONTARIO_SOLR_URL"):
        return None
    running = find("solr", at.run)
    for portal in PORTALS:
        core = at.solr_home / core_name(portal)
        made_from = core / "conf" / "checksum"
        if made_from.exists() and made_from.read_text() == checksum:
            continue
        if running:
            solr.wait(at.solr_url, running)
            solr.delete_core(at.solr_url, core.name)
        shutil.rmtree(core, ignore_errors=True)
    if running:
        return running
    return solr.start(at.solr_runtime, at.solr_home, at.ports["solr"], at.run)


def index_is_current(at: Installation, portal: str) -> bool:
    """Say whether a portal's index was built with this configset."""
    mark = at.folder / portal / "indexed"
    wanted = (at.folder / "configset" / "checksum").read_text()
    return mark.exists() and mark.read_text() == wanted


def mark_index(at: Installation, portal: str) -> None:
    """Remember that a portal's index was built with this configset."""
    wanted = (at.folder / "configset" / "checksum").read_text()
    (at.folder / portal / "indexed").write_text(wanted)


def finish_solr(at: Installation, started: Service | None) -> None:
    """Wait for Solr and make each portal's core.

    Raises:
        StackError: when the system's Solr lacks a core; it is not ours to make there.
    """
    solr.wait(at.solr_url, started)
    present = solr.cores(at.solr_url)
    for portal in PORTALS:
        name = core_name(portal)
        if started is not None:
            solr.create_core(at.solr_url, name, at.folder / "configset")
        elif name not in present:
            raise StackError(
                f"the Solr of ONTARIO_SOLR_URL has no core {name}; make it from the configset "
                "that `ontario solr-configset DIR` writes"
            )


def stop_services(at: Installation) -> list[str]:
    """Stop what is embedded, in order; return the names of what was running."""
    stopped: list[str] = []
    if find("solr", at.run):
        for portal in PORTALS:
            solr.commit_quietly(at.solr_url, core_name(portal))
        stopped += stop(["solr"], at.run)
    stopped += stop(["redis"], at.run)
    if postgres.stop(at.postgres_data):
        stopped.append("postgres")
    return stopped
