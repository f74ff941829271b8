"""A document's records on disk, sorted by guid: what lets a plan run in constant memory.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import orjson

from ckanext.ontario.harvest.domain import Read
from ckanext.ontario.harvest.reader import DocumentError, Issue, Severity

_TABLES = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE record (guid BLOB PRIMARY KEY, hash TEXT, row INTEGER, content BLOB) WITHOUT ROWID;
    CREATE TABLE gone (guid BLOB PRIMARY KEY) WITHOUT ROWID;
"""


class Spool:
    """Records of one document; each guid once, the first one wins."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.executescript(_TABLES)

    def add(
        self, guid: bytes, row: int | None, hash_: str | None, content: dict[str, Any] | None
    ) -> bool:
        """Add a record, or one that was refused (no hash); say whether its guid is new."""
        blob = None if content is None else orjson.dumps(content)
        added = self._connection.execute(
            "INSERT OR IGNORE INTO record VALUES (?, ?, ?, ?)", (guid, hash_, row, blob)
        )
        return added.rowcount == 1

    def row_of(self, guid: bytes) -> int | None:
        """Return the row in which a guid was first met."""
        found = self._connection.execute("SELECT row FROM record WHERE guid = ?", (guid,))
        return next(found, (None,))[0]

    def reads(self) -> Iterator[Read]:
        """Yield what the document holds, in the byte order of the guids."""
        for guid, hash_ in self._connection.execute("SELECT guid, hash FROM record ORDER BY guid"):
            yield Read(guid, hash_)

    def content(self, guid: bytes) -> dict[str, Any]:
        """Return the content of a record."""
        found = self._connection.execute("SELECT content FROM record WHERE guid = ?", (guid,))
        return orjson.loads(next(found)[0])

    def add_gone(self, guid: bytes) -> None:
        """Note a record that the document no longer holds."""
        self._connection.execute("INSERT OR IGNORE INTO gone VALUES (?)", (guid,))

    def gone(self) -> Iterator[str]:
        """Yield the guids of what is gone."""
        for (guid,) in self._connection.execute("SELECT guid FROM gone ORDER BY guid"):
            yield guid.decode()


@contextlib.contextmanager
def opened(folder: Path) -> Generator[Spool, None, None]:
    """Return an empty spool in a file of ``folder``, closed at the end of the block.

    Raises:
        DocumentError: when the disk takes no more.
    """
    try:
        with contextlib.closing(_database(folder)) as database:
            yield Spool(database)
    except sqlite3.OperationalError as err:
        raise DocumentError(
            Issue(Severity.FATAL, "storage_failed", params={"reason": str(err)})
        ) from err


def _database(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / "spool.db", isolation_level=None)
