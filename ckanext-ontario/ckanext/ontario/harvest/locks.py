"""One run per source at a time: Postgres advisory locks on connections that do nothing else.

A lock ends with its connection, so a process that dies lets go of it.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Collection, Generator

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import ARRAY


def number(source_id: str) -> int:
    """Return the lock's number: 63 bits of a hash, so that no two slices meet by chance."""
    return _number("ontario_harvest", source_id)


def _number(kind: str, name: str) -> int:
    digest = hashlib.sha256(f"{kind}\0{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def hold_identifiers(guids: Collection[str]) -> None:
    """Hold these to the end of the transaction; wait for others that hold any of them."""
    numbers = sorted(_number("ontario_harvest_guid", guid) for guid in guids)
    kind = ARRAY(sa.BigInteger)
    each = sa.func.unnest(sa.cast(sa.literal(numbers, kind), kind))
    model.Session.execute(sa.select(sa.func.pg_advisory_xact_lock(each)))


def document_number(digest: str) -> int:
    """Return the number of the lock on a document's bytes."""
    return _number("ontario_harvest_document", digest)


def hold_document(digest: str) -> None:
    """Hold a document's bytes to the end of the transaction, beside others that keep the same."""
    key = document_number(digest)
    model.Session.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(key)))


def try_document(digest: str) -> bool:
    """Hold a document's bytes alone to the end of the transaction; say whether that worked."""
    key = document_number(digest)
    return bool(model.Session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(key))))


@contextlib.contextmanager
def source_lock(
    source_id: str, *, shared: bool = False, wait: bool = True
) -> Generator[bool, None, None]:
    """Hold a source's lock inside the block.

    Args:
        source_id: the source.
        shared: beside other shared holders (batches), but not beside an exclusive one.
        wait: until it is free; otherwise the block gets ``False`` when it is not.
    """
    call = ("pg_advisory_lock" if wait else "pg_try_advisory_lock") + ("_shared" if shared else "")
    engine = model.ensure_engine()
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        answer = connection.scalar(
            sa.text(f"SELECT {call}(:number)"), {"number": number(source_id)}
        )
        yield wait or bool(answer)
    finally:
        # Ended rather than unlocked: whatever went wrong, the lock can't outlive the block.
        connection.invalidate()
        connection.close()
