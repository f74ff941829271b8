"""Up and down: the order in which an installation's parts start and stop."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from . import commands, services, status
from .assets import ensure_assets
from .errors import StackError
from .installation import Installation
from .portals import PORTALS
from .processes import Service, end, ensure, find, leftovers, spawn, stop, wait_until
from .stages import Stages

SAMPLES = "inventory/samples"
"""Folder of the sample inventories, inside ``ckanext.ontario.harvesters``."""

PATIENCE = 120
"""Seconds that CKAN's processes get to start on a busy machine with two cores."""

KEPT_BY_RESET = {"solr-runtime", "lock"}


def up(
    at: Installation,
    stages: Stages,
    ports: Mapping[str, int | None] | None = None,
    *,
    samples: bool = True,
) -> Installation:
    """Start whatever does not run yet; return the installation with its ports.

    Doing it again changes nothing; after an interruption it goes on.

    Raises:
        StackError: with one sentence that says what is in the way.
    """
    with at.locked():
        at.require_room()
        at = at.with_ports(ports or {})
        stop(_preparations(), at.run)  # left by an interrupted start
        with stages.stage("Front-end packages") as remarks:
            remarks.append("fetched and checked" if ensure_assets() else "present")
        with stages.stage("Solr's archives") as remarks:
            fetched = services.assemble_solr(at, stages.progress)
            remarks.append("fetched and checked" if fetched else "present")
        started = services.start_solr(at)  # boots while the rest goes on
        with stages.stage("PostgreSQL") as remarks:
            postgres_url = services.start_postgres(at)
            remarks.append(status.postgres_state(at).version or "")
        with stages.stage("Redis") as remarks:
            services.start_redis(at)
            remarks.append(status.redis_state(at).version or "")
        try:
            _prepare(at, stages, postgres_url, started)
        finally:
            stop(_preparations(), at.run)
        processes = _start_portals(at)
        if samples:
            _harvest_samples(at, stages)
        with stages.stage("Portals, workers and schedulers answer"):
            _wait_for_portals(at, processes)
        if samples:
            _play_story(at, stages)
    return at


def down(at: Installation, stages: Stages) -> list[str]:
    """Stop everything in order: schedulers, workers and portals, then what they stand on.

    Returns:
        The names of what was running.
    """
    with at.locked():
        with stages.stage("Portals, workers and schedulers") as remarks:
            stopped = stop([*_portal_processes(), *_preparations()], at.run)
            remarks.append(f"{len(stopped)} stopped")
        with stages.stage("Solr, Redis and PostgreSQL") as remarks:
            stopped += services.stop_services(at)
            remarks.append(f"{len(stopped)} stopped in all")
        end(leftovers(at.run), timeout=10)
    return stopped


def reset(at: Installation) -> None:
    """Remove all data of a stopped installation; what was fetched stays.

    Raises:
        StackError: when something of it still runs.
    """
    with at.locked():
        if any(service.pid for service in status.report(at).services):
            raise StackError("the stack is running; stop it by `ontario down` first")
        for path in at.folder.iterdir():
            if path.name in KEPT_BY_RESET:
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def harvest(at: Installation, *arguments: str) -> int:
    """Run ``ckan ontario-harvest …`` on the internal portal; return its exit status.

    Its progress and report go straight to the terminal.
    """
    command = commands.ckan(at.ini("internal"), ["ontario-harvest", *arguments])
    return subprocess.run(command, check=False).returncode  # noqa: S603 -- no shell


def _preparations() -> list[str]:
    return [f"{portal}-prepare" for portal in PORTALS]


def _portal_processes() -> list[str]:
    return [f"{p}-{kind}" for kind in ("scheduler", "worker", "web") for p in PORTALS]


