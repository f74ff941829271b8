"""Python's cyclic garbage collector during long work on many records.

A batch makes hundreds of thousands of dictionaries that are all still needed; looking through them
for cycles every 700 allocations finds nothing and takes time.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

_SELDOM = (50_000, 20, 100)


@contextlib.contextmanager
def seldom() -> Iterator[None]:
    """Look for cycles seldom inside the block (or decorated function); nothing else changes."""
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
