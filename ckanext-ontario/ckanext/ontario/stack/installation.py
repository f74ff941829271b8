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
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from . import datastore, portals, postgres, redis, solr
from .errors import StackError
from .paths import stack_dir
from .portals import PORTALS, REDIS_DATABASES, PortalSettings, core_name
from .processes import find

DEFAULT_PORTS = {"internal": 5000, "public": 5001, "solr": 8983, "redis": 6399}
"""Loopback only; ``ONTARIO_<NAME>_PORT`` overrides."""

CHILD_LINGERS = 15.0
"""Seconds that a killed web server's child may hold the port that this installation had."""

ROOM_NEEDED = 1_500_000_000
"""Bytes: packages, indexes and logs of a first start, with some to spare."""


@dataclass(frozen=True)
class Installation:
    """Where one installation lives and how its parts are reached."""

    folder: Path
    ports: Mapping[str, int]
    secrets: Mapping[str, Any]

    @classmethod
    def open(cls, folder: Path | None = None) -> Installation:
        """Read the installation of ``folder``, making its secrets and ports when new.

        Raises:
            StackError: when the folder can't be written or what it holds is damaged.
        """
        folder = folder or stack_dir()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Postgres, started by root, runs as a user of its own and must pass through.
            folder.chmod(0o755)
            kept = _with_new(folder / "secrets.json", _keep(folder / "secrets.json", _new_secrets))
            ports = _keep(folder / "ports.json", lambda: dict(DEFAULT_PORTS))
        except OSError as err:
            raise StackError(f"{folder} can't be used: {err}") from err
        return cls(folder, {**DEFAULT_PORTS, **ports}, kept)

    @property
    def run(self) -> Path:
        """Return the folder of process records and logs."""
        return self.folder / "run"

    @property
    def postgres_data(self) -> Path:
        """Return Postgres's data directory."""
        return self.folder / "postgres"

    @property
    def solr_home(self) -> Path:
        """Return the folder of the embedded Solr's cores."""
        return self.folder / "solr"

    @property
    def solr_runtime(self) -> Path:
        """Return the folder of Jetty and Solr's jars, one for every installation of a checkout."""
        return stack_dir() / "solr-runtime"

    @property
    def solr_url(self) -> str:
        """Return the root of Solr: the embedded one unless ``ONTARIO_SOLR_URL`` names another."""
        return os.environ.get("ONTARIO_SOLR_URL", "").rstrip("/") or solr.url(self.ports["solr"])

    @property
    def redis_url(self) -> str:
        """Return the address of Redis: embedded unless ``ONTARIO_REDIS_URL`` names another."""
        own = redis.url(self.ports["redis"], self.secrets["redis"])
        return os.environ.get("ONTARIO_REDIS_URL") or own

    def web_url(self, portal: str) -> str:
        """Return a portal's address."""
        return f"http://127.0.0.1:{self.ports[portal]}"

    def ini(self, portal: str) -> Path:
        """Return the path of a portal's ini file."""
        return self.folder / portal / "ckan.ini"

    @property
    def publication_token(self) -> Path:
        """Return the file with the token by which the internal portal delivers releases."""
        return self.folder / "internal" / "publication.token"

    def heartbeat(self, portal: str) -> Path:
        """Return the file a portal's scheduler keeps fresh."""
        return self.run / f"{portal}-scheduler.heartbeat"

    def first_password(self, portal: str) -> str:
        """Return the password that a portal's first users were given."""
        return str(self.secrets["portals"][portal]["password"])

    def write_ini(self, portal: str, postgres_url: str) -> Path:
        """Write a portal's ini file from the templates and return its path."""
        own = self.secrets["portals"][portal]
        storage = self.folder / portal / "storage"
        storage.mkdir(parents=True, exist_ok=True)
        (self.folder / portal).chmod(0o700)
        name = core_name(portal)
        settings = PortalSettings(
            portal=portal,
            site_url=self.web_url(portal),
            sqlalchemy_url=postgres.database_url(postgres_url, name),
            datastore_write_url=datastore.write_url(postgres_url, name),
            datastore_read_url=datastore.read_url(
                postgres_url, name, datastore.password(own["secret_key"])
            ),
            solr_url=f"{self.solr_url}/{name}",
            redis_url=redis.with_database(self.redis_url, REDIS_DATABASES[portal]),
            storage_path=str(storage),
            secret_key=own["secret_key"],
            token_secret=own["token_secret"],
            votes_secret=self.secrets["votes"],
            public_url=self.web_url("public"),
            publication_token_file=str(self.publication_token),
        )
        return portals.write(self.ini(portal), settings)

    def with_ports(self, wanted: Mapping[str, int | None]) -> Installation:
        """Return this installation on ports that are free or its own, and remember them.

        Args:
            wanted: ports of portals to use from now on; ``None`` leaves one as it is. The
                environment (``ONTARIO_INTERNAL_PORT`` …) comes next, then what was used last.

        Raises:
            StackError: when a portal's port is taken. Solr and Redis, whose addresses nobody
                needs to know, move to another port instead.
        """
        ports = {**self.ports, **_from_environment(), **{k: v for k, v in wanted.items() if v}}
        if ports["internal"] == ports["public"]:
            raise StackError(f"both portals can't listen on port {ports['internal']}")
        for portal in PORTALS:
            mine = find(f"{portal}-web", self.run) and ports[portal] == self.ports[portal]
            if not mine and not _falls_free(
                ports[portal], kept=ports[portal] == self.ports[portal]
            ):
                raise StackError(
                    f"port {ports[portal]} of the {portal} portal is taken by another program; "
                    f"end that, or use `ontario up --{portal}-port` (or "
                    f"ONTARIO_{portal.upper()}_PORT) for another"
                )
        return replace(self, ports=ports).with_service_ports()

    def with_service_ports(self) -> Installation:
        """Return this installation with Solr and Redis on ports that are free or their own."""
        ports, kept = dict(self.ports), _keep(self.folder / "ports.json", dict)
        for name in ("solr", "redis"):
            if find(name, self.run):
                ports[name] = kept.get(name, ports[name])
                continue
            while not port_is_free(ports[name]):
                ports[name] += 1
        _write(self.folder / "ports.json", ports)
        return replace(self, ports=ports)

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
                    f"another `ontario` command is at work on {self.folder}; wait for it"
                ) from err
            yield


