"""One installation of the stack: its folder, ports, secrets and addresses.

Everything it keeps is under one folder (``.stack``); secrets are made once, readable by their
owner only, and differ between the portals.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import portals, postgres, redis, solr
from .errors import StackError
from .paths import stack_dir
from .portals import PORTALS, PortalSettings

DEFAULT_PORTS = {"internal": 5000, "public": 5001, "solr": 8983, "redis": 6399}
"""Loopback only; ``ONTARIO_<NAME>_PORT`` overrides."""

ROOM_NEEDED = 1_500_000_000
"""Bytes: packages, indexes and logs of a first start, with some to spare."""

REDIS_DATABASES = {"internal": 0, "public": 1}


@dataclass(frozen=True)
class Installation:
    """Where one installation lives and how its parts are reached."""

    folder: Path
    ports: dict[str, int]
    secrets: dict[str, Any]

    @classmethod
    def open(cls, folder: Path | None = None) -> Installation:
        """Read the installation of ``folder``, making its secrets and ports when new.

        Raises:
            StackError: when the folder can't be written or the disk is full.
        """
        folder = folder or stack_dir()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(
                0o755
            )  # Postgres, as root, runs as a user of its own and must pass through
        except OSError as err:
            raise StackError(f"{folder} can't be used: {err}") from err
        kept = _keep(folder / "secrets.json", _new_secrets)
        ports = _keep(folder / "ports.json", _new_ports)
        named = {name: os.environ.get(f"ONTARIO_{name.upper()}_PORT") for name in DEFAULT_PORTS}
        ports.update({name: int(value) for name, value in named.items() if value})
        return cls(folder, ports, kept)

    @property
    def run(self) -> Path:
        """Return the folder of process records and logs."""
        return self.folder / "run"

    @property
    def postgres_data(self) -> Path:
        """Return Postgres's data directory."""
        return self.folder / "postgres"

    @property
    def solr_url(self) -> str:
        """Return the root of Solr: the embedded one unless ``ONTARIO_SOLR_URL`` names another."""
        return os.environ.get("ONTARIO_SOLR_URL") or solr.url(self.ports["solr"])

    @property
    def redis_url(self) -> str:
        """Return the address of Redis: embedded unless ``ONTARIO_REDIS_URL`` names another."""
        return os.environ.get("ONTARIO_REDIS_URL") or redis.url(
            self.ports["redis"], self.secrets["redis"]
        )

    def web_url(self, portal: str) -> str:
        """Return a portal's address."""
        return f"http://127.0.0.1:{self.ports[portal]}"

    def ini(self, portal: str) -> Path:
        """Return the path of a portal's ini file."""
        return self.folder / portal / "ckan.ini"

    def core(self, portal: str) -> str:
        """Return the name of a portal's Solr core and database."""
        return f"ontario_{portal}"

    def write_ini(self, portal: str, postgres_url: str) -> Path:
        """Write a portal's ini file from the templates and return its path."""
        own = self.secrets["portals"][portal]
        storage = self.folder / portal / "storage"
        storage.mkdir(parents=True, exist_ok=True)
        settings = PortalSettings(
            portal=portal,
            site_url=self.web_url(portal),
            sqlalchemy_url=postgres.database_url(postgres_url, self.core(portal)),
            solr_url=f"{self.solr_url}/{self.core(portal)}",
            redis_url=redis.with_database(self.redis_url, REDIS_DATABASES[portal]),
            storage_path=str(storage),
            secret_key=own["secret_key"],
            token_secret=own["token_secret"],
        )
        return portals.write(self.ini(portal), settings)

    def require_room(self) -> None:
        """Refuse to start on a full disk.

        Raises:
            StackError: when less than :data:`ROOM_NEEDED` bytes are free.
        """
        free = shutil.disk_usage(self.folder).free
        if free < ROOM_NEEDED:
            raise StackError(
                f"the disk of {self.folder} has {free // 1_000_000} MB free and "
                f"{ROOM_NEEDED // 1_000_000} MB are needed; make room or set ONTARIO_STACK_DIR"
            )

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the installation for one command at a time.

        Raises:
            StackError: when another ``ontario`` command holds it.
        """
        with (self.folder / "lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as err:
                raise StackError(
                    "another `ontario` command is at work on this installation; wait for it"
                ) from err
            yield


def port_is_free(port: int) -> bool:
    """Say whether nothing listens on a loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _keep(path: Path, make: Any) -> dict[str, Any]:
    """Return the JSON of ``path``, made once and moved into place whole."""
    if not path.exists():
        draft = path.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(make(), indent=2))
        draft.rename(path)
    try:
        kept: dict[str, Any] = json.loads(path.read_text())
    except ValueError as err:
        raise StackError(
            f"{path} is damaged; restore it, or start anew by `ontario reset`"
        ) from err
    return kept


def _new_secrets() -> dict[str, Any]:
    return {
        "redis": secrets.token_urlsafe(24),
        "password": secrets.token_urlsafe(12),
        "portals": {
            portal: {
                "secret_key": secrets.token_urlsafe(48),
                "token_secret": secrets.token_urlsafe(48),
            }
            for portal in PORTALS
        },
    }


def _new_ports() -> dict[str, int]:
    """Keep the portals' addresses predictable; move services out of the way of others."""
    ports = dict(DEFAULT_PORTS)
    for name in ("solr", "redis"):
        while not port_is_free(ports[name]):
            ports[name] += 1
    return ports
