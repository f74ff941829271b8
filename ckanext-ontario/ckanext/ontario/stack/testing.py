"""Services and portals for a test run: real, on free ports, gone when the run ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import commands, configset, datastore, portals, postgres, redis, solr
from .paths import config_file, stack_dir
from .portals import PortalSettings
from .processes import Service, end, leftovers_under, spawn, stop, wait_until

SERVERS = ("SQLALCHEMY", "SOLR", "REDIS")
"""Servers that the environment may name, in the order of the fields below."""

TEST_DOMAINS = "ontario.ca ckan.example.com example.com test.ckan.net"


def free_port() -> int:
    """Return a loopback port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def sweep(folder: Path) -> None:
    """End what still runs under the folder of a run that could not stop it, and remove it."""
    end(leftovers_under(folder), timeout=10)
    for found in folder.rglob("postmaster.pid"):
        postgres.stop(found.parent)
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let the first of several runs alone fetch Solr and make the user that Postgres runs as."""
    stack_dir().mkdir(parents=True, exist_ok=True)
    with (stack_dir() / "tests.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True)
class PortalServer:
    """A portal served over HTTP by a process of its own."""

    url: str
    ini: Path

    def ckan(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the ``ckan`` command against this portal and return what it printed."""
        return subprocess.run(  # noqa: S603 -- no shell
            commands.ckan(self.ini, arguments), check=check, capture_output=True, text=True
        )

    def token(self, user: str) -> str:
        """Return a new API token of ``user``."""
        return commands.new_token(self.ini, user, "tests").stdout.split()[-1]


@dataclass
class TestServices:
    """The Postgres, Solr and Redis of one test run, and what was made on them."""

    __test__ = False

    folder: Path
    postgres_url: str
    solr_root: str
    redis_url: str
    prefix: str
    smtp_port: int = field(default_factory=free_port)
    """Where the portals send their mail; nobody listens there but a test that wants to."""
    started: list[str] = field(default_factory=list[str])
    made: dict[str, PortalSettings] = field(default_factory=dict[str, PortalSettings])

    @classmethod
    def start(cls, folder: Path) -> TestServices:
        """Start what no environment variable names; everything else is used as it is."""
        named = {name: os.environ.get(f"ONTARIO_{name}_URL", "") for name in SERVERS}
        services = cls(folder, *named.values(), prefix=f"test_{os.getpid()}")
        try:
            services._start_missing()
        except BaseException:
            services.stop()
            raise
        return services

    def _start_missing(self) -> None:
        with _one_at_a_time():
            solr_process = self._start_solr_and_postgres()
        if not self.redis_url:
            port = free_port()
            self.started.append("redis")
            redis.start(self.folder / "redis", port, "test")
            self.redis_url = redis.url(port, "test")
        if solr_process:
            solr.wait(self.solr_root, solr_process)
        configset.write(self.folder / "configset")

    def _start_solr_and_postgres(self) -> Service | None:
        solr_process = None
        if not self.solr_root:
            runtime = stack_dir() / "solr-runtime"
            solr.assemble(runtime, config_file("jgo.lock.toml"))
            port = free_port()
            self.started.append("solr")
            logs = self.folder / "solr-logs"
            solr_process = solr.start(runtime, self.folder / "solr", port, logs)
            self.solr_root = solr.url(port)
        if not self.postgres_url:
            self.started.append("postgres")
            self.postgres_url = postgres.start(self.folder / "postgres")
        return solr_process

    def portal(self, portal: str, instance: str = "") -> PortalSettings:
        """Return settings with a database, core and Redis database of their own."""
        name = f"{self.prefix}_{portal}{instance}"
        if name not in self.made:
            postgres.create_database(self.postgres_url, name)
            solr.create_core(self.solr_root, name, self.folder / "configset")
            secret = secrets.token_urlsafe(48)
            datastore.create(self.postgres_url, name, secret)
            self.made[name] = PortalSettings(
                portal=portal,
                site_url="http://test.ontario.localhost",
                sqlalchemy_url=postgres.database_url(self.postgres_url, name),
                datastore_write_url=datastore.write_url(self.postgres_url, name),
                datastore_read_url=datastore.read_url(
                    self.postgres_url, name, datastore.password(secret)
                ),
                secret_key=secret,
                solr_url=f"{self.solr_root}/{name}",
                redis_url=redis.with_database(self.redis_url, self._redis_database()),
                storage_path=str(self.folder / name / "storage"),
                account_domains=TEST_DOMAINS,
                smtp_server=f"127.0.0.1:{self.smtp_port}",
            )
            made = self.made[name]
            datastore.permit(made.sqlalchemy_url, made.datastore_write_url, made.datastore_read_url)
        return self.made[name]

    @contextlib.contextmanager
    def server(self, portal: str) -> Iterator[PortalServer]:
        """Serve a portal of its own over HTTP on a free port for the length of the block."""
        settings = self.portal(portal, "_server")
        port = free_port()
        folder = self.folder / f"{portal}-server"
        ini = portals.write(folder / "ckan.ini", settings, ["test.ini"])
        text = ini.read_text().replace(settings.site_url, f"http://127.0.0.1:{port}")
        ini.write_text(text)
        server = PortalServer(f"http://127.0.0.1:{port}", ini)
        server.ckan("db", "upgrade")
        process = spawn(
            "web", commands.web(port), folder, {"CKAN_INI": str(ini), "GUNICORN_CMD_ARGS": ""}
        )
        try:
            wait_until(lambda: commands.answers(f"{server.url}/ontario/health"), 60, process)
            yield server
        finally:
            stop(["web"], folder)

    def stop(self) -> None:
        """Stop what was started; drop what was made on servers that stay."""
        for name, settings in self.made.items():
            if "postgres" not in self.started:
                datastore.drop(self.postgres_url, name)
                postgres.drop_database(self.postgres_url, name)
            if "solr" not in self.started:
                solr.delete_core(self.solr_root, name)
            redis.flush(settings.redis_url)
        if "redis" in self.started:
            stop(["redis"], self.folder / "redis")
        if "solr" in self.started:
            stop(["solr"], self.folder / "solr-logs")
        if "postgres" in self.started:
            postgres.stop(self.folder / "postgres")

    def _redis_database(self) -> int:
        """Return the next database of this run's four; runs that share a server have others."""
        blocks = redis.databases(self.redis_url) // 4
        return os.getpid() % blocks * 4 + len(self.made) % 4