def _falls_free(port: int, *, kept: bool) -> bool:
    # A web server that was killed leaves a child on its port, which ends by itself within seconds.
    until = time.monotonic() + (CHILD_LINGERS if kept else 0)
    while not port_is_free(port):
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def port_is_free(port: int) -> bool:
    """Say whether nothing listens on a loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _from_environment() -> dict[str, int]:
    named = {name: os.environ.get(f"ONTARIO_{name.upper()}_PORT") for name in DEFAULT_PORTS}
    try:
        return {name: int(value) for name, value in named.items() if value}
    except ValueError as err:
        raise StackError(f"a port in the environment is not a number: {err}") from err


def _keep(path: Path, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return the JSON of ``path``, made once."""
    if not path.exists():
        _write(path, make())
    try:
        kept: dict[str, Any] = json.loads(path.read_text())
    except ValueError as err:
        raise StackError(
            f"{path} is damaged; restore it, or start anew by `ontario reset`"
        ) from err
    return kept


def _with_new(path: Path, kept: dict[str, Any]) -> dict[str, Any]:
    """Return secrets with those that an earlier version did not make; they are kept from now on."""
    missing = {name: made for name, made in _new_secrets().items() if name not in kept}
    if missing:
        _write(path, {**kept, **missing})
    return {**kept, **missing}


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON that only its owner can read, moved into place whole."""
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(dict(content), indent=2))
    draft.replace(path)


def _new_secrets() -> dict[str, Any]:
    return {
        "redis": secrets.token_urlsafe(24),
        "votes": secrets.token_urlsafe(48),
        "portals": {
            portal: {
                "secret_key": secrets.token_urlsafe(48),
                "token_secret": secrets.token_urlsafe(48),
                "password": secrets.token_urlsafe(12),
            }
            for portal in PORTALS
        },
    }
