"""Looking for words in everything a portal keeps: databases, index, Redis, files, logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import redis
import requests
import sqlalchemy as sa


def database(url: str, words: Iterable[str]) -> set[str]:
    """Return the words found in any column of any table, and in names of tables and columns."""
    engine = sa.create_engine(url)
    found: set[str] = set()
    try:
        with engine.connect() as connection:
            for table in sa.inspect(connection).get_table_names():
                # A whole row as text: every column, whatever its type.
                query = sa.text(f'SELECT t::text FROM "{table}" t')  # noqa: S608 -- its own names
                rows = connection.execute(query)
                found |= _in((str(row) for row in rows), words)
                columns = sa.inspect(connection).get_columns(table)
                found |= _in((table, *(column["name"] for column in columns)), words)
    finally:
        engine.dispose()
    return found


def index(url: str, words: Iterable[str]) -> set[str]:
    """Return the words found in what Solr stores, deleted documents' fields included."""
    asked: dict[str, Any] = {"q": "*:*", "rows": 100_000, "fl": "*", "wt": "json"}
    return _in([requests.get(f"{url}/select", params=asked, timeout=60).text], words)


def memory(url: str, words: Iterable[str]) -> set[str]:
    """Return the words found in the keys and values of a Redis database."""
    client: Any = redis.Redis.from_url(url)
    kept = (part for key in client.scan_iter() for part in (key, client.dump(key) or b""))
    return _in((part.decode("latin-1") for part in kept), words)


def files(folder: Path, words: Iterable[str]) -> set[str]:
    """Return the words found in files below a folder, and in their names."""
    return _in(_contents(folder), words)


def _contents(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        yield path.name
        if path.is_file():
            yield path.read_bytes().decode("utf-8", "replace")


def _in(texts: Iterable[str], words: Iterable[str]) -> set[str]:
    wanted = tuple(words)
    found: set[str] = set()
    for text in texts:
        lowered = text.lower()
        found.update(word for word in wanted if word in lowered)
    return found
