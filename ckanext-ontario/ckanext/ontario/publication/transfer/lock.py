"""Locks that a killed process can't leave behind: PostgreSQL's advisory ones, on a connection."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from ckan import model

PUSH = 0x0A_70_75_73_68
"""One worker at a time empties the outbox."""

RECEIVE = 0x0A_72_65_63_76
"""One batch at a time is applied outside, so that order is what the sequences say."""


@contextlib.contextmanager
def held(key: int, *, wait: bool) -> Iterator[bool]:
    """Hold a lock for the block; say whether it is held.

    Its own connection holds it: commits inside the block do not let go of it, and the end of the
    process does.

    Args:
        key: which lock.
        wait: whether to wait for another holder; otherwise the block runs with ``False``.
    """
    with _connection() as connection:
        function = "pg_advisory_lock" if wait else "pg_try_advisory_lock"
        taken = connection.execute(sa.text(f"SELECT {function}(:key)"), {"key": key}).scalar()
        try:
            yield wait or bool(taken)
        finally:
            if wait or taken:
                with contextlib.suppress(sa.exc.DBAPIError):  # a lost connection has let go of it
                    connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": key})


@contextlib.contextmanager
def _connection() -> Iterator[Any]:
    with model.ensure_engine().connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")
