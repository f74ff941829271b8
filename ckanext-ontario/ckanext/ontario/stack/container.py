"""One process of one portal in a container: started from the environment, asked how it is.

The same templates, commands and signs of life as the embedded stack; only addresses and secrets
come from outside.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import psutil

from . import commands, portals
from .portals import PortalSettings

KINDS = ("web", "worker", "scheduler", "prepare")

PORT = 5000
HEARTBEAT = Path("/tmp/ontario-scheduler.heartbeat")  # noqa: S108 -- the container's own memory
DEFAULT_INI = "/run/ontario/ckan.ini"


def run(kind: str, portal: str) -> NoReturn:
    """Write the ini file from the environment and become the process of that kind."""
    settings = PortalSettings.from_environment(portal)
    ini = portals.write(Path(os.environ.setdefault("CKAN_INI", DEFAULT_INI)), settings)
    token = settings.publication_token_file if portal == "public" else ""
    command = {
        "web": commands.web(PORT, "0.0.0.0"),  # noqa: S104 -- of the container, behind nginx
        "worker": commands.worker(),
        "scheduler": commands.scheduler(ini, HEARTBEAT),
        "prepare": [*commands.prepare(), *(["--publication-token", token] if token else [])],
    }[kind]
    os.execv(command[0], command)  # noqa: S606 -- no shell is wanted


def is_healthy(kind: str) -> bool:
    """Say whether this container's process of that kind is well."""
    if kind == "web":
        return commands.answers(f"http://127.0.0.1:{PORT}/ontario/health")
    if kind == "scheduler":
        age = commands.heartbeat_age(HEARTBEAT)
        return age is not None and age < commands.STALE
    return any(
        process.children()
        for process in psutil.process_iter(["cmdline"])
        if commands.WORKER in (process.info["cmdline"] or [])
    )