def _prepare(at: Installation, stages: Stages, postgres_url: str, solr: Service | None) -> None:
    """Write the ini files and bring both databases up to date, while Solr boots."""
    preparing: dict[str, Service] = {}
    for portal in PORTALS:
        ini = at.write_ini(portal, postgres_url)
        _result(at, portal).unlink(missing_ok=True)
        more = [] if services.index_is_current(at, portal) else ["--rebuild-index"]
        if portal == "public":
            more += ["--publication-token", str(at.publication_token)]
        preparing[portal] = spawn(
            f"{portal}-prepare",
            [*commands.prepare(), "--result", str(_result(at, portal)), *more],
            at.run,
            {"CKAN_INI": str(ini), "ONTARIO_FIRST_PASSWORD": at.first_password(portal)},
        )
    with stages.stage("Solr") as remarks:
        services.finish_solr(at, solr)
        remarks.append(status.solr_state(at).version or "")
    with stages.stage("Databases, seed data, first users") as remarks:
        for portal, process in preparing.items():
            wait_until(_result(at, portal).exists, 3 * PATIENCE, process)
            services.mark_index(at, portal)
            remarks.append(_told(portal, _result(at, portal)))


def _result(at: Installation, portal: str) -> Path:
    return at.run / f"{portal}-prepared.json"


def _told(portal: str, result: Path) -> str:
    steps: dict[str, float] = json.loads(result.read_text())
    slow = [f"{step} {seconds} s" for step, seconds in steps.items() if seconds >= 0.5]
    return f"{portal}: {', '.join(slow) or 'nothing to do'}"


def _start_portals(at: Installation) -> dict[str, Service]:
    """Start each portal's web, worker and scheduler; one that runs as wanted is let be."""
    started: dict[str, Service] = {}
    for portal in PORTALS:
        ini = at.ini(portal)
        wanted = {
            f"{portal}-web": commands.web(at.ports[portal]),
            f"{portal}-worker": commands.worker(),
            f"{portal}-scheduler": commands.scheduler(ini, at.heartbeat(portal)),
        }
        if find(f"{portal}-scheduler", at.run) is None:
            at.heartbeat(portal).unlink(missing_ok=True)
        environment = {"CKAN_INI": str(ini), "GUNICORN_CMD_ARGS": ""}
        for name, command in wanted.items():
            started[name], _ = ensure(name, command, at.run, environment, [ini])
    return started


def _wait_for_portals(at: Installation, processes: Mapping[str, Service]) -> None:
    states = {
        "web": status.web_state,
        "worker": status.worker_state,
        "scheduler": status.scheduler_state,
    }
    for name, process in processes.items():
        portal, _, kind = name.partition("-")
        state = states[kind]
        wait_until(lambda s=state, p=portal: s(at, p).state == status.RUNNING, PATIENCE, process)


def _harvest_samples(at: Installation, stages: Stages) -> None:
    """Harvest the sample inventories once, and again when they have changed."""
    mark = at.folder / "internal" / "samples"
    current = _checksum(Path(str(files("ckanext.ontario.harvesters"))) / SAMPLES)
    if mark.exists() and mark.read_text() == current:
        return
    with stages.stage("Sample inventories", spinner=False) as remarks:
        if harvest(at, "samples") != os.EX_OK:
            raise StackError("the sample inventories could not be harvested; see the lines above")
        mark.write_text(current)
        remarks.append("harvested into the internal portal")


def _play_story(at: Installation, stages: Stages) -> None:
    """Let people submit, approve and publish what was harvested: once, and again when changed."""
    mark = at.folder / "internal" / "story"
    current = _checksum(Path(str(files("ckanext.ontario.stack"))) / "story")
    if mark.exists() and mark.read_text() == current:
        return
    with stages.stage("Submissions, approvals, releases", spinner=False) as remarks:
        environment = {
            **os.environ,
            "CKAN_INI": str(at.ini("internal")),
            "ONTARIO_FIRST_PASSWORD": at.first_password("internal"),
        }
        played = subprocess.run(  # noqa: S603 -- no shell
            commands.story(), env=environment, check=False, stdout=subprocess.PIPE, text=True
        )
        if played.returncode != os.EX_OK:
            raise StackError("the sample records could not be published; see the lines above")
        mark.write_text(current)
        remarks.append(played.stdout.strip())


def _checksum(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
