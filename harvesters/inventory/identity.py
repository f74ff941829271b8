"""Which record a row is: its identifier, or one made of who publishes what.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Generator, Mapping

from ckanext.ontario.harvesters.mapping.folding import folded

TITLED = "title:"
"""How an identifier begins that was made of a title."""


def fallback_guid(organization: str | None, titles: Mapping[str, str]) -> str:
    """Return the identifier of a record that brings none: organization and title, normalized.

    The English title counts when there is one, so that a French title added later does not make
    another record of it.
    """
    title = titles.get("en") or titles.get("fr") or ""
    words = f"{folded(organization or '')}\n{folded(title)}"
    return TITLED + hashlib.sha256(words.encode()).hexdigest()[:40]


class Seen:
    """The identifiers of a document so far, kept on disk: memory does not grow with them."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute("CREATE TABLE seen (guid TEXT PRIMARY KEY, row INTEGER) WITHOUT ROWID")

    def first(self, guid: str, row: int) -> int | None:
        """Note that ``row`` is called ``guid``; return the earlier row of that name, if any."""
        added = self._database.execute(
            "INSERT INTO seen VALUES (?, ?) ON CONFLICT DO NOTHING", (guid, row)
        )
        if added.rowcount:
            return None
        return self._database.execute("SELECT row FROM seen WHERE guid = ?", (guid,)).fetchone()[0]


@contextlib.contextmanager
def remembered() -> Generator[Seen, None, None]:
    """Give a :class:`Seen` for the length of one document."""
    # An empty name is SQLite's temporary database: in a small cache, then in a file nobody sees.
    # Autocommit off would hold a journal; nothing here is ever rolled back.
    with contextlib.closing(sqlite3.connect("", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        yield Seen(database)
