"""The one clock: aware UTC instants, and a way for tests to stop it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime, timezone


def _system() -> datetime:
    return datetime.now(timezone.utc)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """Return the present instant, timezone-aware, in UTC."""
    return _source()


def naive() -> datetime:
    """Return the present instant as CKAN's own tables keep it: UTC, without saying so."""
    return now().astimezone(timezone.utc).replace(tzinfo=None)


@contextlib.contextmanager
def stopped_at(instant: datetime) -> Iterator[None]:
    """Let :func:`now` return ``instant`` inside the block (tests, replays)."""
    global _source  # noqa: PLW0603 -- one process-wide clock is the point of this module
    before, _source = _source, lambda: instant
    try:
        yield
    finally:
        _source = before
