"""One leader per portal: a Postgres advisory lock that ends with the connection holding it."""

from __future__ import annotations

import threading

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

LOCK = int.from_bytes(b"ontsched", "big")
"""The lock's number. Advisory locks belong to a database, and each portal has its own."""

_HIGH, _LOW = divmod(LOCK, 2**32)

_HELD = sa.text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND classid::bigint = :high AND objid::bigint = :low AND objsubid = 1"
    " AND (NOT :own OR pid = pg_backend_pid()))"
)


class Leadership:
    """This process's claim to lead, held on a connection that does nothing else.

    The connection is in autocommit: between two questions it holds the lock but no transaction.
    """

    def __init__(self, engine: sa.engine.Engine) -> None:
        self._engine = engine
        self._connection: sa.engine.Connection | None = None
        self._guard = threading.Lock()

    def acquire(self) -> bool:
        """Try once to become the leader; say whether this process now is."""
        with self._guard:
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            try:
                got = connection.scalar(
                    sa.text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}
                )
            except BaseException:
                connection.invalidate()
                raise
            if got:
                self._connection = connection
            else:
                connection.close()
            return bool(got)

    def held(self) -> bool:
        """Say whether the lock is still this process's; a lost connection means it is not."""
        with self._guard:
            if self._connection is None:
                return False
            try:
                return _is_held(self._connection, own=True)
            except SQLAlchemyError:
                return False

    def release(self) -> None:
        """Let another process lead. Ends the connection, so that the lock can't outlive it."""
        with self._guard:
            if self._connection is not None:
                self._connection.invalidate()
                self._connection.close()
                self._connection = None


def someone_leads(connection: sa.engine.Connection) -> bool:
    """Say whether any process leads this portal's scheduling now."""
    return _is_held(connection, own=False)


def _is_held(connection: sa.engine.Connection, *, own: bool) -> bool:
    return bool(connection.scalar(_HELD, {"high": _HIGH, "low": _LOW, "own": own}))
